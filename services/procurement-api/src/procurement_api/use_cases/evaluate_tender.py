"""A buyer evaluates its tender: opened lines and panel scores become points and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import BidResult, Evaluation, MeasureScore
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller
from procurement_api.domain import scoring
from procurement_api.domain.exact import plain
from procurement_api.domain.panel import Verdict
from procurement_api.storage.bids import bids_of, lines_of
from procurement_api.storage.evaluations import add_evaluation, latest_evaluation
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.happenings import tell_tender
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.panel_verdicts import answer_score, verdicts
from procurement_api.use_cases.rights import own_tender


async def evaluate_tender(db: Database, caller: Caller, tender_id: UUID, once: Once, now: datetime) -> Answer:
    """A new version of the evaluation, from the opened lines and the panel's latest scores."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        terms = opened_terms(tender)
        latest = await latest_evaluation(tx, tender_id)
        evaluation = Evaluation(
            tender_id=tender_id,
            version=1 if latest is None else latest["version"] + 1,
            evaluated_at=now,
            method=terms.scoring.method,
            results=await present_results(tx, tender_id, terms),
        )
        await add_evaluation(
            tx,
            tender_id=tender_id,
            version=evaluation.version,
            evaluated_at=now,
            result=evaluation.model_dump(mode="json"),
        )
        changed = await change_tender(tx, tender_id, state="evaluated")
        await tell_tender(tx, "evaluated", tender_answer(changed), now)
        return await keep_answer(tx, once, 201, for_reader(evaluation, caller.scopes), now)


async def present_results(tx: AsyncConnection, tender_id: UUID, terms: TenderTerms) -> list[BidResult]:
    """The results that the lines and the scores of this moment give, best first."""
    bids = {bid["id"]: bid for bid in await bids_of(tx, tender_id) if bid["state"] == "opened"}
    lines, found = await lines_of(tx, bids), await verdicts(tx, tender_id, terms, list(bids))
    offers = [
        scoring.Offer(
            bid_id=bid_id,
            lines=_offered([line for line in lines if line["bid_id"] == bid_id]),
            panel={code: one.score for code, one in found[bid_id].items() if one.score is not None},
            waiting={code: one.waits_for for code, one in found[bid_id].items() if one.waits_for},
        )
        for bid_id in bids
    ]
    measures = [scoring.ScoredMeasure(asked.measure, asked.weight, asked.target) for asked in terms.measures]
    method = scoring.Method(
        name=terms.scoring.method,
        quantitative_share=terms.scoring.quantitative_share,
        qualitative_share=terms.scoring.qualitative_share,
        scale_max=Decimal(terms.scoring.qualitative_scale_max),
    )
    return [
        _result(points, bids[points.bid_id]["tenderer_name"], terms.social_value_weight, found[points.bid_id])
        for points in scoring.score(measures, method, offers)
    ]


def _offered(lines: Sequence[RowMapping]) -> dict[str, scoring.OfferedLine]:
    """A bid's lines by measure; over several lots they add up, and a disregarded line adds nothing."""
    return scoring.offered_by_measure(
        (
            line["measure"],
            scoring.OfferedLine(
                quantity=plain(line["quantity"]),
                value_gbp=gbp_from_pence(line["social_pence"] + line["local_economic_pence"]),
                disregarded=line["disregarded"],
                licensed_framework=line["licensed_framework"],
            ),
        )
        for line in lines
    )


def _result(
    points: scoring.BidPoints,
    tenderer_name: str,
    social_value_weight: Decimal,
    answers: Mapping[str, Verdict],
) -> BidResult:
    return BidResult(
        bid_id=points.bid_id,
        tenderer_name=tenderer_name,
        total_value_gbp=points.total_value_gbp,
        points=points.points,
        weighted_points=points.points * social_value_weight,
        rank=points.rank,
        tied=points.tied,
        measures=[
            MeasureScore(
                measure=part.measure,
                weight=part.weight,
                quantity=part.quantity,
                value_gbp=part.value_gbp,
                basis=part.basis,
                quantitative_points=part.quantitative_points,
                qualitative_score=part.qualitative_score,
                qualitative_points=part.qualitative_points,
                points=part.points,
                explanation=part.explanation,
                answer=answer_score(answers.get(part.measure)),
                licensed_framework=part.licensed_framework,
            )
            for part in points.measures
        ],
    )
