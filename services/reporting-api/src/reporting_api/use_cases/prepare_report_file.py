"""Preparing a report that comes as a file: rows are judged and valued by portions before any is kept.

What is prepared waits in a temporary file, so that memory stays flat and no other service is asked while a
transaction is open.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import ReportLineDraft
from cdp_common.db.copying import copy_line
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.identifiers import new_id
from reporting_api.domain.conflicts import Mark, marks_of
from reporting_api.domain.landing import entries_of_delivery
from reporting_api.domain.report_file import RowFault, RowFaults
from reporting_api.domain.shared_activities import KeptClaims, claim
from reporting_api.storage.ledger_rows import entry_row
from reporting_api.storage.reports import line_text
from reporting_api.use_cases.line_evidence import attachments_of
from reporting_api.use_cases.read_report_file import Portion, ReportFileRows
from reporting_api.use_cases.value_report import EarlierLines, ReportScope, ValuedReportLine, value_report
from reporting_api.use_cases.write_report import line_row

PORTION_ROWS = 4_000
MAX_ROUNDS = 12
"""Each round leaves out the rows that a step of the judgement refuses; there are fewer steps than this."""
IN_MEMORY_BYTES = 4 * 1024 * 1024


@dataclass
class SpooledRows:
    """Rows that wait in a file as the database copies them."""

    file: IO[bytes]
    columns: tuple[str, ...] = ()
    """What they fill; none as long as there are none."""

    @property
    def from_start(self) -> IO[bytes]:
        """The file, to be read from its start."""
        self.file.seek(0)
        return self.file


@dataclass
class PreparedReport:
    """A file's lines, ready to be written, and what was found on the way."""

    report_id: UUID
    lines: SpooledRows
    entries: SpooledRows
    row_count: int = 0
    line_count: int = 0
    without_quantity: int = 0
    faults: RowFaults = field(default_factory=RowFaults)
    social_pence: int = 0
    local_pence: int = 0
    licensed: set[str] = field(default_factory=set)
    """The frameworks whose licence the pounds of some line need."""
    claimed: set[tuple[UUID, str]] = field(default_factory=set)
    """Joint activities and their measures."""
    measured: dict[str, set[str]] = field(default_factory=dict)
    """The measures of every activity, joint or by name."""
    shares: KeptClaims = field(default_factory=dict)
    """What is claimed of activities, by what they count for."""
    marks: list[Mark] = field(default_factory=list)
    """What its lines may share with those of others."""
    attached: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    """Stored files, and the lines that rest on them."""


@contextmanager
def preparing(report_id: UUID) -> Iterator[PreparedReport]:
    """A report to be prepared; what waits of it is gone when the block ends."""
    with open_spool() as lines, open_spool() as entries:
        yield PreparedReport(report_id, SpooledRows(lines), SpooledRows(entries))


