"""A CSV file or workbook is kept as a draft: only the form of its rows is judged until it is submitted."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts import report_files as contract
from cdp_common.contracts.report_drafts import DraftContent, KeptDraft
from cdp_common.contracts.report_files import ReportFileReceipt, ReportTotals
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from reporting_api.domain.report_file import RowFaults
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.keep_drafts import as_kept, write_draft
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.prepare_report_file import open_spool, portions_of
from reporting_api.use_cases.read_report_file import ReportFileRows, rows_of
from reporting_api.use_cases.submit_report_file import FileOfReport, corrected_by, require_accepted


class _Read:
    """The lines of a file that wait to be written, and what was found on the way."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        self._portions = 0
        self.row_count = self.line_count = self.without_quantity = 0
        self.faults = RowFaults()

    async def take(self, rows: ReportFileRows) -> None:
        """Read every row."""
        async for portion in portions_of(rows):
            self.row_count += portion.row_count
            self.without_quantity += portion.without_quantity
            for faults in portion.faults:
                self.faults.add(faults)
            if portion.lines:
                await asyncio.to_thread(pickle.dump, as_kept(portion.lines), self._spool)
                self._portions += 1
                self.line_count += len(portion.lines)

    def portions(self) -> Iterator[list[str]]:
        """The lines again, as they are kept."""
        self._spool.seek(0)
        for _ in range(self._portions):
            # Written a moment ago by this process to a file that has no name.
            yield pickle.load(self._spool)  # noqa: S301


async def keep_file_as_draft(
    db: Database, partners: PartnersClient, caller: Caller, file: FileOfReport, once: Once, now: datetime
) -> Answer:
    """The receipt of a file with the draft that it makes; a row without form refuses it, unless left out."""
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    if file.corrects is not None:
        await corrected_by(db, caller, file)
    place = await place_of(db, partners, file.place_id, now)
    content = DraftContent(
        named_totals_agreed=file.named_totals_agreed,
        data_status=file.data_status,
        reason=None if file.corrects is None else file.reason,
        local_area=file.local_area,
    )
    with open_spool() as spool:
        read = _Read(spool)
        with rows_of(file.upload, file.media_type, file.edition_hash) as rows:
            await read.take(rows)
        require_accepted(file, read.faults, read.line_count)
        async with db.begin() as tx:
            if (earlier := await replayed(tx, once)) is not None:
                return earlier
            draft = await write_draft(
                tx, caller, place, file.period, content, read.portions(), now, corrects=file.corrects
            )
            return await keep(tx, once, 201, _receipt(draft, read), now)


def _receipt(draft: KeptDraft, read: _Read) -> ReportFileReceipt:
    return ReportFileReceipt(
        report=None,
        draft=draft,
        row_count=read.row_count,
        line_count=read.line_count,
        rows_without_quantity=read.without_quantity,
        rows_left_out=read.faults.row_count,
        faults=[
            contract.RowFault(row=one.row, column=one.column, code=one.code, message=one.message)
            for one in read.faults.listed
        ],
        totals=ReportTotals(social_gbp=None, local_economic_gbp=None, total_gbp=None),
    )
