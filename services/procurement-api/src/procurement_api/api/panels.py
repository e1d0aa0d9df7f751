"""Routes for panels: declared interests, evaluators' scores, moderation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Page
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
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.keys import ServiceKeys
from procurement_api.use_cases import read_panel
from procurement_api.use_cases.declare_interests import declare_interests as declare
from procurement_api.use_cases.erase_evaluator import erase_evaluator as erase
from procurement_api.use_cases.moderate_scores import moderate_scores as moderate
from procurement_api.use_cases.record_scores import record_scores as record

router = APIRouter(tags=["panels"])

PanelCaller = Annotated[Caller, Security(signed_caller, scopes=["evaluations:write"])]
Reference = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=300,
        description="Of a person whom the client named: their scores alone, beside those agreed on.",
    ),
]


@router.post("/v1/tenders/{tender_id}/interests", status_code=201, response_model=DeclaredInterests)
async def declare_interests(
    tender_id: UUID,
    declaration: InterestDeclaration,
    caller: PanelCaller,
    once: OnceHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
    now: Now,
) -> Response:
    """Declare a person's interests in the tender, before they score or moderate.

    Whoever has an interest in a bid neither scores nor moderates it; what they scored before does not count.
    """
    return answer_response(await declare(db, caller, tender_id, declaration, once, keys.panel_key, now))


@router.get("/v1/tenders/{tender_id}/panel", response_model=Panel)
async def get_panel(tender_id: UUID, request: Request, caller: PanelCaller, db: ServiceDatabase) -> Response:
    """Everybody who has declared interests, scored or moderated in the caller's own tender."""
    return respond_with_etag(request, await read_panel.get_panel(db, caller, tender_id))


@router.delete("/v1/tenders/{tender_id}/panel/{evaluator_id}", status_code=204)
async def erase_evaluator(
    tender_id: UUID,
    evaluator_id: UUID,
    caller: PanelCaller,
    db: ServiceDatabase,
    keys: ServiceKeys,
    now: Now,
) -> None:
    """Erase the name of somebody whom a client named, and its reference for them; what they gave stands.

    The buyer may. Nobody is recorded under the same reference in this tender again. Whoever has signed in is
    named nowhere here, and is erased with their account.
    """
    await erase(db, caller, tender_id, evaluator_id, keys.panel_key, now)


@router.post("/v1/tenders/{tender_id}/scores", status_code=201, response_model=RecordedScores)
async def record_scores(
    tender_id: UUID,
    scores: PanelScores,
    caller: PanelCaller,
    once: OnceHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
    now: Now,
) -> Response:
    """Record one evaluator's scores of written answers, any number in one call.

    A later score of the same answer stands in place of the evaluator's earlier one, and both are kept. Scores
    count once a moderator has set what the panel agrees on, or at once where the terms ask for one evaluator.
    """
    return answer_response(await record(db, caller, tender_id, scores, once, keys.panel_key, now))


@router.get("/v1/tenders/{tender_id}/scores")
async def list_scores(
    tender_id: UUID,
    request: Request,
    caller: PanelCaller,
    db: ServiceDatabase,
    page: Paging,
    evaluator_reference: Reference = None,
) -> Page[RecordedScore]:
    """Scores of the caller's own tender, oldest first, earlier versions included.

    Evaluators score on their own: each sees their own scores, and the others' of an answer once its score is
    agreed. A moderator sees all.
    """
    scores, next_cursor = await read_panel.list_scores(
        db, caller, tender_id, evaluator_reference, page.cursor, page.limit
    )
    return Page(items=scores, next=page_links(request, next_cursor))


@router.post("/v1/tenders/{tender_id}/moderations", status_code=201, response_model=Moderation)
async def moderate_scores(
    tender_id: UUID,
    draft: ModerationDraft,
    caller: PanelCaller,
    once: OnceHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
    now: Now,
) -> Response:
    """Set the scores on which the panel agrees, with the reasons: they alone enter the evaluation.

    A moderator has scored nothing in the tender. When an evaluator scores again, or declares a conflict, the
    answer is moderated again.
    """
    return answer_response(await moderate(db, caller, tender_id, draft, once, keys.panel_key, now))
