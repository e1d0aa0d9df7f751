"""What was recorded at several editions, at one: quantities carried over and priced anew.

A ledger entry holds the quantity that counts: stocks weighted by time, promises by their years, shared
activities by their share. What an edition then makes of it are factors that depend on the measure, on the
industry for local spend, and on the period where the unit value is a series by year. So sums of quantities
are priced, not lines.

- A quantity is carried over only where both editions count the measure alike: same unit, accumulation and
  rule for years. What is not carried over is named, with the reason, and is in no sum at the edition.
- What was recorded at the edition itself keeps its pence.
- Each sum of quantities that has one price is rounded once, half a penny away from zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from cdp_common.kernel.exact import Exact
from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import LEFT_OUT, FigureName, FigureSum, LicensedPart, sum_of

Because = Literal["not_in_edition", "counted_differently", "licensed", "industry_unknown", "not_valued"]


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """How an edition counts and prices a measure."""

    edition_hash: str
    code: str
    title: str
    framework: str
    tailored_from: str | None
    """The framework whose measure it is, where the edition took it over by tailoring."""
    unit: str
    accumulation: str
    year_rule: str
    valuation: Literal["proxy", "local_multiplier", "none"]
    component: Literal["social", "local_economic"] | None
    is_fiscal: bool
    licence: str | None
    """The framework whose licence shows its pounds; none when anybody may see them."""
    is_yearly: bool
    """Whether its unit value is a series by year of delivery."""
    valid_on: date
    """The first day on which edition, measure and unit value all hold."""
    target_group: str | None
    """One of its target groups, where it has any: the price is the same for all."""


@dataclass(frozen=True, slots=True)
class RecordedSum:
    """What one figure holds of one measure at one edition, of one industry and period."""

    figure: FigureName
    edition_hash: str
    measure: str
    industry: str | None
    period: Period
    counted_quantity: Decimal
    value: FigureSum
    has_samples: bool


class PriceKey(NamedTuple):
    """What a price at the edition depends on; the period only where the unit value is a series."""

    measure: str
    industry: str | None
    period: Period | None


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Pounds for one unit that counts."""

    gbp: Exact


@dataclass(frozen=True, slots=True)
class NotRevalued:
    """Why there is no value at the edition; `fault` is the code of whoever could not value it."""

    because: Because
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class MeasureAtEdition:
    """A measure of one recorded edition in a figure, revalued or with the reason why not."""

    kind: MeasureKind
    counted_quantity: Decimal | None
    """None, as `recorded`, where the reader lacks the licence of the record."""
    recorded: FigureSum | None
    at_edition: FigureSum | None
    not_revalued: NotRevalued | None


Kinds = Mapping[tuple[str, str], MeasureKind]
"""Measures by edition and code."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The edition asked for, how measures are counted, and whose licences the reader holds."""

    edition_hash: str
    kinds: Kinds
    licences: Collection[str]

    def hides(self, kind: MeasureKind) -> bool:
        """Whether the reader may not see pounds of the measure."""
        return kind.licence is not None and kind.licence not in self.licences

    def standing_of(self, found: RecordedSum) -> NotRevalued | PriceKey | None:
        """Why a sum is not carried over, or what its price depends on; None where it keeps its pence."""
        recorded = self.kinds[found.edition_hash, found.measure]
        wanted = self.kinds.get((self.edition_hash, found.measure))
        if self.hides(recorded):
            return NotRevalued("licensed")
        if wanted is None or not _is_same_measure(recorded, wanted):
            return NotRevalued("not_in_edition")
        if _counting(recorded) != _counting(wanted):
            return NotRevalued("counted_differently")
        if self.hides(wanted):
            return NotRevalued("licensed")
        if recorded.edition_hash == self.edition_hash:
            return None
        by_industry = wanted.valuation == "local_multiplier"
        if by_industry and found.industry is None:
            return NotRevalued("industry_unknown")
        industry = found.industry if by_industry else None
        return PriceKey(found.measure, industry, found.period if wanted.is_yearly else None)

    def carries_pounds(self, found: RecordedSum) -> bool:
        """Whether it carried pounds when it was recorded, or would at the edition."""
        recorded = self.kinds[found.edition_hash, found.measure]
        wanted = self.kinds.get((self.edition_hash, found.measure), recorded)
        return recorded.valuation != "none" or wanted.valuation != "none"


def prices_needed(sums: Iterable[RecordedSum], terms: Terms) -> list[PriceKey]:
    """The prices that revaluing these sums takes, each once."""
    standing = (terms.standing_of(found) for found in sums if terms.carries_pounds(found))
    return list(dict.fromkeys(key for key in standing if isinstance(key, PriceKey)))


