"""What the client of partners-api can ask about the Knowledge Hub: pages, search, contacts."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.hub import (
    HubContact,
    HubContactDraft,
    HubContent,
    HubDraft,
    HubDraftSummary,
    HubHit,
    HubKind,
    HubPage,
    HubPageDraft,
    HubPageSummary,
    HubPublication,
    HubReview,
    HubState,
    HubWithdrawal,
    HumanValues,
)
from cdp_common.contracts.hub_previews import HubPreview, HubPreviewRequest, HubPreviewToken


class HubOperations(ServiceClient):
    """The operations on the Knowledge Hub, as a part of `PartnersClient`."""

    # -------------------------------------------------------------- what everybody reads
    async def get_human_values(self) -> HumanValues:
        """The human values with which stories are tagged."""
        return await self._get("/v1/hub/human-values", HumanValues)

    async def list_hub_hits(
        self,
        *,
        place: str,
        q: str,
        kind: HubKind | Literal["gathering"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[HubHit]:
        """What the place of this slug has published and fits the words, the best fit first."""
        params = {"place": place, "q": q, "kind": kind, "limit": limit, "cursor": cursor}
        return await self._get("/v1/hub/search", Page[HubHit], params=params)

    async def list_hub_pages(
        self,
        place_id: UUID,
        *,
        kind: HubKind | None = None,
        slug: str | None = None,
        objective: str | None = None,
        measure: str | None = None,
        area: str | None = None,
        human_value: str | None = None,
        organisation_id: UUID | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[HubPageSummary]:
        """What the place has published, the latest first."""
        tags = {"objective": objective, "measure": measure, "area": area, "human_value": human_value}
        wanted = {"kind": kind, "slug": slug, "organisation_id": organisation_id, **tags}
        params = {**wanted, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/hub-pages", Page[HubPageSummary], params=params)

    async def get_hub_page(self, page_id: UUID) -> HubPage:
        """One published page."""
        return await self._get(f"/v1/hub-pages/{page_id}", HubPage)

    async def batch_hub_pages(self, batch: IdBatch) -> Batch[HubPage]:
        """Published pages by id."""
        return await self._post("/v1/hub-pages/batch", Batch[HubPage], json=batch, is_read=True)

    async def list_hub_contacts(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[HubContact]:
        """Whom to turn to, by label."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/hub-contacts", Page[HubContact], params=params)

    async def get_hub_preview(self, token: str) -> HubPreview:
        """The draft that the token opens, as it stands now."""
        return await self._get("/v1/hub-previews", HubPreview, preview_token=token)

    # -------------------------------------------------------------- what editors do
    async def add_hub_contact(
        self, place_id: UUID, draft: HubContactDraft, *, idempotency_key: str
    ) -> HubContact:
        """The contact."""
        path = f"/v1/places/{place_id}/hub-contacts"
        return await self._post(path, HubContact, json=draft, idempotency_key=idempotency_key)

    async def remove_hub_contact(self, contact_id: UUID) -> None:
        """Nothing of the contact stays."""
        await self._delete(f"/v1/hub-contacts/{contact_id}")

    async def draft_hub_page(
        self, place_id: UUID, draft: HubPageDraft, *, idempotency_key: str
    ) -> HubDraftSummary:
        """The new page."""
        path = f"/v1/places/{place_id}/hub-pages"
        return await self._post(path, HubDraftSummary, json=draft, idempotency_key=idempotency_key)

    async def list_hub_drafts(
        self,
        place_id: UUID,
        *,
        state: HubState | None = None,
        kind: HubKind | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[HubDraftSummary]:
        """All pages of the place, the one changed last first."""
        params = {"state": state, "kind": kind, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/hub-drafts", Page[HubDraftSummary], params=params)

    async def get_hub_draft(self, page_id: UUID, *, version: int | None = None) -> HubDraft:
        """A version of a page, with the page's history."""
        return await self._get(f"/v1/hub-drafts/{page_id}", HubDraft, params={"version": version})

    async def revise_hub_page(
        self, page_id: UUID, content: HubContent, *, idempotency_key: str
    ) -> HubDraftSummary:
        """The page with its further version."""
        return await self._step(page_id, "versions", content, idempotency_key)

    async def review_hub_page(
        self, page_id: UUID, review: HubReview, *, idempotency_key: str
    ) -> HubDraftSummary:
        """The page after the review."""
        return await self._step(page_id, "reviews", review, idempotency_key)

    async def publish_hub_page(
        self, page_id: UUID, publication: HubPublication, *, idempotency_key: str
    ) -> HubDraftSummary:
        """The page, shown to everybody."""
        return await self._step(page_id, "publication", publication, idempotency_key)

    async def withdraw_hub_page(
        self, page_id: UUID, withdrawal: HubWithdrawal, *, idempotency_key: str
    ) -> HubDraftSummary:
        """The page, shown no longer."""
        return await self._step(page_id, "withdrawal", withdrawal, idempotency_key)

    async def create_hub_preview_token(self, page_id: UUID, asked: HubPreviewRequest) -> HubPreviewToken:
        """What opens the page's draft; each call makes one of its own."""
        return await self._post(f"/v1/hub-drafts/{page_id}/preview-tokens", HubPreviewToken, json=asked)

    async def _step(
        self,
        page_id: UUID,
        step: str,
        body: HubContent | HubReview | HubPublication | HubWithdrawal,
        idempotency_key: str,
    ) -> HubDraftSummary:
        path = f"/v1/hub-drafts/{page_id}/{step}"
        return await self._post(path, HubDraftSummary, json=body, idempotency_key=idempotency_key)
