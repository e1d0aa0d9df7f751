"""What the lines, the scores and the removals of this moment come to: points and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import BidResult, MeasureScore
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.kernel.money import gbp_from_pence
from procurement_api.domain import scoring
from procurement_api.domain.after_opening import accepted_words, joined_words
from procurement_api.domain.entries import Entries
from procurement_api.domain.lot_scoring import (
    OWED_ONCE,
    AskedMeasure,
    lines_in,
    lots_with_contracts,
    measures_in,
)
from procurement_api.domain.panel import Verdict
from procurement_api.storage.after_opening import standing_lines
from procurement_api.storage.bids import bids_of
from procurement_api.use_cases.entries_of import entries_of
from procurement_api.use_cases.panel_verdicts import answer_score, verdicts


async def present_results(
    tx: AsyncConnection, tender: Mapping[Any, Any], terms: TenderTerms
) -> list[BidResult]:
    """The results that the lines and the scores of this moment give: lot by lot, best first in each."""
    entries = await entries_of(tx, tender)
    bids = {bid["id"]: bid for bid in await bids_of(tx, tender["id"]) if bid["id"] in entries.bids}
    lines = await standing_lines(tx, bids)
    moment = _Moment(
        terms=terms,
        entries=entries,
        names={bid_id: bid["tenderer_name"] for bid_id, bid in bids.items()},
        lines={bid_id: [line for line in lines if line["bid_id"] == bid_id] for bid_id in bids},
        verdicts=await verdicts(tx, tender["id"], terms, list(bids)),
    )
    lots = lots_with_contracts(terms.award_by, [lot["id"] for lot in tender["lots"]])
    return [result for lot in lots for result in moment.results(lot)]


@dataclass(frozen=True)
class _Moment:
    """Everything that results rest on, as it stands."""

    terms: TenderTerms
    entries: Entries
    names: Mapping[UUID, str]
    lines: Mapping[UUID, Sequence[Mapping[Any, Any]]]
    verdicts: Mapping[UUID, Mapping[tuple[str, str | None], Verdict]]

    def results(self, lot: str | None) -> list[BidResult]:
        offers = [offer for bid_id in self.lines if (offer := self._offer(bid_id, lot)) is not None]
        asked = [
            AskedMeasure(one.measure, one.weight, one.target, frozenset(one.lots))
            for one in self.terms.measures
        ]
        scored = scoring.score(measures_in(lot, asked), self._method, offers)
        return [self._result(points, lot) for points in scored]

    def _offer(self, bid_id: UUID, lot: str | None) -> scoring.Offer | None:
        """What the bid offers in the lot; None where it is not for it."""
        if not self.entries.holds(bid_id, lot):
            return None
        lines = lines_in(lot, self.lines[bid_id])
        found = self._of_lot(bid_id, lot)
        return scoring.Offer(
            bid_id=bid_id,
            lines=_offered(lines, lot),
            panel={code: one.score for code, one in found.items() if one.score is not None},
            waiting={code: one.waits_for for code, one in found.items() if one.waits_for},
        )

    @property
    def _method(self) -> scoring.Method:
        stated = self.terms.scoring
        return scoring.Method(
            name=stated.method,
            quantitative_share=stated.quantitative_share,
            qualitative_share=stated.qualitative_share,
            scale_max=Decimal(stated.qualitative_scale_max),
        )

    def _of_lot(self, bid_id: UUID, lot: str | None) -> dict[str, Verdict]:
        """What counts of the panel's scores of the bid in the lot, by measure."""
        return {measure: one for (measure, of_lot), one in self.verdicts[bid_id].items() if of_lot == lot}

    def _result(self, points: scoring.BidPoints, lot: str | None) -> BidResult:
        answers = self._of_lot(points.bid_id, lot)
        return BidResult(
            bid_id=points.bid_id,
            lot=lot,
            tenderer_name=self.names[points.bid_id],
            total_value_gbp=points.total_value_gbp,
            points=points.points,
            weighted_points=points.points * self.terms.social_value_weight,
            rank=points.rank,
            tied=points.tied,
            measures=[_measure_score(part, answers.get(part.measure)) for part in points.measures],
        )


def _offered(lines: Sequence[Mapping[Any, Any]], lot: str | None) -> dict[str, scoring.OfferedLine]:
    """A bid's lines by measure; over several lots they add up, and a disregarded line adds nothing."""
    return scoring.offered_by_measure(
        (
            line["measure"],
            scoring.OfferedLine(
                quantity=without_trailing_zeros(line["quantity"]),
                value_gbp=gbp_from_pence(line["social_pence"] + line["local_economic_pence"]),
                disregarded=line["disregarded"],
                licensed_framework=line["licensed_framework"],
                note=_note(line, lot),
            ),
        )
        for line in lines
    )


def _note(line: Mapping[Any, Any], lot: str | None) -> str | None:
    """What is told of a line of which only a part was accepted, and of one that is owed once."""
    words = [OWED_ONCE] if lot is not None and line["lot"] is None else []
    if line["accepted_version"]:
        promised = without_trailing_zeros(line["promised"])
        accepted = without_trailing_zeros(line["quantity"])
        words.append(accepted_words(promised, accepted, line["accepted_reason"]))
    return joined_words(words)


def _measure_score(part: scoring.MeasurePoints, answer: Verdict | None) -> MeasureScore:
    return MeasureScore(
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
        answer=answer_score(answer),
        licensed_framework=part.licensed_framework,
    )
