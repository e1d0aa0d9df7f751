"""A report as a CSV file or workbook: submitted whole, or without its faulty rows, or tried out only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts import report_files as contract
from cdp_common.contracts.base import DataStatus
from cdp_common.contracts.report_files import FaultyRows, ReportFileReceipt, ReportTotals
from cdp_common.contracts.reporting import Report
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.uploads import Upload
from reporting_api.domain.entries import worst_status
from reporting_api.domain.report_file import ReportFileInvalid, RowFaults
from reporting_api.domain.reports import require_period_holds
from reporting_api.storage.reports import report_by_id
from reporting_api.use_cases.correct_report import give_way, require_correctable, require_own
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.prepare_report_file import (
    PreparedReport,
    ReportPreparation,
    portions_of,
    preparing,
)
from reporting_api.use_cases.read_report_file import rows_of
from reporting_api.use_cases.submit_report import reporter_of
from reporting_api.use_cases.value_report import ReportScope
from reporting_api.use_cases.write_report import write_prepared


@dataclass(frozen=True, slots=True)
class FileOfReport:
    """What is said of a file beside its rows: whose period it reports, and what faulty rows do to it."""

    upload: Upload
    media_type: str
    place_id: UUID
    period: Period
    faulty_rows: FaultyRows
    edition_hash: str | None
    named_totals_agreed: bool
    data_status: DataStatus
    corrects: UUID | None
    reason: str | None
    local_area: str | None = None


@dataclass(frozen=True, slots=True)
class _Reporter:
    """The report that a file makes, and what its organisation is called."""

    scope: ReportScope
    name: str


async def submit_report_file(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    file: FileOfReport,
    once: Once,
    now: datetime,
) -> Answer:
    """The receipt of a file with the report that it makes; a faulty row refuses it, unless left out."""
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    reporter = await _reporter(db, partners, caller, file, now)
    with preparing(new_id()) as prepared:
        await _prepare(db, partners, toms, reporter.scope, file, prepared, now)
        require_accepted(file, prepared.faults, prepared.line_count)
        async with db.begin() as tx:
            if (earlier := await replayed(tx, once)) is not None:
                return earlier
            corrected = None
            if file.corrects is not None:
                corrected = await give_way(tx, file.corrects, now)
            report = await write_prepared(
                tx,
                caller,
                reporter.scope,
                reporter.name,
                prepared,
                now,
                supersedes=file.corrects,
                correction_reason=file.reason if file.corrects is not None else None,
                first_submitted_at=None if corrected is None else corrected["first_submitted_at"],
            )
            return await keep(tx, once, 201, _receipt(report, prepared, caller), now)


async def try_report_file(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    file: FileOfReport,
    now: datetime,
) -> ReportFileReceipt:
    """What submitting the file would do, with the faults of its rows; nothing is kept."""
    reporter = await _reporter(db, partners, caller, file, now)
    with preparing(new_id()) as prepared:
        await _prepare(db, partners, toms, reporter.scope, file, prepared, now)
        return _receipt(None, prepared, caller)


async def _reporter(
    db: Database, partners: PartnersClient, caller: Caller, file: FileOfReport, now: datetime
) -> _Reporter:
    require_period_holds(file.period, now.date())
    agreed, status, local_area = file.named_totals_agreed, file.data_status, file.local_area
    if file.corrects is not None:
        corrected = await corrected_by(db, caller, file)
        agreed, status = corrected["named_totals_agreed"], corrected["data_status"]
        local_area = local_area or corrected["local_area"]
    place = await place_of(db, partners, file.place_id, now)
    reporter = await reporter_of(db, partners, caller, now)
    scope = ReportScope(
        caller.org, place, file.period, False, agreed, worst_status(status, reporter.data_status), local_area
    )
    return _Reporter(scope, reporter.legal_name)


async def corrected_by(db: Database, caller: Caller, file: FileOfReport) -> RowMapping:
    """The report that the file corrects: the caller's own, of the same place and period."""
    assert file.corrects is not None  # asked for by its caller
    async with db.begin() as tx:
        report = require_own(caller, await report_by_id(tx, file.corrects))
    require_correctable(report)
    faults = []
    if report["place_id"] != file.place_id:
        faults.append(FieldError("?place_id", "place_differs", "the report is of another place"))
    if (report["period_start"], report["period_end"]) != (file.period.start, file.period.end):
        faults.append(FieldError("?period_start", "period_differs", "the report is of another period"))
    if file.reason is None:
        faults.append(FieldError("?reason", "required", "a correction says why"))
    if faults:
        raise ReportFileInvalid("The correction does not fit its report; see errors.", errors=faults)
    return report


async def _prepare(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    scope: ReportScope,
    file: FileOfReport,
    prepared: PreparedReport,
    now: datetime,
) -> None:
    with rows_of(file.upload, file.media_type, file.edition_hash) as rows:
        await ReportPreparation(db, toms, partners, scope, now, prepared).take(portions_of(rows))


def require_accepted(file: FileOfReport, found: RowFaults, line_count: int) -> None:
    """Refuse a file with faulty rows, unless they are to be left out, and one that reports nothing."""
    faults = [fault.at_cell for fault in found.listed]
    if faults and file.faulty_rows == "refuse":
        raise ReportFileInvalid(f"{found.count} faults in {found.row_count} rows; see errors.", errors=faults)
    if line_count == 0:
        missing = FieldError("/rows", "lines_missing", "no row states a quantity that can be reported")
        raise ReportFileInvalid("The file reports nothing; see errors.", errors=[missing, *faults])


def _receipt(report: Report | None, prepared: PreparedReport, caller: Caller) -> ReportFileReceipt:
    is_shown = prepared.licensed <= set(frameworks_held(caller.scopes))
    social, local = prepared.social_pence, prepared.local_pence
    return ReportFileReceipt(
        report=report,
        row_count=prepared.row_count,
        line_count=prepared.line_count,
        rows_without_quantity=prepared.without_quantity,
        rows_left_out=prepared.faults.row_count,
        faults=[
            contract.RowFault(row=one.row, column=one.column, code=one.code, message=one.message)
            for one in prepared.faults.listed
        ],
        totals=ReportTotals(
            social_gbp=gbp_from_pence(social) if is_shown else None,
            local_economic_gbp=gbp_from_pence(local) if is_shown else None,
            total_gbp=gbp_from_pence(social + local) if is_shown else None,
        ),
    )
