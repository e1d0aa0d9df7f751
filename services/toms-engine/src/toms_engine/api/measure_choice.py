"""Routes that choose measures by need: ranked, and recommended for a tender."""

from fastapi import APIRouter

from cdp_common.contracts.measure_choice import (
    MeasureChoice,
    MeasureChoiceRequest,
    MeasureRanking,
    MeasureRankingRequest,
)
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import MaybeCaller
from toms_engine.api.dependencies import Choosing, Editions
from toms_engine.use_cases import rank_measures as use_case

router = APIRouter(tags=["needs"])


@router.post("/v1/measures/ranking")
async def rank_measures(
    request: MeasureRankingRequest,
    caller: MaybeCaller,
    db: ServiceDatabase,
    editions: Editions,
    rules: Choosing,
    now: Now,
) -> MeasureRanking:
    """The measures of an edition by the share of a place's or some areas' need that they answer."""
    return await use_case.rank_measures(db, editions, rules, request, now.date())


@router.post("/v1/measures/recommendation")
async def recommend_measures(
    request: MeasureChoiceRequest,
    caller: MaybeCaller,
    db: ServiceDatabase,
    editions: Editions,
    rules: Choosing,
    now: Now,
) -> MeasureChoice:
    """A proportionate set of measures for a tender, with the reason for each; the buyer decides."""
    return await use_case.recommend_measures(db, editions, rules, request, now.date())