@dataclass
class ReportPreparation:
    """Prepares the lines of one file for one report."""

    db: Database
    toms: TomsClient
    partners: PartnersClient
    scope: ReportScope
    now: datetime
    prepared: PreparedReport
    _seen: set[bytes] = field(default_factory=set)

    async def take(self, portions: AsyncIterator[Portion]) -> None:
        """Judge and value every line."""
        async for portion in portions:
            await self._take(portion)

    async def _take(self, portion: Portion) -> None:
        prepared = self.prepared
        prepared.row_count += portion.row_count
        prepared.without_quantity += portion.without_quantity
        for faults in portion.faults:
            prepared.faults.add(faults)
        kept = self._without_repeats(list(zip(portion.rows, portion.lines, strict=True)))
        valued = await self._valued(kept)
        if valued:
            claim(prepared.shares, (line.resolved for line in valued))
            await asyncio.to_thread(self._spool, valued)

    def _without_repeats(
        self, lines: Sequence[tuple[int, ReportLineDraft]]
    ) -> list[tuple[int, ReportLineDraft]]:
        """The lines that no earlier one says already, in this portion or those before."""
        kept = []
        for row, line in lines:
            content = hashlib.blake2b(line.model_dump_json().encode(), digest_size=16).digest()
            if content in self._seen:
                message = "says again what a row above says"
                self.prepared.faults.add([RowFault(row, None, "line_duplicated", message)])
            else:
                self._seen.add(content)
                kept.append((row, line))
        return kept

    async def _valued(self, lines: list[tuple[int, ReportLineDraft]]) -> list[ValuedReportLine]:
        """The lines with their values; rows with faults are noted, left out, and the others tried again."""
        prepared = self.prepared
        measured = {activity: frozenset(codes) for activity, codes in prepared.measured.items()}
        earlier = EarlierLines(measured, prepared.shares)
        for _ in range(MAX_ROUNDS):
            if not lines:
                return []
            try:
                return await value_report(
                    self.db,
                    self.toms,
                    self.partners,
                    self.scope,
                    [line for _, line in lines],
                    self.now,
                    earlier=earlier,
                    in_bulk=True,
                )
            except InvalidInput as refusal:
                lines = self._without_faulty(lines, refusal)
        raise AssertionError("a judgement has fewer steps than rounds")

    def _without_faulty(
        self, lines: list[tuple[int, ReportLineDraft]], refusal: InvalidInput
    ) -> list[tuple[int, ReportLineDraft]]:
        """The lines that a refusal says nothing against; one that is against none of them stands."""
        by_line: dict[int, list[RowFault]] = {}
        for error in refusal.errors:
            place = _place_of(error)
            if place is None or place[0] >= len(lines):
                raise refusal
            row = lines[place[0]][0]
            by_line.setdefault(place[0], []).append(RowFault(row, place[1], error.code, error.message))
        if not by_line:
            raise refusal
        for index in sorted(by_line):
            self.prepared.faults.add(by_line[index])
        return [line for index, line in enumerate(lines) if index not in by_line]

    def _spool(self, lines: Sequence[ValuedReportLine]) -> None:
        prepared, texts, entry_texts = self.prepared, [], []
        for ordinal, line in enumerate(lines, start=prepared.line_count):
            row = line_row(line, new_id(), prepared.report_id, ordinal, self.scope)
            texts.append(line_text(row))
            prepared.lines.columns = prepared.lines.columns or tuple(row)
            for entry in self._entries(line, row["line_id"]):
                entry_texts.append(copy_line(entry.values()))
                prepared.entries.columns = prepared.entries.columns or tuple(entry)
            self._note(line, row)
        prepared.lines.file.write("".join(texts).encode())
        prepared.entries.file.write("".join(entry_texts).encode())
        prepared.line_count += len(lines)

    def _entries(self, line: ValuedReportLine, line_id: UUID) -> Iterator[dict[str, Any]]:
        """What the ledger says of a line."""
        delivered = line.delivered(line_id, self.prepared.report_id, self.scope)
        quantity, amounts = line.counted_quantity, line.amounts
        for entry in entries_of_delivery(
            delivered, "delivered", quantity, amounts, "report", new_id, self.now
        ):
            yield entry_row(entry)

    def _note(self, line: ValuedReportLine, row: dict[str, Any]) -> None:
        """What the report as a whole has to know of a line."""
        prepared = self.prepared
        prepared.social_pence += line.amounts.social_pence
        prepared.local_pence += line.amounts.local_pence
        if line.measure.licence_framework is not None:
            prepared.licensed.add(line.measure.licence_framework)
        if line.draft.activity_id is not None:
            prepared.claimed.add((line.draft.activity_id, line.draft.measure))
        if (activity := line.resolved.stated.activity_key) is not None:
            prepared.measured.setdefault(activity, set()).add(line.draft.measure)
        if line.evidence:
            prepared.attached.extend(attachments_of([row]))
        prepared.marks.extend(marks_of(row))


async def portions_of(rows: ReportFileRows) -> AsyncIterator[Portion]:
    """A file's rows, portion by portion."""
    while (portion := await asyncio.to_thread(rows.portion, PORTION_ROWS)).row_count:
        yield portion


def open_spool() -> SpooledTemporaryFile[bytes]:
    """A file without a name that is gone when it is closed; small ones stay in memory."""
    return SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


def _place_of(error: FieldError) -> tuple[int, str | None] | None:
    """The line and the column that a fault points at; none when it points at no line."""
    parts = error.pointer.split("/")
    if len(parts) < 3 or parts[1] != "lines" or not parts[2].isdigit():
        return None
    return int(parts[2]), parts[3] if len(parts) > 3 and parts[3] else None
