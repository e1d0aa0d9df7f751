"""A partner's file of payments: looked at, or taken in whole; names of people are never written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.base import DataStatus
from cdp_common.contracts.spend import SpendImport, SpendPreview, SpendRow
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.uploads import Upload
from cdp_common.web.workbooks import XLSX
from reporting_api.domain.entries import worst_status
from reporting_api.domain.spend_imports import (
    SpendImportNotFound,
    SpendMappingDiffers,
    require_import_holds,
    require_member,
)
from reporting_api.domain.spend_names import supplier_digest
from reporting_api.domain.spend_rows import Payee, SpendRowsInvalid
from reporting_api.domain.spend_rules import SpendRules
from reporting_api.storage.copies import memberships_at
from reporting_api.storage.spend_imports import (
    add_import,
    copy_spend_rows,
    import_by_id,
    imports_page,
    keep_sites,
    keep_suppliers,
    rows_page,
    supplier_row,
)
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.prepare_report_file import open_spool
from reporting_api.use_cases.prepare_spend_file import PreparedSpend, SpooledRow, prepare_spend_file
from reporting_api.use_cases.read_spend_file import Choices, SpendFile
from reporting_api.use_cases.spend_contracts import import_answer, row_answer, spend_preview, spend_summary
from reporting_api.use_cases.submit_report import reporter_of

READERS = ("programme_manager", "officer")
"""Roles that read the payments of their place's partners, suppliers' names included."""


@dataclass(frozen=True, slots=True)
class FileOfSpend:
    """What is said of a file beside its rows."""

    upload: Upload
    media_type: str
    place_id: UUID
    period: Period
    ledger: str
    choices: Choices
    data_status: DataStatus
    mapping: str | None
    supersedes: UUID | None
    reason: str | None

    @property
    def format(self) -> Literal["csv", "xlsx"]:
        """The kind of file."""
        return "xlsx" if self.media_type == XLSX else "csv"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What keeping names takes: the key of their digests, and the rules."""

    secret: Callable[[], bytes]
    rules: SpendRules


async def preview_spend_import(
    db: Database, caller: Caller, file: FileOfSpend, keeping: Keeping, now: datetime
) -> SpendPreview:
    """How the file is understood and what it comes to; nothing is kept."""
    await _require_allowed(db, caller, file, now)
    with open_spool() as spool:
        prepared = await asyncio.to_thread(_prepare, file, keeping, now, spool)
        return spend_preview(prepared, file.format)


async def import_spend(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    file: FileOfSpend,
    keeping: Keeping,
    once: Once,
    now: datetime,
) -> Answer:
    """The import that is kept of a file; faulty rows, or columns that nobody confirmed, refuse all of it."""
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    await _require_allowed(db, caller, file, now)
    await place_of(db, partners, file.place_id, now)
    reporter = await reporter_of(db, partners, caller, now)
    status = worst_status(file.data_status, reporter.data_status)
    with open_spool() as spool:
        prepared = await asyncio.to_thread(_prepare, file, keeping, now, spool)
        _require_taken(file, prepared)
        async with db.begin() as tx:
            if (earlier := await replayed(tx, once)) is not None:
                return earlier
            row = _import_row(caller, reporter.legal_name, file, prepared, status, now)
            await add_import(tx, row)
            await _write_rows(tx, caller.org, row["id"], prepared, keeping, now)
            await record_event(tx, _told(row), now)
            kept = await import_by_id(tx, row["id"])
            assert kept is not None  # written above
            return await keep(tx, once, 201, import_answer(kept), now)


async def list_imports(
    db: Database, caller: Caller, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[SpendImport], str | None]:
    """The place's imports for its officers and managers; everybody else's own."""
    own = None if caller.has_role(place_id, *READERS) else caller.org
    async with db.begin() as tx:
        rows = await imports_page(tx, place_id, organisation_id=own, cursor=cursor, limit=limit)
    kept, following = cut_page(rows, limit, lambda row: [row["id"]])
    return [import_answer(row) for row in kept], following


async def get_import(db: Database, caller: Caller, import_id: UUID) -> SpendImport:
    """One import."""
    async with db.begin() as tx:
        return await _visible(tx, caller, import_id)


async def list_rows(
    db: Database, caller: Caller, import_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[SpendRow], str | None]:
    """A page of an import's rows."""
    async with db.begin() as tx:
        await _visible(tx, caller, import_id)
        rows = await rows_page(tx, import_id, cursor=cursor, limit=limit)
    kept, following = cut_page(rows, limit, lambda row: [row["row"]])
    return [row_answer(row) for row in kept], following


async def _visible(tx: AsyncConnection, caller: Caller, import_id: UUID) -> SpendImport:
    row = await import_by_id(tx, import_id)
    if row is None or not (
        row["organisation_id"] == caller.org or caller.has_role(row["place_id"], *READERS)
    ):
        raise SpendImportNotFound("No import has this id, or none that you may see.")
    return import_answer(row)


