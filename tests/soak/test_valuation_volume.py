"""However many lines there are: each explains its pence, sums are sums of pence, and order means nothing."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any

import pytest

from tests.recomputing import recompute
from tests.soak.lines import LineMaker, shipped_catalogue
from tests.soak.scale import Scale
from toms_engine.domain.explanation import ROUNDING, ExplainedStep
from toms_engine.domain.line import Options
from toms_engine.storage.published_figures import shipped_figures

WAYS = {
    "plain": Options(),
    "discounted": Options(discount=True, discount_base_year=2026),
    "uprated": Options(uprate_to_price_year=2024),
}


@pytest.mark.parametrize("way", WAYS)
def test_lines_explain_themselves_add_up_and_come_out_alike_in_any_order(
    way: str, scale: Scale, record_property: Any
):
    count = scale.lines // len(WAYS)
    maker = LineMaker(shipped_catalogue(), WAYS[way], shipped_figures(), scale)
    pence, exactly = array("q"), Fraction(0)
    for valued in maker.valued(range(count), at_once=1000):
        value = _explained(valued.explanation.steps)
        assert recompute(valued.explanation.steps) == valued.total_pence == _rounded(value), valued.line
        assert valued.social_pence + valued.local_economic_pence == valued.total_pence
        pence.append(valued.total_pence)
        exactly += value
    _require_the_same_in_another_order(maker, pence)
    total = sum(pence)
    record_property(f"{way}: lines and pence", (count, total))
    assert len(pence) == count
    assert abs(total - exactly * 100) <= Fraction(count, 2)  # half a penny a line, and never more


def _require_the_same_in_another_order(maker: LineMaker, pence: Sequence[int]) -> None:
    """Value the lines again, with other neighbours and in other portions."""
    count = len(pence)
    stride = next(step for step in range(count * 5 // 8, count * 2) if gcd(step, count) == 1)
    numbers = (number * stride % count for number in range(count))
    seen = bytearray(count)
    for valued in maker.valued(numbers, at_once=777):
        number = int(valued.line.ref)
        assert valued.total_pence == pence[number], valued.line
        seen[number] += 1
    assert seen == bytes([1]) * count


def _explained(steps: Sequence[ExplainedStep]) -> Fraction:
    """The pounds to which an explanation leads, in fractions: another arithmetic than the engine's."""
    if not steps or steps[-1].rule != ROUNDING:
        return Fraction(0)
    value = Fraction(1)
    for step in steps:
        if step.factor is not None:
            value *= Fraction(step.factor) / Fraction(step.divisor or 1)
    return value


def _rounded(pounds: Fraction) -> int:
    """Whole pence, half a penny away from zero."""
    size = int(abs(pounds) * 100 + Fraction(1, 2))
    return -size if pounds < 0 else size
