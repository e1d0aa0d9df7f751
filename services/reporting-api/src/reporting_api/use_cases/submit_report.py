"""An organisation reports what it delivered in a period, or that it delivered nothing."""

from __future__ import annotations

from datetime import datetime

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.reporting import ReportDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import InvalidInput
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.entries import worst_status
from reporting_api.domain.reports import require_period_holds
from reporting_api.use_cases.gather import organisations_of, place_of
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.value_report import ReportScope, value_report
from reporting_api.use_cases.write_report import write_report


class ReporterUnknown(InvalidInput):
    """The organisation that the caller acts for is not one that partners-api knows."""

    code = "reporter_unknown"
    title = "The reporting organisation is not known"


async def submit_report(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    draft: ReportDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The report of the organisation that the caller acts for, its lines valued and entered as delivered."""
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    period = Period(draft.period_start, draft.period_end)
    require_period_holds(period, now.date())
    place = await place_of(db, partners, draft.place_id, now, slug=draft.place_slug)
    reporter = await reporter_of(db, partners, caller, now)
    status = worst_status(draft.data_status, reporter.data_status)
    agreed = draft.named_totals_agreed
    scope = ReportScope(caller.org, place, period, draft.nil_return, agreed, status, draft.local_area)
    lines = await value_report(db, toms, partners, scope, draft.lines, now)

    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        report = await write_report(tx, caller, scope, reporter.legal_name, lines, now)
        return await keep(tx, once, 201, report, now)


async def reporter_of(db: Database, partners: PartnersClient, caller: Caller, now: datetime) -> Organisation:
    """The organisation that the caller acts for, as partners-api has it now."""
    found = await organisations_of(db, partners, {caller.org}, now)
    if caller.org not in found:
        raise ReporterUnknown("The organisation that the token names is not known.")
    return found[caller.org]
