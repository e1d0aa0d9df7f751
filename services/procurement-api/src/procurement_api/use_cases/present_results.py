"""What the lines, the scores and the removals of this moment come to: points and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import BidResult, MeasureScore
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.money import gbp_from_pence
from procurement_api.domain import scoring
from procurement_api.domain.after_opening import accepted_words
from procurement_api.domain.exact import plain
from procurement_api.domain.panel import Verdict
from procurement_api.storage.after_opening import standing_lines
from procurement_api.use_cases.opened_bid import bids_in
from procurement_api.use_cases.panel_verdicts import answer_score, verdicts


async def present_results(tx: AsyncConnection, tender_id: UUID, terms: TenderTerms) -> list[BidResult]:
    """The results that the lines and the scores of this moment give, best first."""
    bids = {bid["id"]: bid for bid in await bids_in(tx, tender_id)}
    lines, found = await standing_lines(tx, bids), await verdicts(tx, tender_id, terms, list(bids))
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


def _offered(lines: Sequence[Mapping[Any, Any]]) -> dict[str, scoring.OfferedLine]:
    """A bid's lines by measure; over several lots they add up, and a disregarded line adds nothing."""
    return scoring.offered_by_measure(
        (
            line["measure"],
            scoring.OfferedLine(
                quantity=plain(line["quantity"]),
                value_gbp=gbp_from_pence(line["social_pence"] + line["local_economic_pence"]),
                disregarded=line["disregarded"],
                licensed_framework=line["licensed_framework"],
                note=_note(line),
            ),
        )
        for line in lines
    )


def _note(line: Mapping[Any, Any]) -> str | None:
    """What is told of a line of which only a part was accepted."""
    if not line["accepted_version"]:
        return None
    return accepted_words(plain(line["promised"]), plain(line["quantity"]), line["accepted_reason"])


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
