"""The client of procurement-api."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import RootModel

from cdp_common.clients.base import Fetched, ServiceClient, UploadFile
from cdp_common.contracts.after_opening import (
    AcceptedQuantity,
    AcceptedQuantityDraft,
    Clarification,
    ClarificationDraft,
    RemovalDraft,
    RemovedBid,
)
from cdp_common.contracts.agreement_imports import AgreementImportReport
from cdp_common.contracts.agreements import (
    Agreement,
    AgreementChange,
    AgreementDraft,
    AgreementEnd,
    AgreementNovation,
    AgreementVariation,
    AwardDraft,
)
from cdp_common.contracts.amendments import TenderAmendment, TermsVersion
from cdp_common.contracts.assessments import AssessmentSummary, SummariesDraft, SummariesSent
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
from cdp_common.contracts.evaluations import Evaluation
from cdp_common.contracts.lots import LotDecisionDraft, LotProgress, StandstillDraft, TenderLots
from cdp_common.contracts.ocds import (
    ExtensionFile,
    OcdsImport,
    OcdsImportReport,
    RecordPackage,
    ReleasePackage,
)
from cdp_common.contracts.panels import (
    DeclaredInterests,
    InterestDeclaration,
    Moderation,
    ModerationDraft,
    Panel,
    PanelScores,
    RecordedScore,
    RecordedScores,
)
from cdp_common.contracts.tenderers import PortalAppointment, PortalAppointmentDraft
from cdp_common.contracts.tenders import Tender, TenderDraft, TenderState, TenderTerms

_Document = RootModel[dict[str, Any]]


class ProcurementClient(ServiceClient):
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

    async def open_tender(self, tender_id: UUID) -> Opening:
        """What opening found."""
        return await self._post(f"/v1/tenders/{tender_id}/open", Opening)

    async def get_tender_log(self, tender_id: UUID) -> TenderLog:
        """The published log of what was accepted for an opened tender."""
        return await self._get(f"/v1/tenders/{tender_id}/log", TenderLog)

    async def get_inclusion_proof(self, tender_id: UUID, leaf_hash: str) -> InclusionProof:
        """Proof that the log holds the submission with this leaf hash."""
        return await self._get(f"/v1/tenders/{tender_id}/log/proofs/{leaf_hash}", InclusionProof)

    async def get_receipt_keys(self) -> ReceiptKeys:
        """The public keys with which receipts are verified."""
        return await self._get("/v1/receipt-keys", ReceiptKeys)

    # -------------------------------------------------------------- evaluation and award
    async def declare_interests(
        self, tender_id: UUID, declaration: InterestDeclaration, *, idempotency_key: str
    ) -> DeclaredInterests:
        """The declaration as recorded."""
        return await self._post(
            f"/v1/tenders/{tender_id}/interests",
            DeclaredInterests,
            json=declaration,
            idempotency_key=idempotency_key,
        )

    async def get_panel(self, tender_id: UUID) -> Panel:
        """The people of a tender's panel."""
        return await self._get(f"/v1/tenders/{tender_id}/panel", Panel)

    async def record_scores(
        self, tender_id: UUID, scores: PanelScores, *, idempotency_key: str
    ) -> RecordedScores:
        """One evaluator's scores as recorded."""
        return await self._post(
            f"/v1/tenders/{tender_id}/scores", RecordedScores, json=scores, idempotency_key=idempotency_key
        )

    async def list_scores(
        self,
        tender_id: UUID,
        *,
        evaluator_reference: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[RecordedScore]:
        """Scores that the caller may see, oldest first."""
        params = {"evaluator_reference": evaluator_reference, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/tenders/{tender_id}/scores", Page[RecordedScore], params=params)

    async def moderate_scores(
        self, tender_id: UUID, draft: ModerationDraft, *, idempotency_key: str
    ) -> Moderation:
        """The agreed scores as recorded."""
        return await self._post(
            f"/v1/tenders/{tender_id}/moderations", Moderation, json=draft, idempotency_key=idempotency_key
        )

    async def evaluate_tender(self, tender_id: UUID, *, idempotency_key: str) -> Evaluation:
        """A new version of the evaluation."""
        return await self._post(
            f"/v1/tenders/{tender_id}/evaluations", Evaluation, idempotency_key=idempotency_key
        )

    async def get_evaluation(self, tender_id: UUID, *, version: int | None = None) -> Evaluation:
        """The latest evaluation, or the one of that version."""
        params = {"version": version}
        return await self._get(f"/v1/tenders/{tender_id}/evaluation", Evaluation, params=params)

    async def record_clarification(
        self, bid_id: UUID, draft: ClarificationDraft, *, idempotency_key: str
    ) -> Clarification:
        """The clarification as recorded."""
        return await self._post(
            f"/v1/bids/{bid_id}/clarifications", Clarification, json=draft, idempotency_key=idempotency_key
        )

    async def list_clarifications(
        self, bid_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Clarification]:
        """A bid's clarifications, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/bids/{bid_id}/clarifications", Page[Clarification], params=params)

    async def accept_quantity(
        self, bid_id: UUID, draft: AcceptedQuantityDraft, *, idempotency_key: str
    ) -> AcceptedQuantity:
        """What was accepted of a line, with its value."""
        return await self._post(
            f"/v1/bids/{bid_id}/accepted-quantities",
            AcceptedQuantity,
            json=draft,
            idempotency_key=idempotency_key,
        )

    async def remove_bid(self, bid_id: UUID, draft: RemovalDraft, *, idempotency_key: str) -> RemovedBid:
        """That the bid is out of its tender."""
        return await self._post(
            f"/v1/bids/{bid_id}/removal", RemovedBid, json=draft, idempotency_key=idempotency_key
        )

    async def send_summaries(
        self, tender_id: UUID, draft: SummariesDraft, *, idempotency_key: str
    ) -> SummariesSent:
        """That the bidders can read their summaries."""
        return await self._post(
            f"/v1/tenders/{tender_id}/summaries", SummariesSent, json=draft, idempotency_key=idempotency_key
        )

    async def get_assessment(self, bid_id: UUID, *, lot: str | None = None) -> AssessmentSummary:
        """What a bidder is told of the decision."""
        return await self._get(f"/v1/bids/{bid_id}/assessment", AssessmentSummary, params={"lot": lot})

    async def award_tender(self, tender_id: UUID, award: AwardDraft, *, idempotency_key: str) -> Agreement:
        """The contract."""
        return await self._post(
            f"/v1/tenders/{tender_id}/award", Agreement, json=award, idempotency_key=idempotency_key
        )

    async def list_tender_lots(self, tender_id: UUID) -> TenderLots:
        """How far each lot has come."""
        return await self._get(f"/v1/tenders/{tender_id}/lots", TenderLots)

    async def decide_lot(
        self, tender_id: UUID, draft: LotDecisionDraft, *, idempotency_key: str
    ) -> LotProgress:
        """The lot with its decision."""
        return await self._post(
            f"/v1/tenders/{tender_id}/decisions", LotProgress, json=draft, idempotency_key=idempotency_key
        )

    async def start_standstill(
        self, tender_id: UUID, draft: StandstillDraft, *, idempotency_key: str
    ) -> LotProgress:
        """The lot with its standstill."""
        return await self._post(
            f"/v1/tenders/{tender_id}/standstills", LotProgress, json=draft, idempotency_key=idempotency_key
        )

    # -------------------------------------------------------------- agreements
    async def register_agreement(self, draft: AgreementDraft, *, idempotency_key: str) -> Agreement:
        """The registered agreement."""
        return await self._post("/v1/agreements", Agreement, json=draft, idempotency_key=idempotency_key)

    async def get_agreement(self, agreement_id: UUID) -> Agreement:
        """One agreement."""
        return (await self.fetch_agreement(agreement_id)).body

    async def fetch_agreement(self, agreement_id: UUID) -> Fetched[Agreement]:
        """The same with the ETag that ending it asks for."""
        return await self._fetch("GET", f"/v1/agreements/{agreement_id}", answer=Agreement)

    async def list_agreements(
        self, *, place_id: UUID | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Agreement]:
        """Agreements that the caller may see, oldest first."""
        params = {"place_id": place_id, "limit": limit, "cursor": cursor}
        return await self._get("/v1/agreements", Page[Agreement], params=params)

    async def batch_agreements(self, batch: IdBatch) -> Batch[Agreement]:
        """Agreements by id."""
        return await self._post("/v1/agreements/batch", Batch[Agreement], json=batch, is_read=True)

    async def terminate_agreement(self, agreement_id: UUID, end: AgreementEnd, *, if_match: str) -> Agreement:
        """The agreement after its end."""
        return await self._post(
            f"/v1/agreements/{agreement_id}/terminate", Agreement, json=end, if_match=if_match
        )

    async def import_agreements(
        self, file: UploadFile, *, atomic: bool = False, idempotency_key: str
    ) -> AgreementImportReport:
        """What became of each agreement of a CSV file."""
        return await self._post(
            "/v1/agreements/imports",
            AgreementImportReport,
            upload=file,
            params={"atomic": atomic},
            idempotency_key=idempotency_key,
        )

    async def vary_agreement(
        self, agreement_id: UUID, variation: AgreementVariation, *, if_match: str, idempotency_key: str
    ) -> Agreement:
        """The agreement as it is from the date on."""
        return await self._post(
            f"/v1/agreements/{agreement_id}/variations",
            Agreement,
            json=variation,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )

    async def novate_agreement(
        self, agreement_id: UUID, novation: AgreementNovation, *, if_match: str, idempotency_key: str
    ) -> Agreement:
        """The agreement with its new deliverer."""
        return await self._post(
            f"/v1/agreements/{agreement_id}/novations",
            Agreement,
            json=novation,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )

    async def list_agreement_changes(
        self, agreement_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[AgreementChange]:
        """The variations and novations of an agreement, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/agreements/{agreement_id}/changes", Page[AgreementChange], params=params)

    # -------------------------------------------------------------- events
    async def list_events(self, *, after: int = 0, limit: int | None = None) -> EventPage:
        """The events after a position that the caller may see."""
        return await self._get("/v1/events", EventPage, params={"after": after, "limit": limit})
