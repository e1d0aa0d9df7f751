"""The client of procurement-api."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import RootModel

from cdp_common.clients.agreements import AgreementOperations
from cdp_common.clients.base import Fetched
from cdp_common.clients.evaluations import EvaluationOperations
from cdp_common.clients.plans import PlanOperations
from cdp_common.clients.upstream import UpstreamMalformed
from cdp_common.contracts.amendments import TenderAmendment, TermsVersion
from cdp_common.contracts.base import Batch, EventPage, IdBatch, Page
from cdp_common.contracts.bids import (
    Bid,
    BidDraft,
    BidReceipt,
    BidReceipts,
    BidTrial,
    InclusionProof,
    Opening,
    ReceiptKeys,
    TenderLog,
)
from cdp_common.contracts.ocds import (
    ExtensionFile,
    OcdsImport,
    OcdsImportReport,
    RecordPackage,
    ReleasePackage,
)
from cdp_common.contracts.tenderers import PortalAppointment, PortalAppointmentDraft
from cdp_common.contracts.tenders import Tender, TenderCorrection, TenderDraft, TenderState, TenderTerms
from cdp_common.kernel.json_text import json_text, json_value

_Document = RootModel[dict[str, Any]]


class ProcurementClient(EvaluationOperations, AgreementOperations, PlanOperations):
    """procurement-api, one method per operation."""

    # -------------------------------------------------------------- tenders
    async def import_ocds(self, document: OcdsImport, *, idempotency_key: str) -> OcdsImportReport:
        """What the import created, found already there, or could not take."""
        return await self._post(
            "/v1/ocds/imports", OcdsImportReport, json=document, idempotency_key=idempotency_key
        )

    async def create_tender(self, draft: TenderDraft, *, idempotency_key: str) -> Tender:
        """The draft tender."""
        return await self._post("/v1/tenders", Tender, json=draft, idempotency_key=idempotency_key)

    async def get_ocds_release(self, release_id: UUID) -> dict[str, Any]:
        """A published release, as the exact bytes say it."""
        return (await self._get(f"/v1/ocds/releases/{release_id}", _Document)).root

    async def list_ocds_releases(
        self,
        *,
        ocid: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ReleasePackage:
        """Published releases in the order of publication, of one contracting process or of all."""
        params = {"ocid": ocid, "since": since, "limit": limit, "cursor": cursor}
        return await self._get("/v1/ocds/release-packages", ReleasePackage, params=params)

    async def get_ocds_record(self, ocid: str) -> RecordPackage:
        """Everything published about a contracting process, and what it says together."""
        return await self._get(f"/v1/ocds/records/{quote(ocid, safe='')}", RecordPackage)

    async def get_ocds_release_texts(self, ocid: str) -> list[str]:
        """The text of each release about a contracting process as it was published, decimals exact."""
        path = f"/v1/ocds/records/{quote(ocid, safe='')}"
        reply = await self._send("GET", path, {})
        try:
            [record] = json_value(reply.body.decode())["records"]
            return [json_text(release) for release in record["releases"]]
        except (ValueError, KeyError, TypeError) as fault:
            raise UpstreamMalformed(f"GET {path} gave an answer outside its contract.") from fault

    async def get_ocds_extension(self, name: ExtensionFile) -> dict[str, Any]:
        """A file of the socialValue extension."""
        return (await self._get(f"/v1/ocds/extensions/social-value/1.0/{name}", _Document)).root

    async def list_tenders(
        self,
        *,
        place_id: UUID | None = None,
        ocid: str | None = None,
        state: TenderState | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Tender]:
        """Tenders that the caller may see, oldest first."""
        params = {"place_id": place_id, "ocid": ocid, "state": state, "limit": limit, "cursor": cursor}
        return await self._get("/v1/tenders", Page[Tender], params=params)

    async def get_tender(self, tender_id: UUID) -> Tender:
        """One tender."""
        return (await self.fetch_tender(tender_id)).body

    async def fetch_tender(self, tender_id: UUID) -> Fetched[Tender]:
        """The same with the ETag that changing it asks for."""
        return await self._fetch("GET", f"/v1/tenders/{tender_id}", answer=Tender)

    async def batch_tenders(self, batch: IdBatch) -> Batch[Tender]:
        """Tenders by id."""
        return await self._post("/v1/tenders/batch", Batch[Tender], json=batch, is_read=True)

    async def correct_tender(self, tender_id: UUID, correction: TenderCorrection, *, if_match: str) -> Tender:
        """The draft as it says now."""
        return await self._put(f"/v1/tenders/{tender_id}", Tender, json=correction, if_match=if_match)

    async def set_terms(self, tender_id: UUID, terms: TenderTerms, *, if_match: str) -> Tender:
        """The draft with its new terms."""
        return await self._put(f"/v1/tenders/{tender_id}/terms", Tender, json=terms, if_match=if_match)

    async def publish_tender(self, tender_id: UUID, *, if_match: str) -> Tender:
        """The published tender."""
        return await self._post(f"/v1/tenders/{tender_id}/publish", Tender, if_match=if_match)

    async def cancel_tender(self, tender_id: UUID, *, if_match: str) -> Tender:
        """The cancelled tender."""
        return await self._post(f"/v1/tenders/{tender_id}/cancel", Tender, if_match=if_match)

    async def get_response_form(self, tender_id: UUID) -> dict[str, Any]:
        """The JSON Schema of the bids that a published tender takes."""
        params = {"format": "json-schema"}
        return (await self._get(f"/v1/tenders/{tender_id}/response-form", _Document, params=params)).root

    async def amend_tender(
        self, tender_id: UUID, amendment: TenderAmendment, *, idempotency_key: str
    ) -> Tender:
        """The tender on its new terms."""
        return await self._post(
            f"/v1/tenders/{tender_id}/amendments", Tender, json=amendment, idempotency_key=idempotency_key
        )

    async def list_terms_versions(
        self, tender_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[TermsVersion]:
        """The terms as published and after each amendment, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/tenders/{tender_id}/terms-versions", Page[TermsVersion], params=params)

    # -------------------------------------------------------------- portals
    async def appoint_portal(
        self, tender_id: UUID, draft: PortalAppointmentDraft, *, idempotency_key: str
    ) -> PortalAppointment:
        """The appointment by which a portal may submit bids."""
        path = f"/v1/tenders/{tender_id}/portal-appointments"
        return await self._post(path, PortalAppointment, json=draft, idempotency_key=idempotency_key)

    async def list_portal_appointments(
        self, tender_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[PortalAppointment]:
        """The portals of the caller's own tender, revoked ones included."""
        params = {"limit": limit, "cursor": cursor}
        path = f"/v1/tenders/{tender_id}/portal-appointments"
        return await self._get(path, Page[PortalAppointment], params=params)

    async def revoke_portal_appointment(self, tender_id: UUID, appointment_id: UUID) -> None:
        """Take an appointment back; bids that the portal submitted stand."""
        await self._delete(f"/v1/tenders/{tender_id}/portal-appointments/{appointment_id}")

    # -------------------------------------------------------------- bids
    async def submit_bid(self, tender_id: UUID, draft: BidDraft, *, idempotency_key: str) -> BidReceipt:
        """The receipt of a first version."""
        return await self._post(
            f"/v1/tenders/{tender_id}/bids", BidReceipt, json=draft, idempotency_key=idempotency_key
        )

    async def validate_bid(self, tender_id: UUID, draft: BidDraft) -> BidTrial:
        """What the bid would be worth; nothing of it is kept."""
        return await self._post(f"/v1/tenders/{tender_id}/bids/validate", BidTrial, json=draft, is_read=True)

    async def replace_bid(self, bid_id: UUID, draft: BidDraft, *, idempotency_key: str) -> BidReceipt:
        """The receipt of a further version."""
        return await self._post(
            f"/v1/bids/{bid_id}/versions", BidReceipt, json=draft, idempotency_key=idempotency_key
        )

    async def withdraw_bid(self, bid_id: UUID, *, idempotency_key: str) -> BidReceipt:
        """The receipt of the withdrawal."""
        return await self._post(f"/v1/bids/{bid_id}/withdraw", BidReceipt, idempotency_key=idempotency_key)

    async def reconfirm_bid(self, bid_id: UUID, *, idempotency_key: str) -> BidReceipt:
        """The receipt of standing by the bid under amended terms."""
        return await self._post(f"/v1/bids/{bid_id}/reconfirm", BidReceipt, idempotency_key=idempotency_key)

    async def get_bid(self, bid_id: UUID) -> Bid:
        """One bid, as far as the caller may see it."""
        return await self._get(f"/v1/bids/{bid_id}", Bid)

    async def list_bids(
        self, tender_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Bid]:
        """The bids of an opened tender, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/tenders/{tender_id}/bids", Page[Bid], params=params)

    async def list_bid_receipts(self, bid_id: UUID) -> BidReceipts:
        """The receipts of an opened bid once more."""
        return await self._get(f"/v1/bids/{bid_id}/receipts", BidReceipts)

    async def open_tender(self, tender_id: UUID, *, if_match: str) -> Opening:
        """What opening found."""
        return await self._post(f"/v1/tenders/{tender_id}/open", Opening, if_match=if_match)

    async def get_tender_log(self, tender_id: UUID) -> TenderLog:
        """The published log of what was accepted for an opened tender."""
        return await self._get(f"/v1/tenders/{tender_id}/log", TenderLog)

    async def get_inclusion_proof(self, tender_id: UUID, leaf_hash: str) -> InclusionProof:
        """Proof that the log holds the submission with this leaf hash."""
        return await self._get(f"/v1/tenders/{tender_id}/log/proofs/{leaf_hash}", InclusionProof)

    async def get_receipt_keys(self) -> ReceiptKeys:
        """The public keys with which receipts are verified."""
        return await self._get("/v1/receipt-keys", ReceiptKeys)

    # -------------------------------------------------------------- events
    async def list_events(self, *, after: int = 0, limit: int | None = None) -> EventPage:
        """The events after a position that the caller may see."""
        return await self._get("/v1/events", EventPage, params={"after": after, "limit": limit})
