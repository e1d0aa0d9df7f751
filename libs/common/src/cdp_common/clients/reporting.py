"""The client of reporting-api."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import quote
from uuid import UUID

from cdp_common.clients.conflicts import ConflictOperations
from cdp_common.clients.evidence import EvidenceOperations
from cdp_common.clients.exports import ExportOperations
from cdp_common.clients.line_deliveries import LineDeliveryOperations
from cdp_common.clients.need_figures import NeedFigureOperations
from cdp_common.clients.obligations import ObligationOperations
from cdp_common.clients.people import PeopleOperations
from cdp_common.clients.performance import PerformanceOperations
from cdp_common.clients.prior_totals import PriorTotalOperations
from cdp_common.clients.report_drafts import ReportDraftOperations
from cdp_common.clients.report_files import ReportFileOperations
from cdp_common.clients.spend import SpendOperations
from cdp_common.clients.targets import TargetOperations
from cdp_common.clients.value_at_edition import ValueAtEditionOperations
from cdp_common.contracts.activities import Activity, ActivityDraft
from cdp_common.contracts.base import EventPage, Page
from cdp_common.contracts.bridges import BridgeEntry
from cdp_common.contracts.ledger_heads import LedgerHead, LedgerKeys
from cdp_common.contracts.previews import PublicationPreview
from cdp_common.contracts.publication_files import PublicationKeys
from cdp_common.contracts.publications import Publication, PublicationDraft
from cdp_common.contracts.reporting import (
    Basis,
    CollectiveValue,
    Correction,
    FeedState,
    LedgerEntry,
    PoundExplanation,
    Report,
    ReportDraft,
    Review,
)


class ReportingClient(
    ConflictOperations,
    EvidenceOperations,
    ExportOperations,
    LineDeliveryOperations,
    NeedFigureOperations,
    ObligationOperations,
    PeopleOperations,
    PerformanceOperations,
    PriorTotalOperations,
    ReportDraftOperations,
    ReportFileOperations,
    SpendOperations,
    TargetOperations,
    ValueAtEditionOperations,
):
    """reporting-api, one method per operation."""

    # -------------------------------------------------------------- joint activities
    async def create_activity(self, draft: ActivityDraft, *, idempotency_key: str) -> Activity:
        """The new joint activity."""
        return await self._post("/v1/activities", Activity, json=draft, idempotency_key=idempotency_key)

    async def confirm_activity(self, activity_id: UUID, *, idempotency_key: str) -> Activity:
        """The activity after the caller's share is confirmed."""
        path = f"/v1/activities/{activity_id}/confirmations"
        return await self._post(path, Activity, idempotency_key=idempotency_key)

    async def get_activity(self, activity_id: UUID) -> Activity:
        """One joint activity."""
        return await self._get(f"/v1/activities/{activity_id}", Activity)

    # -------------------------------------------------------------- reports
    async def submit_report(self, draft: ReportDraft, *, idempotency_key: str) -> Report:
        """The report as recorded and valued."""
        return await self._post("/v1/reports", Report, json=draft, idempotency_key=idempotency_key)

    async def get_report(self, report_id: UUID) -> Report:
        """One report."""
        return await self._get(f"/v1/reports/{report_id}", Report)

    async def list_reports(
        self,
        *,
        place_id: UUID | None = None,
        state: str | None = None,
        organisation_ids: Sequence[UUID] | None = None,
        of_each: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Report]:
        """Reports that the caller may see, oldest first; of these organisations, so many of each."""
        params = {
            "place_id": place_id,
            "state": state,
            "organisation_id": organisation_ids,
            "of_each": of_each,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get("/v1/reports", Page[Report], params=params)

    async def review_report(self, report_id: UUID, review: Review, *, idempotency_key: str) -> Report:
        """The report after the review."""
        path = f"/v1/reports/{report_id}/reviews"
        return await self._post(path, Report, json=review, idempotency_key=idempotency_key)

    async def correct_report(
        self, report_id: UUID, correction: Correction, *, idempotency_key: str
    ) -> Report:
        """The report that takes the earlier one's place."""
        path = f"/v1/reports/{report_id}/corrections"
        return await self._post(path, Report, json=correction, idempotency_key=idempotency_key)

    # -------------------------------------------------------------- collective value and ledger
    async def get_collective_value(
        self,
        place_id: UUID,
        *,
        from_: date,
        to: date,
        as_of: datetime | None = None,
        group_by: str | None = None,
        basis: Basis | None = None,
    ) -> CollectiveValue:
        """The four figures of a window; `group_by` is a comma list, `crosswalk:<scheme>` in it included."""
        params = {"from": from_, "to": to, "as_of": as_of, "group_by": group_by, "basis": basis}
        return await self._get(f"/v1/places/{place_id}/collective-value", CollectiveValue, params=params)

    async def list_ledger_entries(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[LedgerEntry]:
        """The place's ledger in the order of recording."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/ledger-entries", Page[LedgerEntry], params=params)

    async def get_ledger_head(self, place_id: UUID) -> LedgerHead:
        """The last sealed block of the place's ledger, signed."""
        return await self._get(f"/v1/places/{place_id}/ledger-head", LedgerHead)

    async def get_ledger_keys(self) -> LedgerKeys:
        """The public keys with which heads of ledgers are verified."""
        return await self._get("/v1/ledger-keys", LedgerKeys)

    async def list_feeds(self) -> Page[FeedState]:
        """How far the other services' feeds have been read."""
        return await self._get("/v1/feeds", Page[FeedState])

    # -------------------------------------------------------------- publications
    async def preview_publication(self, place_id: UUID, *, from_: date, to: date) -> PublicationPreview:
        """What publishing the period now would show, and could not hide."""
        path, params = f"/v1/places/{place_id}/publication-preview", {"from": from_, "to": to}
        return await self._get(path, PublicationPreview, params=params)

    async def publish_period(
        self, place_id: UUID, draft: PublicationDraft, *, idempotency_key: str
    ) -> Publication:
        """The frozen publication."""
        path = f"/v1/places/{place_id}/publications"
        return await self._post(path, Publication, json=draft, idempotency_key=idempotency_key)

    async def list_publications(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Publication]:
        """The place's publications, the newest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/publications", Page[Publication], params=params)

    async def get_publication(self, publication_id: UUID) -> Publication:
        """One publication as it was frozen."""
        return await self._get(f"/v1/publications/{publication_id}", Publication)

    async def get_publication_keys(self) -> PublicationKeys:
        """The public keys with which signatures of publications are verified."""
        return await self._get("/v1/publication-keys", PublicationKeys)

    async def get_publication_file(self, publication_id: UUID, kind: str) -> bytes:
        """A publication's file: `html`, `csv`, `pdf` or `signature`."""
        return (await self._send("GET", f"/v1/publications/{publication_id}/files/{kind}", {})).body

    async def list_bridge_entries(
        self, publication_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[BridgeEntry]:
        """Every ledger entry of the publication's bridge with its step."""
        path, params = f"/v1/publications/{publication_id}/bridge-entries", {"limit": limit, "cursor": cursor}
        return await self._get(path, Page[BridgeEntry], params=params)

    async def explain_pounds(self, publication_id: UUID, measure: str) -> PoundExplanation:
        """How a measure's delivered pounds in a publication came about."""
        path = f"/v1/publications/{publication_id}/explanations/{quote(measure, safe='~')}"
        return await self._get(path, PoundExplanation)

    # -------------------------------------------------------------- events
    async def list_events(self, *, after: int = 0, limit: int | None = None) -> EventPage:
        """The events after a position that the caller may see."""
        return await self._get("/v1/events", EventPage, params={"after": after, "limit": limit})
