"""Lines drawn over the framework pack that the product ships: whatever a caller could sensibly send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from cdp_common.kernel.identifiers import new_id
from cdp_tools.packs import check_pack
from tests.soak.scale import Random, Scale
from tests.soak.stage import FRAMEWORK
from toms_engine.domain.canonical import edition_hash
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import MONEY_UNITS, Measure
from toms_engine.domain.figures import Figures
from toms_engine.domain.line import Line, Options
from toms_engine.domain.valuation import ValuedLine, value_lines

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2030, 12, 31)
"""The days for which every measure of the pack has a value."""


def shipped_catalogue() -> Catalogue:
    """The framework pack that the product ships, ready to value lines."""
    content = check_pack(FRAMEWORK).content
    return Catalogue.of(new_id(), edition_hash(content), content)


class LineMaker:
    """Draws the lines of one run: the line of a number is always the same."""

    def __init__(self, catalogue: Catalogue, options: Options, figures: Figures, scale: Scale) -> None:
        self._catalogue, self._options, self._figures, self._scale = catalogue, options, figures, scale
        self._industries = sorted(catalogue.multipliers)
        self._measures = [one for one in catalogue.content.measures if self._can_be_valued(one)]

    def lines(self, numbers: Iterable[int]) -> Iterator[Line]:
        """The lines of these numbers."""
        return map(self._line, numbers)

    def valued(self, numbers: Iterable[int], *, at_once: int) -> Iterator[ValuedLine]:
        """The lines of these numbers, valued `at_once` together."""
        waiting = self.lines(numbers)
        while some := list(islice(waiting, at_once)):
            yield from value_lines(self._catalogue, some, self._options, self._figures)

    def _can_be_valued(self, measure: Measure) -> bool:
        """Whether there is a price level for the measure's value, where the run asks for one."""
        if self._options.uprate_to_price_year is None or measure.valuation == "none":
            return True
        proxy = self._catalogue.proxy_of(measure)
        in_money_of_delivery = proxy is None or measure.unit in MONEY_UNITS
        return (
            not in_money_of_delivery and proxy is not None and proxy.price_year in self._figures.prices.index
        )

    def _line(self, number: int) -> Line:
        chance = Random(self._scale.seed << 32 | number)
        measure = chance.choice(self._measures)
        start = FIRST_DAY + timedelta(days=chance.randrange(1400))
        days = chance.choice((0, 27, 89, 90, 364, 365, chance.randrange(420)))
        place, industry = chance.choice(self._industries)
        is_promise = chance.random() < 0.3
        return Line(
            ref=str(number),
            measure=measure.code,
            quantity=_quantity(measure, chance),
            unit=measure.unit,
            period_start=start,
            period_end=min(start + timedelta(days=days), LAST_DAY),
            denominator=Decimal(chance.randint(1, 10_000)) if measure.accumulation == "ratio" else None,
            place=place,
            industry=industry,
            contract_years=Decimal(chance.randint(1, 800)) / 100 if is_promise else None,
            attribution_share=Decimal(chance.randint(1, 10_000)) / 10_000 if chance.random() < 0.2 else None,
            started_on=start - timedelta(days=chance.randrange(500)),
            committed_on=start if is_promise else None,
        )


def _quantity(measure: Measure, chance: Random) -> Decimal:
    """From a thousandth to ten million, the small as likely as the large."""
    most = int(measure.maximum_per_line or 10 ** chance.randint(1, 7))
    drawn = Decimal(chance.randint(0, most * 10**measure.decimals)).scaleb(-measure.decimals)
    return -drawn if measure.negative_allowed and chance.random() < 0.2 else drawn
