"""Which measures a tender should ask for: those that answer need and suit the contract, in proportion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from toms_engine.domain.need_ranking import RankedMeasure
from toms_engine.domain.needs import Band

WhyNot = Literal["no_need", "does_not_suit", "contract_too_short", "outcome_answered", "excluded", "enough"]


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of contract, and how readily it delivers measures of each unit, from 0 to 1."""

    code: str
    title: str
    cpv_divisions: frozenset[str]
    industries: frozenset[str]
    fit: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class CountStep:
    """From a contract value on, the most measures that are in proportion."""

    from_gbp: Decimal
    most: int


@dataclass(frozen=True, slots=True)
class LeastForKpis:
    """Above a contract value, the fewest that the law asks for."""

    above_gbp: Decimal
    least: int
    source: str


@dataclass(frozen=True)
class ChoiceRules:
    """The versioned configuration of ranking and recommending, with the source of each rule."""

    version: int
    points_by_band: Mapping[Band, int]
    points_source: str
    measure_counts: tuple[CountStep, ...]
    measure_counts_source: str
    least_for_kpis: LeastForKpis
    least_months: Mapping[str, int]
    least_months_source: str
    most_per_outcome: int
    most_per_outcome_source: str
    categories: tuple[Category, ...]
    categories_source: str

    def category(self, cpv: str | None, industry: str | None) -> Category:
        """The kind of a contract by the first two digits of its CPV code, else by industry; else the last."""
        for one in self.categories:
            if cpv is not None and cpv[:2] in one.cpv_divisions:
                return one
        for one in self.categories:
            if industry is not None and industry in one.industries:
                return one
        return self.categories[-1]


@dataclass(frozen=True, slots=True)
class Contract:
    """What is known of the contract that is tendered."""

    value_gbp: Decimal
    duration_months: int
    category: Category


@dataclass(frozen=True, slots=True)
class Proportion:
    """How many measures are in proportion to a contract, and by which rules."""

    count: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommended:
    """A measure to ask for: the share of need that it answers, its fit, and their product."""

    ranked: RankedMeasure
    fit: Decimal
    score: Fraction


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A measure that is not recommended, and why; `by` names the measure that stands in its way."""

    ranked: RankedMeasure
    why: WhyNot
    by: str | None = None


def proportion(rules: ChoiceRules, contract: Contract) -> Proportion:
    """How many measures are in proportion to the contract's value."""
    step = max(
        (one for one in rules.measure_counts if one.from_gbp <= contract.value_gbp),
        key=lambda one: one.from_gbp,
    )
    reasons = [f"At most {step.most} from £{step.from_gbp:,} on. {rules.measure_counts_source}"]
    kpis = rules.least_for_kpis
    if contract.value_gbp > kpis.above_gbp:
        reasons.append(f"At least {kpis.least} above £{kpis.above_gbp:,}. {kpis.source}.")
        return Proportion(max(step.most, kpis.least), tuple(reasons))
    return Proportion(step.most, tuple(reasons))


def recommended(
    rules: ChoiceRules,
    contract: Contract,
    ranked: Sequence[RankedMeasure],
    excludes: Mapping[str, Sequence[str]],
    count: int,
) -> tuple[list[Recommended], list[LeftOut]]:
    """The measures to ask for, best first, and those left out with the reason; equal ones go by code.

    The score is the share of need times the fit. Measures are taken in its order, at most so many for each
    outcome, none that excludes one that was taken, until there are enough.
    """
    scored = sorted(
        (_scored(contract, one) for one in ranked), key=lambda one: (-one.score, one.ranked.measure.code)
    )
    taken: list[Recommended] = []
    left: list[LeftOut] = []
    for one in scored:
        reason = _why_not(rules, contract, one, taken, excludes, count)
        if reason is None:
            taken.append(one)
        else:
            left.append(reason)
    return taken, left


def _scored(contract: Contract, ranked: RankedMeasure) -> Recommended:
    fit = contract.category.fit.get(ranked.measure.unit, Decimal(0))
    return Recommended(ranked, fit, ranked.share * Fraction(fit))


def _why_not(
    rules: ChoiceRules,
    contract: Contract,
    one: Recommended,
    taken: Sequence[Recommended],
    excludes: Mapping[str, Sequence[str]],
    count: int,
) -> LeftOut | None:
    measure = one.ranked.measure
    if not one.ranked.share:
        return LeftOut(one.ranked, "no_need")
    if not one.fit:
        return LeftOut(one.ranked, "does_not_suit")
    if contract.duration_months < rules.least_months.get(measure.unit, 0):
        return LeftOut(one.ranked, "contract_too_short")
    for other in taken:
        if other.ranked.measure.code in excludes.get(measure.code, ()):
            return LeftOut(one.ranked, "excluded", other.ranked.measure.code)
    same = [other.ranked.measure for other in taken if other.ranked.measure.outcome == measure.outcome]
    if len(same) >= rules.most_per_outcome:
        return LeftOut(one.ranked, "outcome_answered", same[0].code)
    return LeftOut(one.ranked, "enough") if len(taken) >= count else None
