"""What submitting a report would record; nothing is kept."""

from __future__ import annotations

from datetime import datetime

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.report_files import ReportTotals, ReportTrial, TrialLine
from cdp_common.contracts.reporting import ReportDraft
from cdp_common.db.database import Database
from cdp_common.kernel.licence import sees_figures
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.entries import worst_status
from reporting_api.domain.reports import require_period_holds
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.report_contracts import plain
from reporting_api.use_cases.submit_report import reporter_of
from reporting_api.use_cases.value_report import ReportScope, ValuedReportLine, value_report


async def try_report(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    draft: ReportDraft,
    now: datetime,
) -> ReportTrial:
    """The lines as they would be recorded; refused with every fault, as submitting is.

    Whether the period is reported already is for submitting to say: a trial may come before a correction.
    """
    period = Period(draft.period_start, draft.period_end)
    require_period_holds(period, now.date())
    place = await place_of(db, partners, draft.place_id, now, slug=draft.place_slug)
    reporter = await reporter_of(db, partners, caller, now)
    status = worst_status(draft.data_status, reporter.data_status)
    scope = ReportScope(caller.org, place, period, draft.nil_return, draft.named_totals_agreed, status)
    lines = await value_report(db, toms, partners, scope, draft.lines, now)
    is_shown = all(sees_figures(line.measure.licence_framework, caller.scopes) for line in lines)
    social = sum(line.amounts.social_pence for line in lines)
    local = sum(line.amounts.local_pence for line in lines)
    trial = ReportTrial(
        lines=[_line(line) for line in lines],
        totals=ReportTotals(
            social_gbp=gbp_from_pence(social) if is_shown else None,
            local_economic_gbp=gbp_from_pence(local) if is_shown else None,
            total_gbp=gbp_from_pence(social + local) if is_shown else None,
        ),
    )
    return for_reader(trial, caller.scopes)


def _line(line: ValuedReportLine) -> TrialLine:
    amounts = line.amounts
    return TrialLine(
        measure=line.draft.measure,
        edition_hash=line.resolved.edition_hash,
        unit=line.draft.unit,
        target_group=line.resolved.target_group,
        counted_quantity=plain(line.counted_quantity),
        social_gbp=gbp_from_pence(amounts.social_pence),
        local_economic_gbp=gbp_from_pence(amounts.local_pence),
        total_gbp=gbp_from_pence(amounts.total_pence),
        licensed_framework=line.measure.licence_framework,
    )
