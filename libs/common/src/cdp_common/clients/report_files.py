"""The part of reporting-api's client that is about reports as files, trials and templates."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.clients.base import ServiceClient, UploadFile
from cdp_common.contracts.base import DataStatus, Page
from cdp_common.contracts.report_files import FaultyRows, ReportFileReceipt, ReportTrial, TemplateFormat
from cdp_common.contracts.reporting import ReportDraft, ReportLine


class ReportFileOperations(ServiceClient):
    """Reports as files."""

    async def submit_report_file(
        self,
        file: UploadFile,
        *,
        place_id: UUID,
        period_start: date,
        period_end: date,
        idempotency_key: str,
        faulty_rows: FaultyRows = "refuse",
        edition_hash: str | None = None,
        named_totals_agreed: bool = False,
        data_status: DataStatus = "actual",
        corrects: UUID | None = None,
        reason: str | None = None,
        local_area: str | None = None,
        as_draft: bool = False,
    ) -> ReportFileReceipt:
        """The receipt of a file with the report that it makes, or the draft."""
        params = {
            "place_id": place_id,
            "period_start": period_start,
            "period_end": period_end,
            "faulty_rows": faulty_rows,
            "edition_hash": edition_hash,
            "named_totals_agreed": named_totals_agreed,
            "data_status": data_status,
            "corrects": corrects,
            "reason": reason,
            "local_area": local_area,
            "as_draft": as_draft,
        }
        return await self._post(
            "/v1/report-files",
            ReportFileReceipt,
            params=params,
            upload=file,
            idempotency_key=idempotency_key,
        )

    async def validate_report_file(
        self,
        file: UploadFile,
        *,
        place_id: UUID,
        period_start: date,
        period_end: date,
        edition_hash: str | None = None,
    ) -> ReportFileReceipt:
        """What submitting the file would do; nothing is kept."""
        params = {
            "place_id": place_id,
            "period_start": period_start,
            "period_end": period_end,
            "edition_hash": edition_hash,
        }
        path = "/v1/report-files/validate"
        return await self._post(path, ReportFileReceipt, params=params, upload=file, is_read=True)

    async def validate_report(self, draft: ReportDraft) -> ReportTrial:
        """What submitting the report would record; nothing is kept."""
        return await self._post("/v1/reports/validate", ReportTrial, json=draft, is_read=True)

    async def get_report_template(
        self, place_id: UUID, *, from_: date, to: date, format_: TemplateFormat = "csv"
    ) -> bytes:
        """The template of the caller's organisation, as the file that it is."""
        params = {"from": from_, "to": to, "format": format_}
        reply = await self._send("GET", f"/v1/places/{place_id}/report-template", {"params": params})
        return reply.body

    async def list_report_lines(
        self, report_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[ReportLine]:
        """The lines of a report in the order in which they were stated."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/reports/{report_id}/lines", Page[ReportLine], params=params)
