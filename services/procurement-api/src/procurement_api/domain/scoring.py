"""Scoring of opened bids: quantitative by value, qualitative by the panel, combined by weights.

Quantitative = bid value ÷ highest bid value × weight, or ÷ a published target, capped at the weight;
qualitative = panel score ÷ scale × weight (domain facts, section 4). A measure on which nobody offers value
gives nobody points.

A measure whose figure is licensed is scored by quantity: one figure values all bids, so that the shares are
the same, while a share of rounded pounds would let a bidder with small quantities work the figure out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.exact import Exact
from procurement_api.domain.after_opening import joined_words

POINTS_PLACES = 4
"""Points are rounded half up to four decimals once, per measure and part; totals sum rounded points."""

ZERO = Decimal(0)
NO_POUNDS = Decimal("0.00")
HIGHEST_VALUE = "the highest bid's value"
HIGHEST_QUANTITY = "the highest bid's quantity"
UNSCORED = "The written answer has no panel score"


@dataclass(frozen=True)
class ScoredMeasure:
    """A measure of the tender: its weight of 100 and, when scored against a target, that target."""

    code: str
    weight: Decimal
    target: Decimal | None
    note: str | None = None
    """What is told of the weight, where it is not the one that the terms state."""


@dataclass(frozen=True)
class OfferedLine:
    """What a bid offers on one measure, all its lines together; a disregarded response offers nothing."""

    quantity: Decimal
    value_gbp: Decimal
    disregarded: str | None = None
    licensed_framework: str | None = None
    """The framework whose licence the pounds need, if they need one."""
    note: str | None = None
    """What is told of the quantity beside how it scores."""

    @property
    def scored(self) -> Decimal:
        """What is compared with the other bids."""
        return self.value_gbp if self.licensed_framework is None else self.quantity


@dataclass(frozen=True)
class Offer:
    """One bid: what it offers by measure and what the panel gave its written answers."""

    bid_id: UUID
    lines: Mapping[str, OfferedLine]
    panel: Mapping[str, Decimal]
    waiting: Mapping[str, str] = field(default_factory=dict)
    """Why an answer has no score that counts, where more is known than that nobody gave one."""


@dataclass(frozen=True)
class MeasurePoints:
    """One bid's points on one measure and how they came about."""

    measure: str
    weight: Decimal
    quantity: Decimal | None
    value_gbp: Decimal | None
    basis: Decimal | None
    quantitative_points: Decimal
    qualitative_score: Decimal | None
    qualitative_points: Decimal
    explanation: str
    licensed_framework: str | None = None

    @property
    def points(self) -> Decimal:
        """Both parts together."""
        return self.quantitative_points + self.qualitative_points


@dataclass(frozen=True)
class BidPoints:
    """One bid's result: points of 100, its rank, and whether others share it."""

    bid_id: UUID
    total_value_gbp: Decimal
    measures: tuple[MeasurePoints, ...]
    rank: int
    tied: bool

    @property
    def points(self) -> Decimal:
        """The sum of the points of every measure."""
        return sum((measure.points for measure in self.measures), ZERO)


@dataclass(frozen=True)
class Method:
    """The tender's way of scoring; the two shares sum to 1."""

    name: Literal["relative_to_highest", "against_target"]
    quantitative_share: Decimal
    qualitative_share: Decimal
    scale_max: Decimal


def offered_by_measure(lines: Iterable[tuple[str, OfferedLine]]) -> dict[str, OfferedLine]:
    """A bid's lines by measure: over several lots they add up, and a disregarded line adds nothing."""
    offered: dict[str, OfferedLine] = {}
    for measure, line in lines:
        earlier = offered.get(measure)
        if earlier is None or earlier.disregarded is not None:
            offered[measure] = line
        elif line.disregarded is None:
            offered[measure] = OfferedLine(
                earlier.quantity + line.quantity,
                earlier.value_gbp + line.value_gbp,
                licensed_framework=line.licensed_framework,
                note=joined_words([earlier.note, line.note]),
            )
    return offered


