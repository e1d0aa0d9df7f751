"""How great each need is in a set of areas, and how much of it each measure answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from toms_engine.domain.edition import Measure
from toms_engine.domain.needs import Band, BandSpan

PLACES = Decimal("0.000001")
RANKING_METHOD = "need-share-1"


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain of an index, the need it tells about, and its weight in the whole."""

    code: str
    title: str
    need: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class NeedyArea:
    """An area: its people, its decile in each domain, and the bands into which its place cuts deciles."""

    people: int
    deciles: tuple[int | None, ...]
    spans: tuple[BandSpan, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a set of areas stands in one domain.

    `shares` is the part of the people in each band; `score` is the mean of the bands' points over the most
    points there are, between 0 (nobody in need) and 1 (everybody in the most severe).
    """

    domain: Domain
    shares: Mapping[Band, Fraction]
    score: Fraction

    @property
    def weighted(self) -> Fraction:
        """The score times the domain's weight."""
        return self.score * Fraction(self.domain.weight)


@dataclass(frozen=True, slots=True)
class RankedMeasure:
    """A measure and the share of the areas' weighted need that it answers."""

    measure: Measure
    share: Fraction
    answered: tuple[Standing, ...]


def decimal_share(value: Fraction) -> Decimal:
    """A share with six decimals, half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(PLACES, rounding=ROUND_HALF_UP)


def standings(
    domains: Sequence[Domain], areas: Collection[NeedyArea], points: Mapping[Band, int]
) -> list[Standing]:
    """Where the areas stand in each domain, in the domains' order.

    Each area counts with its people, so that what is measured is how many people live with how much need.
    """
    return [_standing(domain, position, areas, points) for position, domain in enumerate(domains)]


def _standing(
    domain: Domain, position: int, areas: Collection[NeedyArea], points: Mapping[Band, int]
) -> Standing:
    people_by_band: dict[Band, int] = dict.fromkeys(points, 0)
    for area in areas:
        decile = area.deciles[position]
        if decile is not None:
            people_by_band[_band(area.spans, decile)] += area.people
    people = sum(people_by_band.values())
    if people == 0:
        return Standing(domain, dict.fromkeys(points, Fraction(0)), Fraction(0))
    shares = {band: Fraction(count, people) for band, count in people_by_band.items()}
    most = max(points.values())
    score = sum((share * points[band] for band, share in shares.items()), Fraction(0)) / most
    return Standing(domain, shares, score)


def _band(spans: Sequence[BandSpan], decile: int) -> Band:
    return next(span.band for span in spans if span.lowest_decile <= decile <= span.highest_decile)


def ranked_measures(measures: Sequence[Measure], found: Sequence[Standing]) -> list[RankedMeasure]:
    """The measures by the share of the weighted need that they answer, equal ones by code.

    The weighted need of a domain is its score times its weight. A measure's share is the weighted need of the
    domains that it answers over that of all domains; a measure that answers none has none.
    """
    whole = sum((one.weighted for one in found), Fraction(0))
    ranked = []
    for measure in measures:
        answered = tuple(one for one in found if one.domain.need in measure.needs)
        part = sum((one.weighted for one in answered), Fraction(0))
        ranked.append(RankedMeasure(measure, part / whole if whole else Fraction(0), answered))
    return sorted(ranked, key=lambda one: (-one.share, one.measure.code))
