"""A draft is submitted: its lines are judged and valued as those of any report, and the draft is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import ReportLineDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from reporting_api.domain.entries import worst_status
from reporting_api.domain.report_drafts import ReportDraftChanged, require_content, require_reason
from reporting_api.domain.reports import ReportInvalid, require_period_holds
from reporting_api.storage.drafts import draft_by_id, draft_lines_from, forget_draft
from reporting_api.storage.reports import report_by_id
from reporting_api.use_cases.correct_report import give_way, require_correctable, require_own
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.keep_drafts import draft_answer, require_own_draft
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.prepare_report_file import (
    PORTION_ROWS,
    PreparedReport,
    ReportPreparation,
    preparing,
)
from reporting_api.use_cases.read_report_file import Portion
from reporting_api.use_cases.submit_report import reporter_of
from reporting_api.use_cases.value_report import ReportScope
from reporting_api.use_cases.write_report import write_prepared


async def submit_report_draft(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    draft_id: UUID,
    if_match: str | None,
    once: Once,
    now: datetime,
) -> Answer:
    """The report that the draft becomes, under its id; refused with the faults of its lines."""
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        draft = require_own_draft(caller, await draft_by_id(tx, draft_id))
    require_match(if_match, draft_answer(draft))
    require_content(draft["nil_return"], draft["line_count"])
    scope, name = await _scope(db, partners, caller, draft, now)
    corrects: UUID | None = draft["corrects"]
    with preparing(draft_id) as prepared:
        preparation = ReportPreparation(db, toms, partners, scope, now, prepared)
        await preparation.take(_portions(db, draft_id))
        _require_faultless(prepared)
        async with db.begin() as tx:
            if (earlier := await replayed(tx, once)) is not None:
                return earlier
            current = await draft_by_id(tx, draft_id, lock=True)
            if current is None or current["version"] != draft["version"]:
                raise ReportDraftChanged("The draft changed meanwhile; read it again.")
            corrected = None if corrects is None else await give_way(tx, corrects, now)
            report = await write_prepared(
                tx,
                caller,
                scope,
                name,
                prepared,
                now,
                supersedes=corrects,
                correction_reason=draft["correction_reason"],
                first_submitted_at=None if corrected is None else corrected["first_submitted_at"],
            )
            await forget_draft(tx, draft_id)
            return await keep(tx, once, 201, report, now)


async def _scope(
    db: Database, partners: PartnersClient, caller: Caller, draft: RowMapping, now: datetime
) -> tuple[ReportScope, str]:
    """Whose report of what it is, and what its organisation is called."""
    period = Period(draft["period_start"], draft["period_end"])
    require_period_holds(period, now.date())
    place = await place_of(db, partners, draft["place_id"], now)
    reporter = await reporter_of(db, partners, caller, now)
    agreed, status, local_area = draft["named_totals_agreed"], draft["data_status"], draft["local_area"]
    if draft["corrects"] is not None:
        require_reason(draft["correction_reason"])
        async with db.begin() as tx:
            corrected = require_own(caller, await report_by_id(tx, draft["corrects"]))
        require_correctable(corrected)
        agreed, status = corrected["named_totals_agreed"], corrected["data_status"]
        local_area = local_area or corrected["local_area"]
    status = worst_status(status, reporter.data_status)
    scope = ReportScope(caller.org, place, period, draft["nil_return"], agreed, status, local_area)
    return scope, reporter.legal_name


async def _portions(db: Database, draft_id: UUID) -> AsyncIterator[Portion]:
    """The draft's lines, read portion by portion, each in a transaction of its own."""
    first = 0
    while True:
        async with db.begin() as tx:
            found = await draft_lines_from(tx, draft_id, first, PORTION_ROWS)
        if not found:
            return
        yield Portion(
            rows=[ordinal for ordinal, _ in found],
            lines=[ReportLineDraft.model_validate(line) for _, line in found],
        )
        first = found[-1][0] + 1


def _require_faultless(prepared: PreparedReport) -> None:
    """Refuse a draft with the faults of its lines, by their place in it."""
    if not prepared.faults.listed:
        return
    errors = [
        FieldError(
            f"/lines/{one.row}" + ("" if one.column is None else f"/{one.column}"), one.code, one.message
        )
        for one in prepared.faults.listed
    ]
    count = prepared.faults.count
    raise ReportInvalid(f"{count} faults in {prepared.faults.row_count} lines; see errors.", errors=errors)
