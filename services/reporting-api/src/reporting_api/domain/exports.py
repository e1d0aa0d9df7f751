"""Exports: what may be asked for, by whom, how many at once, and when a file may be given out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Gone, InvalidInput, NotFound, Unavailable
from cdp_common.kernel.periods import Period

ExportKind = Literal["ledger_entries", "report_lines", "commitments", "published_figures"]
ExportFormat = Literal["jsonl", "parquet"]
ExportRows = Literal["own", "place"]
ExportState = Literal["queued", "running", "done", "failed", "cancelled", "expired"]
ExportFault = Literal["too_large", "interrupted", "not_published", "store_unavailable", "failed"]

FIRST_YEAR = 1970
"""Nothing was recorded before it; much earlier moments cannot even be written down in UTC."""

OPEN_STATES: tuple[ExportState, ...] = ("queued", "running")
MEDIA_TYPES: dict[ExportFormat, str] = {
    "jsonl": "application/gzip",
    "parquet": "application/vnd.apache.parquet",
}
"""JSON Lines are kept and given compressed, as a file of that type."""
_EXTENSIONS: dict[ExportFormat, str] = {"jsonl": "jsonl.gz", "parquet": "parquet"}


class ExportNotFound(NotFound):
    """No export has this id, or none that the caller may know of."""

    code = "export_not_found"
    title = "There is no such export"


class ExportRequestInvalid(InvalidInput):
    """What is asked for does not go together; `errors` lists every fault."""

    code = "export_request_invalid"
    title = "This cannot be exported"


class ExportsTooMany(Conflict):
    """The organisation has as many exports under way as it may."""

    code = "exports_too_many"
    title = "Too many exports are under way"
    retry_after_s = 30


class ExportsTooLarge(Conflict):
    """The files that are kept for the organisation are as large as they may be."""

    code = "exports_too_large"
    title = "Too much is kept of earlier exports"


class ExportNotFinished(Conflict):
    """The file is still being made."""

    code = "export_not_finished"
    title = "The export is not finished"
    retry_after_s = 2


class ExportHasNoFile(Gone):
    """The export failed or was cancelled: no file came of it."""

    code = "export_has_no_file"
    title = "No file came of the export"


class ExportExpired(Gone):
    """The file was kept for its time and is gone."""

    code = "export_expired"
    title = "The export's file has expired"


class ExportStoreUnavailable(Unavailable):
    """The store of files does not answer, has lost the file, or this deployment has none."""

    code = "export_store_unavailable"
    title = "Exported files cannot be reached"
    retry_after_s = 30


class ExportRefused(Exception):
    """The work on an export ends here, for a reason that is written down."""

    def __init__(self, fault: ExportFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class ExportLimits:
    """What bounds exports: of one file, of one organisation, and in time."""

    most_rows: int
    most_bytes: int
    most_open: int
    most_kept_bytes: int
    kept_for: timedelta
    within_s: float


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """What an export is to hold; `licences` are the frameworks whose figures whoever asked may see."""

    kind: ExportKind
    format: ExportFormat
    rows: ExportRows | None
    organisation_id: UUID
    place_id: UUID
    period: Period
    as_of: datetime | None
    publication_number: int | None
    licences: frozenset[str]
    ledger_position: int | None = None
    """Of ledger entries: up to which position, and behind which one."""
    after_position: int | None = None


def request_faults(
    kind: ExportKind,
    rows: ExportRows | None,
    as_of: datetime | None,
    publication_number: int | None,
    now: datetime,
) -> list[FieldError]:
    """What does not go together in a request; nothing when it can be done."""
    is_published = kind == "published_figures"
    found = []
    if rows is None and not is_published:
        found.append(FieldError("/rows", "rows_missing", "say whose rows: own, or place"))
    if rows is not None and is_published:
        found.append(FieldError("/rows", "rows_not_asked", "published figures are everybody's"))
    if publication_number is not None and not is_published:
        message = "only published figures have a number"
        found.append(FieldError("/publication_number", "publication_number_not_asked", message))
    if as_of is not None and kind in ("report_lines", "commitments"):
        message = "these rows are kept as they stand; the ledger tells of earlier moments"
        found.append(FieldError("/as_of", "as_of_not_kept", message))
    if as_of is not None and as_of.year < FIRST_YEAR:
        found.append(FieldError("/as_of", "as_of_too_early", f"nothing was recorded before {FIRST_YEAR}"))
    elif as_of is not None and as_of > now:
        found.append(FieldError("/as_of", "as_of_in_future", "must not lie in the future"))
    return found


def position_faults(
    kind: ExportKind,
    as_of: datetime | None,
    ledger_position: int | None,
    after_position: int | None,
    head: int,
) -> list[FieldError]:
    """What is wrong with positions of the ledger, whose last sealed one is `head`."""
    stated = {"/ledger_position": ledger_position, "/after_position": after_position}
    found = []
    for pointer, position in stated.items():
        if position is None:
            continue
        if kind != "ledger_entries":
            found.append(FieldError(pointer, "position_not_asked", "only ledger entries have positions"))
        elif position > head:
            message = f"the ledger is sealed up to {head}"
            found.append(FieldError(pointer, "position_not_sealed", message))
    if as_of is not None and ledger_position is not None:
        message = "say either the moment or the position"
        found.append(FieldError("/ledger_position", "position_beside_moment", message))
    if None not in (ledger_position, after_position) and (after_position or 0) > (ledger_position or 0):
        message = "is behind the last position asked for"
        found.append(FieldError("/after_position", "positions_reversed", message))
    return found


def require_room(open_count: int, kept_bytes: int, limits: ExportLimits) -> None:
    """Refuse one more export of an organisation that has all that it may have."""
    if open_count >= limits.most_open:
        raise ExportsTooMany(f"{limits.most_open} exports may be under way at once; wait, or cancel one.")
    if kept_bytes >= limits.most_kept_bytes:
        raise ExportsTooLarge("Delete exports that you have fetched, or wait until they expire.")


def require_file(state: ExportState) -> None:
    """Refuse to give out what is not there: only an export that is done has a file."""
    if state in OPEN_STATES:
        raise ExportNotFinished("Ask for the export until it is done; then fetch its content.")
    if state == "expired":
        raise ExportExpired("The file was kept as long as exports are; ask for a new one.")
    if state != "done":
        raise ExportHasNoFile(f"The export is {state}.")


def missing_licences(needed: Collection[str], held: Collection[str]) -> list[str]:
    """The frameworks whose licensed figures a file holds and whose licence a reader lacks."""
    return sorted(set(needed) - set(held))


def file_name(kind: ExportKind, form: ExportFormat, start: date, end: date) -> str:
    """What an exported file is called when it is saved."""
    return f"{kind.replace('_', '-')}_{start}_{end}.{_EXTENSIONS[form]}"
