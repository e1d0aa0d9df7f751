"""Contracts of exports: many rows as one file, made by a job and kept for some days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from cdp_common.contracts.base import Contract, DataStatus, DecimalText, Sha256, Slug

ExportKind = Literal["ledger_entries", "report_lines", "commitments", "published_figures"]
"""What is exported.

- ledger_entries: entries of the ledger whose effective day lies in the period;
- report_lines: lines of reports whose period ends in it, in every state;
- commitments: lines of agreements and pledges that run in it, as they stand now;
- published_figures: every figure of a publication of exactly this period.
"""

ExportFormat = Literal["jsonl", "parquet"]
"""JSON Lines compressed by gzip, or Apache Parquet."""

ExportRows = Literal["own", "place"]
"""Whose rows.

- own: of the organisation that the caller acts for;
- place: of everybody in the place, for those with a role there.
"""

ExportState = Literal["queued", "running", "done", "failed", "cancelled", "expired"]

ExportFault = Literal["too_large", "interrupted", "not_published", "store_unavailable", "failed"]
"""Why an export failed.

- too_large: it has more rows, or a larger file, than this deployment makes;
- interrupted: its worker died, or ran out of time, as often as it is tried;
- not_published: the publication is not there;
- store_unavailable: files could not be kept;
- failed: a fault of ours, which is logged.
"""


class ExportRequest(Contract):
    """What is to be exported, of which place and period."""

    kind: ExportKind
    format: ExportFormat
    place_id: UUID
    period_start: date
    period_end: date
    # Whose rows; left out of published figures, which are everybody's.
    rows: ExportRows | None = None
    # Ledger entries as they were sealed then, or the figures published last by then.
    as_of: AwareDatetime | None = None
    # Of ledger entries, instead of `as_of`: those up to this position of the place's ledger.
    ledger_position: Annotated[int, Field(ge=0, le=2**53)] | None = None
    # Of ledger entries: those behind this position alone, so what an earlier export has not.
    after_position: Annotated[int, Field(ge=0, le=2**53)] | None = None
    # Of published figures: this number of the place's; the last of the period without it.
    publication_number: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None


class ExportCoverage(Contract):
    """How many of those who owe a report for the period have reported (quarterly minimum)."""

    due_count: int
    reported_count: int
    ratio: DecimalText | None  # null when nothing was due


class ExportAbout(Contract):
    """What the rows of a file are: a Parquet file carries the same as `cdp_export` in its metadata."""

    kind: ExportKind
    rows: ExportRows | None
    place_id: UUID
    period_start: date
    period_end: date
    as_of: datetime  # the moment whose rows these are
    ledger_position: int | None  # of ledger entries: those up to here are sealed
    after_position: int | None = None  # of ledger entries: those behind here alone; null for all
    publication_number: int | None
    edition_hashes: list[Sha256]
    licence: str | None  # an SPDX identifier; null for what is not published and not licensed for use
    coverage: ExportCoverage | None  # null for one organisation's own rows
    # Frameworks whose licensed figures stand in the file: whoever fetches it needs their licences.
    licensed_frameworks: list[Slug]
    # Whether rows, or their pounds, were left out because they rest on figures that are licensed.
    licensed_left_out: bool
    data_status: DataStatus
    row_schema: str  # where the JSON Schema of the rows is


class Export(Contract):
    """An export: how far it is, and what came of it."""

    id: UUID
    organisation_id: UUID
    kind: ExportKind
    format: ExportFormat
    rows: ExportRows | None
    place_id: UUID
    period_start: date
    period_end: date
    as_of: datetime | None
    ledger_position: int | None
    after_position: int | None
    publication_number: int | None
    state: ExportState
    fault: ExportFault | None  # of one that failed
    rows_done: int
    rows_total: int | None  # null until they are counted
    byte_count: int | None
    sha256: Sha256 | None
    media_type: str | None
    file_name: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None  # of one that is done: its file is removed then
    about: ExportAbout | None


class ExportSchema(Contract):
    """What a row of an export holds: JSON Schema, and the type of each column in Parquet."""

    kind: ExportKind
    row_schema: dict[str, Any]
    parquet_types: dict[str, str]
