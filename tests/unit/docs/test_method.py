"""docs/method.md explains a pound with figures that the platform really computes."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from cdp_common.kernel.inputs import (
    Attendance,
    Employment,
    Inputs,
    NetPounds,
    Posts,
    Training,
    TrainingWeeks,
    Volunteering,
    derived_quantity,
)
from cdp_common.kernel.money import gbp_text
from cdp_common.kernel.periods import Period
from cdp_tools.packs import check_pack
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.commitments import PromisedLine, instalments_of
from reporting_api.domain.entries import MeasureRef
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.line import Line, Options
from toms_engine.domain.valuation import ValuedLine, value_lines
from toms_engine.storage.published_figures import shipped_figures

ROOT = Path(__file__).resolve().parents[3]
TEXT = " ".join((ROOT / "docs" / "method.md").read_text(encoding="utf-8").split())
SOME_ID = UUID("019a0000-0000-7000-8000-000000000001")
SOME_HASH = "0" * 64
CONTRACT = Period(date(2026, 7, 1), date(2028, 6, 30))
QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    checked = check_pack(ROOT / "data" / "frameworks" / "open-measures-2026")
    return Catalogue.of(SOME_ID, SOME_HASH, checked.content)


OFFERED = Employment((Posts(10, Decimal(35)), Posts(5, Decimal("17.5"))))


def posts(
    catalogue: Catalogue, quantity: str | Employment, period: Period, years: str | None = None
) -> ValuedLine:
    """Posts filled by local people, valued as the platform does."""
    line = Line(
        ref="1",
        measure="OM-J01",
        quantity=Decimal(quantity) if isinstance(quantity, str) else None,
        inputs=quantity if isinstance(quantity, Employment) else None,
        unit="fte_years",
        period_start=period.start,
        period_end=period.end,
        contract_years=None if years is None else Decimal(years),
    )
    [valued] = value_lines(catalogue, [line], Options(), shipped_figures(), holds_licence=False)
    return valued


def tables() -> list[list[tuple[str, Decimal]]]:
    """The page's tables of steps: rule and result of each row."""
    found: list[list[tuple[str, Decimal]]] = []
    for line in (ROOT / "docs" / "method.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| Step "):
            found.append([])
        elif row := re.fullmatch(r"\| ([a-z_]+) \| .* \| ([0-9.]+) \|", line):
            found[-1].append((row[1], Decimal(row[2])))
    return found


def steps_of(valued: ValuedLine) -> list[tuple[str, Decimal]]:
    return [(step.rule, step.result) for step in valued.explanation.steps]


def test_the_tables_are_the_explanations_of_the_promise_and_of_the_report(catalogue: Catalogue) -> None:
    promised, reported = tables()
    assert promised == steps_of(posts(catalogue, OFFERED, CONTRACT, years="2"))
    assert reported == steps_of(posts(catalogue, "11", QUARTER))


def test_the_four_figures_in_the_text_are_those_of_the_example(catalogue: Catalogue) -> None:
    committed = posts(catalogue, OFFERED, CONTRACT, years="2")
    delivered = posts(catalogue, "11", QUARTER)
    due = due_in_quarter(committed)
    nine_accepted = posts(catalogue, "9", QUARTER)
    assert committed.social_pence == delivered.social_pence == 0
    for words, pence in [
        ("The contract promises **£{}** of local economic value", committed.local_economic_pence),
        ("September 2026: **£{}**, or 3.125 years of work", due.total_pence),
        ("Delivered against this commitment: **£{}**", delivered.total_pence),
        ("accepts all eleven: **£{}**", delivered.total_pence),
        ("Had nine been accepted, £{} would be validated", nine_accepted.total_pence),
    ]:
        assert words.format(in_words(pence)) in TEXT
    ratio = (Decimal(delivered.total_pence) / due.total_pence).quantize(Decimal("0.0001"))
    assert f"= **{ratio}**" in TEXT


@pytest.mark.parametrize(
    ("inputs", "words", "quantity"),
    [
        (
            Employment((Posts(10, Decimal("37.5")), Posts(5, Decimal("17.5")))),
            "10 at 37.5 hours and 5 at 17.5 are {}",
            "12.5",
        ),
        (Attendance(12, Decimal("1.5"), 20), "12 × 1.5 × 20 are {} attendee hours", "360"),
        (Volunteering(8, Decimal("7.5")), "8 × 7.5 are {} hours", "60"),
        (Training((TrainingWeeks(1, 10, Decimal(2)),)), "10 weeks of 2 days are {} weeks", "4"),
        (NetPounds(Decimal(1200), Decimal(200), Decimal(400)), "1200 − 200 − 400 are {}", "600"),
    ],
)
def test_the_table_of_inputs_gives_the_quantities_that_they_make(
    inputs: Inputs, words: str, quantity: str
) -> None:
    assert derived_quantity(inputs).shown() == Decimal(quantity)
    assert words.format(quantity) in TEXT


def due_in_quarter(committed: ValuedLine) -> Amounts:
    """What of a promise falls due in the quarter, as reporting-api enters it."""
    line = PromisedLine(
        line_id=SOME_ID,
        measure=MeasureRef(SOME_HASH, "OM-J01", "jobs", "jobs-local", "1.0"),
        unit="fte_years",
        quantity=Decimal("12.5"),
        counted_quantity=committed.counted_quantity,
        amounts=Amounts(committed.social_pence, committed.local_economic_pence, 0, None, None),
        period=CONTRACT,
        schedule=(),
        area_code=None,
        area_index=None,
    )
    parts = [part for part in instalments_of(line) if QUARTER.contains(part.due_on)]
    assert [in_words(part.amounts.total_pence) for part in parts] == ["18,945.22"] * 3
    assert "each part is £18,945.22" in TEXT
    years = sum((part.counted_quantity for part in parts), start=Decimal(0))
    assert round(years, 4) == Decimal("3.125")
    total = sum(part.amounts.local_pence for part in parts)
    return Amounts(0, total, 0, None, None)


def in_words(pence: int) -> str:
    return f"{Decimal(gbp_text(pence)):,.2f}"
