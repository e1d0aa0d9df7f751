"""The part of reporting-api's client that is about drafts of reports."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.report_drafts import DraftContent, KeptDraft, NewReportDraft
from cdp_common.contracts.reporting import Report, ReportDraft, ReportLineDraft


class ReportDraftOperations(ServiceClient):
    """Drafts of reports."""

    async def create_report_draft(
        self, draft: NewReportDraft | ReportDraft, *, idempotency_key: str
    ) -> KeptDraft:
        """The draft as it is kept: nothing of it is judged, valued or counted yet."""
        return await self._post("/v1/report-drafts", KeptDraft, json=draft, idempotency_key=idempotency_key)

    async def list_report_drafts(
        self, *, place_id: UUID | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[KeptDraft]:
        """The drafts of the caller's own organisation, oldest first."""
        params = {"place_id": place_id, "limit": limit, "cursor": cursor}
        return await self._get("/v1/report-drafts", Page[KeptDraft], params=params)

    async def get_report_draft(self, draft_id: UUID) -> KeptDraft:
        """One draft of the caller's own organisation."""
        return await self._get(f"/v1/report-drafts/{draft_id}", KeptDraft)

    async def list_report_draft_lines(
        self, draft_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[ReportLineDraft]:
        """The lines of a draft in the order in which they were stated."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/report-drafts/{draft_id}/lines", Page[ReportLineDraft], params=params)

    async def replace_report_draft(
        self, draft_id: UUID, content: DraftContent, *, if_match: str
    ) -> KeptDraft:
        """The draft with its whole new content."""
        return await self._put(f"/v1/report-drafts/{draft_id}", KeptDraft, json=content, if_match=if_match)

    async def delete_report_draft(self, draft_id: UUID, *, if_match: str) -> None:
        """Forget a draft."""
        await self._send("DELETE", f"/v1/report-drafts/{draft_id}", {"if_match": if_match})

    async def submit_report_draft(self, draft_id: UUID, *, if_match: str, idempotency_key: str) -> Report:
        """The report that the draft has become."""
        path = f"/v1/report-drafts/{draft_id}/submission"
        return await self._post(path, Report, if_match=if_match, idempotency_key=idempotency_key)