async def _require_allowed(db: Database, caller: Caller, file: FileOfSpend, now: datetime) -> None:
    """Refuse an organisation that is no partner of the place, and what does not hold of the whole file."""
    async with db.begin() as tx:
        memberships = await memberships_at(tx, file.place_id, now)
        superseded = None if file.supersedes is None else await import_by_id(tx, file.supersedes)
    own = [row for row in memberships if row["organisation_id"] == caller.org]
    require_member(((row["valid_from"], row["valid_to"]) for row in own), file.period)
    require_import_holds(file.period, now.date(), supersedes=file.supersedes, reason=file.reason)
    if file.supersedes is not None and (
        superseded is None
        or (superseded["organisation_id"], superseded["place_id"], superseded["ledger"])
        != (caller.org, file.place_id, file.ledger)
    ):
        raise SpendImportNotFound("Your organisation has no import of this ledger with the id to supersede.")


def _prepare(file: FileOfSpend, keeping: Keeping, now: datetime, spool: IO[bytes]) -> PreparedSpend:
    opened = SpendFile(file.upload, file.media_type, file.choices, keeping.rules)
    return prepare_spend_file(opened, file.period, now.date(), spool)


def _require_taken(file: FileOfSpend, prepared: PreparedSpend) -> None:
    """Refuse a file with faulty rows, one without rows, and one whose columns nobody has confirmed."""
    if file.mapping != prepared.look.digest:
        raise SpendMappingDiffers("Confirm the mapping that the preview of this file, so read, tells.")
    if prepared.fault_count:
        faults = [fault.at_cell for fault in prepared.faults]
        raise SpendRowsInvalid(f"{prepared.fault_count} faults; see errors.", errors=faults)
    if prepared.row_count == 0:
        raise SpendRowsInvalid("The file holds no payment.")


def _import_row(
    caller: Caller, name: str, file: FileOfSpend, prepared: PreparedSpend, status: DataStatus, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "place_id": file.place_id,
        "organisation_id": caller.org,
        "organisation_name": name,
        "ledger": file.ledger,
        "period_start": file.period.start,
        "period_end": file.period.end,
        "data_status": status,
        "sha256": file.upload.sha256,
        "byte_count": file.upload.byte_count,
        "rules_version": prepared.look.mapping.rules_version,
        "row_count": prepared.row_count,
        "summary": spend_summary(prepared, file.format).model_dump(mode="json"),
        "supersedes_id": file.supersedes,
        "supersedes_reason": file.reason,
        "acted_by": caller.act,
        "client_id": caller.client_id,
        "person_id": caller.sub,
        "imported_at": now,
    }


def _told(row: Mapping[str, Any]) -> NewEvent:
    supersedes = row["supersedes_id"]
    return NewEvent(
        type="spend.imported",
        aggregate_type="spend_import",
        aggregate_id=row["id"],
        aggregate_version=1,
        place_id=row["place_id"],
        audience=(org_audience(row["organisation_id"]), "internal"),
        data={
            "import_id": str(row["id"]),
            "place_id": str(row["place_id"]),
            "organisation_id": str(row["organisation_id"]),
            "ledger": row["ledger"],
            "period_start": row["period_start"].isoformat(),
            "period_end": row["period_end"].isoformat(),
            "row_count": row["row_count"],
            "supersedes": None if supersedes is None else str(supersedes),
            "data_status": row["data_status"],
        },
        effective_on=row["period_end"],
    )


async def _write_rows(
    tx: AsyncConnection, org: UUID, import_id: UUID, prepared: PreparedSpend, keeping: Keeping, now: datetime
) -> None:
    secret = keeping.secret()
    digests = [supplier_digest(secret, org, payee, keeping.rules.matching) for payee in prepared.payees]
    found: dict[str, Mapping[str, Any]] = {}
    for payee, digest in zip(prepared.payees, digests, strict=True):
        found.setdefault(digest, _supplier(payee, now))
    kept = await keep_suppliers(tx, org, found)
    # Of a supplier whose name was removed by hand no row is tied to it any more.
    suppliers = [None if kept[digest]["removed_at"] else kept[digest]["id"] for digest in digests]
    wanted = {
        (supplier, postcode): new_id()
        for payee, postcode in prepared.sites
        if (supplier := suppliers[payee]) is not None
    }
    sites = await keep_sites(tx, wanted)
    await copy_spend_rows(tx, _rows(import_id, prepared, suppliers, sites))


def _supplier(payee: Payee, now: datetime) -> dict[str, Any]:
    return supplier_row(new_id(), payee.name, payee.ref, payee.identifiers, now)


async def _rows(
    import_id: UUID,
    prepared: PreparedSpend,
    suppliers: list[UUID | None],
    sites: Mapping[tuple[UUID, str], UUID],
) -> AsyncIterator[tuple[Any, ...]]:
    """The rows as they are written, portion by portion."""
    for portion in prepared.written():
        for row in portion:
            yield _written(import_id, row, suppliers, sites)
        await asyncio.sleep(0)  # others get their turn between portions


def _written(
    import_id: UUID,
    row: SpooledRow,
    suppliers: list[UUID | None],
    sites: Mapping[tuple[UUID, str], UUID],
) -> tuple[Any, ...]:
    (number, day, pence, currency, payee, redaction, postcode, *texts, is_repeat, by_month) = row
    supplier = None if payee is None else suppliers[payee]
    if payee is not None and supplier is None:
        redaction = "removed_by_hand"
    site = None if supplier is None or postcode is None else sites[supplier, postcode]
    paid_on = date.fromordinal(day)
    head = (import_id, number, paid_on, by_month, pence, currency, supplier, redaction, site)
    return (*head, *texts, is_repeat)