def measures_at_edition(
    sums: Sequence[RecordedSum], terms: Terms, prices: Mapping[PriceKey, UnitPrice | NotRevalued]
) -> list[MeasureAtEdition]:
    """The measures of one figure by code and recorded edition; apart where a part of one is not revalued."""
    priced: dict[tuple[str, str, NotRevalued | None], dict[PriceKey | None, list[RecordedSum]]] = {}
    for found in sums:
        if not terms.carries_pounds(found):
            continue
        standing = terms.standing_of(found)
        key = standing if isinstance(standing, PriceKey) else None
        price = prices[key] if key is not None else standing
        reason = price if isinstance(price, NotRevalued) else None
        group = priced.setdefault((found.measure, found.edition_hash, reason), {})
        group.setdefault(key, []).append(found)
    ordered = sorted(priced, key=lambda of: (of[0], of[1], of[2] is not None, str(of[2])))
    return [_measure(of[1], of[0], of[2], priced[of], terms, prices) for of in ordered]


def whole_of(measures: Iterable[MeasureAtEdition]) -> tuple[FigureSum, FigureSum, FigureSum]:
    """What is recorded, what of it was revalued, and that at the edition."""
    found = list(measures)
    revalued = [one for one in found if one.at_edition is not None]
    hidden = any(_is_licensed(one) for one in found)
    return (
        sum_of([LEFT_OUT if one.recorded is None else one.recorded for one in found]),
        _part(sum_of([one.recorded for one in revalued if one.recorded is not None]), is_left_out=hidden),
        _part(sum_of([one.at_edition for one in revalued if one.at_edition]), is_left_out=hidden),
    )


def less(whole: FigureSum, part: FigureSum) -> FigureSum:
    """The difference of two sums, of which no range is told."""
    return FigureSum(
        whole.social_pence - part.social_pence,
        whole.local_pence - part.local_pence,
        whole.fiscal_pence - part.fiscal_pence,
        lines_without_range=1,
        licensed=whole.licensed,
    )


def _measure(
    edition_hash: str,
    code: str,
    reason: NotRevalued | None,
    by_price: Mapping[PriceKey | None, Sequence[RecordedSum]],
    terms: Terms,
    prices: Mapping[PriceKey, UnitPrice | NotRevalued],
) -> MeasureAtEdition:
    kind = terms.kinds[edition_hash, code]
    if terms.hides(kind):
        return MeasureAtEdition(kind, None, None, None, reason)
    every = [found for sums in by_price.values() for found in sums]
    recorded = sum_of([found.value for found in every])
    quantity = sum((found.counted_quantity for found in every), start=Decimal(0))
    if reason is not None:
        return MeasureAtEdition(kind, quantity, recorded, None, reason)
    if None in by_price:
        return MeasureAtEdition(kind, quantity, recorded, recorded, None)
    wanted = terms.kinds[terms.edition_hash, code]
    valued = [_valued(sums, prices[key], wanted) for key, sums in by_price.items() if key is not None]
    return MeasureAtEdition(kind, quantity, recorded, sum_of(valued), None)


def _valued(sums: Sequence[RecordedSum], price: UnitPrice | NotRevalued, wanted: MeasureKind) -> FigureSum:
    assert isinstance(price, UnitPrice)  # sums without a price stand apart
    quantity = sum((found.counted_quantity for found in sums), start=Decimal(0))
    pence = price.gbp.times(quantity).pence()
    is_social = wanted.component == "social"
    return FigureSum(
        social_pence=pence if is_social else 0,
        local_pence=0 if is_social else pence,
        fiscal_pence=pence if wanted.is_fiscal else 0,
        lines_without_range=1,
    )


def _is_licensed(measure: MeasureAtEdition) -> bool:
    return measure.not_revalued is not None and measure.not_revalued.because == "licensed"


def _part(value: FigureSum, *, is_left_out: bool) -> FigureSum:
    licensed: LicensedPart = "left_out" if is_left_out else value.licensed
    return value._replace(licensed=licensed)


def _is_same_measure(one: MeasureKind, other: MeasureKind) -> bool:
    """Whether a code means the same in both: in one framework, or where one took it over from the other."""
    return one.framework == other.framework or bool(
        {one.framework, one.tailored_from} & {other.framework, other.tailored_from} - {None}
    )


def _counting(kind: MeasureKind) -> tuple[str, str, str]:
    return kind.unit, kind.accumulation, kind.year_rule
