"""The part of procurement-api's client that evaluates and awards."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.after_opening import (
    AcceptedQuantity,
    AcceptedQuantityDraft,
    Clarification,
    ClarificationDraft,
    LateWithdrawal,
    RemovalDraft,
    RemovedBid,
)
from cdp_common.contracts.agreements import (
    Agreement,
    AwardDraft,
)
from cdp_common.contracts.assessments import AssessmentSummary, SummariesDraft, SummariesSent
from cdp_common.contracts.base import Page
from cdp_common.contracts.evaluations import Evaluation
from cdp_common.contracts.lots import LotDecisionDraft, LotProgress, StandstillDraft, TenderLots
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


class EvaluationOperations(ServiceClient):
    """Panels, what happens after opening, evaluations, summaries, lots and awards."""

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

    async def erase_evaluator(self, tender_id: UUID, evaluator_id: UUID) -> None:
        """Erase somebody whom a client named; what they gave stands."""
        await self._delete(f"/v1/tenders/{tender_id}/panel/{evaluator_id}")

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

    async def withdraw_opened_bid(
        self, bid_id: UUID, draft: LateWithdrawal, *, idempotency_key: str
    ) -> RemovedBid:
        """That the caller's own bid left its tender, or a lot of it, after opening."""
        return await self._post(
            f"/v1/bids/{bid_id}/withdrawal", RemovedBid, json=draft, idempotency_key=idempotency_key
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