def score(measures: Sequence[ScoredMeasure], method: Method, offers: Sequence[Offer]) -> list[BidPoints]:
    """Every bid's points with ranks, best first; equal points share a rank."""
    highest = {measure.code: _highest_value(measure.code, offers) for measure in measures}
    scored = [
        (offer, tuple(_measure_points(measure, method, offer, highest[measure.code]) for measure in measures))
        for offer in offers
    ]
    totals = {offer.bid_id: sum((part.points for part in parts), ZERO) for offer, parts in scored}
    results = [
        BidPoints(
            bid_id=offer.bid_id,
            total_value_gbp=sum(
                (line.value_gbp for line in offer.lines.values() if line.disregarded is None), NO_POUNDS
            ),
            measures=parts,
            rank=1 + sum(1 for other in totals.values() if other > totals[offer.bid_id]),
            tied=sum(1 for other in totals.values() if other == totals[offer.bid_id]) > 1,
        )
        for offer, parts in scored
    ]
    return sorted(results, key=lambda result: (result.rank, str(result.bid_id)))


def _highest_value(measure: str, offers: Sequence[Offer]) -> Decimal:
    values = [
        offer.lines[measure].scored
        for offer in offers
        if measure in offer.lines and offer.lines[measure].disregarded is None
    ]
    return max(values, default=ZERO)


def _measure_points(measure: ScoredMeasure, method: Method, offer: Offer, highest: Decimal) -> MeasurePoints:
    line = offer.lines.get(measure.code)
    if line is None or line.disregarded is not None:
        reason = "no response" if line is None else line.disregarded
        return MeasurePoints(
            measure.code,
            measure.weight,
            *(None, None, None, ZERO, None, ZERO),
            explanation=joined_words([measure.note, f"Disregarded: {reason}."]) or "",
        )
    by_value = _by_value(measure, method, line, highest)
    panel = offer.panel.get(measure.code)
    by_answer = _by_answer(measure, method, panel, offer.waiting.get(measure.code, UNSCORED))
    return MeasurePoints(
        measure=measure.code,
        weight=measure.weight,
        quantity=line.quantity,
        value_gbp=line.value_gbp,
        basis=by_value.basis,
        quantitative_points=by_value.points,
        qualitative_score=panel,
        qualitative_points=by_answer.points,
        explanation=joined_words([measure.note, line.note, by_value.words, by_answer.words]) or "",
        licensed_framework=line.licensed_framework,
    )


@dataclass(frozen=True)
class _Part:
    """One of the two parts of a measure's points, and how it came about."""

    points: Decimal
    words: str
    basis: Decimal | None = None


def _by_value(measure: ScoredMeasure, method: Method, line: OfferedLine, highest: Decimal) -> _Part:
    available = measure.weight * method.quantitative_share
    if method.name == "against_target":
        offered, basis, against = line.quantity, measure.target, "the published target"
    else:
        against = HIGHEST_VALUE if line.licensed_framework is None else HIGHEST_QUANTITY
        offered, basis = line.scored, highest
    if basis is None or basis <= 0:
        words = f"No bid offers value here, so the {available:f} points for quantity go to nobody."
        return _Part(ZERO, words, basis)
    points = _points(offered, basis, available)
    capped = ", at most all of them" if offered > basis else ""
    words = f"{offered:f} ÷ {against} {basis:f} × {available:f} = {points:f} points for quantity{capped}."
    return _Part(points, words, basis)


def _by_answer(measure: ScoredMeasure, method: Method, panel: Decimal | None, waiting: str) -> _Part:
    available = measure.weight * method.qualitative_share
    if panel is None:
        return _Part(ZERO, f"{waiting}: 0 of {available:f} points.")
    points = _points(panel, method.scale_max, available)
    words = (
        f"Panel score {panel:f} ÷ {method.scale_max:f} × {available:f} = {points:f} points for the answer."
    )
    return _Part(points, words)


def _points(part: Decimal, whole: Decimal, available: Decimal) -> Decimal:
    """The part's share of the available points: never less than none, never more than all."""
    held = min(max(part, ZERO), whole)
    # The share itself is not rounded: of £19,902.90 in £42,000 it has no end, of 21 points it is 9.95145.
    earned = Exact().times(held, whole).times(available).rounded(POINTS_PLACES)
    # Rounding up must not give more than there is, or a tender's points could come to more than 100.
    return min(earned, available)
