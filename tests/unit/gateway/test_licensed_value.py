"""What the graph shows of value that rests on licensed figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.reporting import FourFigures, Grouping, ValueCell, ValueFigure
from cdp_common.kernel.identifiers import new_id
from gateway.schema import groupings
from gateway.schema.enums import Withheld
from gateway.schema.money import SocialValue


def promise() -> CommitmentLine:
    return CommitmentLine(
        line_id=new_id(),
        measure="M1",
        edition_hash="e" * 64,
        method_version="1",
        unit="hours",
        quantity=Decimal(10),
        counted_quantity=Decimal(10),
        social_gbp=Decimal("12.50"),
        local_economic_gbp=Decimal("0.00"),
        fiscal_gbp=Decimal("0.00"),
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        licensed_framework="bank",
    )


def test_a_promise_has_no_value_for_a_reader_without_the_licence():
    assert SocialValue.of_line(for_reader(promise(), set())) is None
    seen: Any = SocialValue.of_line(for_reader(promise(), {"frameworks:licensed:bank"}))
    assert (seen.total_gbp, seen.licensed) == (Decimal("12.50"), "included")


def test_a_figure_says_what_it_holds_of_licensed_value_and_a_cell_why_it_is_bare():
    figure = ValueFigure(
        total_gbp=Decimal("5.00"),
        social_gbp=None,
        local_economic_gbp=None,
        low_gbp=None,
        high_gbp=None,
        fiscal_gbp=Decimal("0.00"),
        licensed="as_first_published",
    )
    shown = ValueCell(
        key="a",
        label="A",
        figures=FourFigures(committed=figure, due=figure, delivered=figure, validated=figure),
    )
    bare = ValueCell(key="b", label="B", figures=None, suppressed=True, withheld="licensed")
    grouping = groupings.Grouping.of(Grouping(by="theme", additive=True, cells=[shown, bare]), new_id())
    whole, withheld = grouping.cells
    figures: Any = whole.figures
    assert figures.delivered is figure
    assert (whole.withheld, withheld.withheld, withheld.figures) == (None, Withheld.LICENSED, None)
