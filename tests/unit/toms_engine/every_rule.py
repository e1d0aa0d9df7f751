"""An edition with every rule of valuation in it, and rows drawn over it: sound, odd and faulty."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - the same rows for the same seed
from typing import Any

from tests.unit.toms_engine.editions import FIGURES, catalogue, measure, multiplier, proxy

from cdp_common.contracts.toms import ValuationLine
from toms_engine.bulk.line_content import line_of
from toms_engine.bulk.rows import FIELDS, ValuedRows
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import Additionality, Proxy, SeriesPoint
from toms_engine.domain.errors import LinesRefused, ProxyNotRedistributable
from toms_engine.domain.line import Options
from toms_engine.domain.line_checks import Terms
from toms_engine.domain.valuation import value_lines

NET = Additionality("A guide", Decimal("0.20"), Decimal("0.15"), Decimal("0.10"), Decimal("0"))
CARBON = tuple(
    SeriesPoint(2024 + step, Decimal(270 + 4 * step), Decimal(135 + 2 * step), Decimal("405.5") + 6 * step)
    for step in range(4)
)
PROXIES: tuple[Proxy, ...] = (
    proxy("hour", central_gbp=Decimal("17.96")),
    proxy("half-penny", central_gbp=Decimal("0.005"), value_type="fiscal", discount_rate="health"),
    proxy("tiny", central_gbp=Decimal("0.000000000000000001")),
    proxy("minus", central_gbp=Decimal("-2.005")),
    proxy("huge", central_gbp=Decimal("999999999999.999999"), component="local_economic"),
    proxy("carbon", series=CARBON, value_type="environmental"),
    proxy(
        "range",
        central_gbp=Decimal("13000.335"),
        low_gbp=Decimal("10000.005"),
        high_gbp=Decimal("16000"),
        price_year=2019,
    ),
    proxy("licensed", central_gbp=Decimal("123.45"), redistributable=False),
    proxy("past", valid_to=date(2024, 12, 31)),
)
PLACES = ("county-durham", "essex")


def every_rule(*, counts_initial_spend: bool = False) -> Catalogue:
    """An edition with a measure for each rule and for each kind of figure."""
    fte = {"unit": "fte_years", "accumulation": "stock", "proxy": "range", "decimals": 2}
    local = {"unit": "gbp_spent", "valuation": "local_multiplier", "decimals": 2}
    return catalogue(
        measure("hour", proxy="hour", decimals=2),
        measure("whole", proxy="half-penny", decimals=0, unit="count"),
        measure("fine", proxy="half-penny", decimals=6, negative_allowed=True),
        measure("tiny", proxy="tiny", decimals=6),
        measure("minus", proxy="minus", decimals=3, negative_allowed=True),
        measure("huge", proxy="huge", decimals=6),
        measure("net", proxy="hour", additionality=NET, maximum_per_line=Decimal("500.5")),
        measure("lasting", proxy="hour", drop_off=Decimal("0.3"), lasts_years=7, additionality=NET),
        measure("carbon", proxy="carbon", unit="tco2e"),
        measure("invested", proxy="half-penny", unit="gbp_invested"),
        measure("fte-every", year_rule="every_contract_year", **fte),
        measure("fte-once", year_rule="once", **fte),
        measure("fte-first", year_rule="first_year_only", **fte),
        measure("flow-first", proxy="hour", year_rule="first_year_only"),
        measure("flow-every", proxy="hour", year_rule="every_contract_year"),
        measure("latest", accumulation="latest", proxy="hour"),
        measure("ratio", accumulation="ratio", unit="percentage", valuation="none"),
        measure("told", unit="text", valuation="none", decimals=0),
        measure("local", **local),
        measure("local-once", year_rule="first_year_only", negative_allowed=True, **local),
        measure("group", target_groups=("young", "long-term"), **fte),
        measure("licensed", proxy="licensed"),
        measure("past", proxy="past"),
        measure("ended", proxy="hour", valid_to=date(2025, 6, 30)),
        proxies=PROXIES,
        multipliers=(multiplier("construction", "1.25"), multiplier("retail", "1.0999999999")),
        counts_initial_spend=counts_initial_spend,
    )


def terms(options: Options | None = None, *, licensed: bool = False, initial: bool = False) -> Terms:
    """What rows are valued against."""
    return Terms(every_rule(counts_initial_spend=initial), FIGURES, options or Options(), licensed)


def drawn_row(chance: Random, book: Catalogue, number: int, *, variety: int = 4) -> dict[str, str]:
    """A row over the edition, as text: usually sound, of one of few sets of options."""
    measure_ = chance.choice(book.content.measures)
    few = Random(chance.randrange(variety))
    start = date(2024, 1, 1) + timedelta(days=few.randrange(700))
    row = {
        "ref": str(number),
        "measure": measure_.code,
        "quantity": quantity_text(chance, measure_.decimals),
        "unit": measure_.unit,
        "period_start": str(start),
        "period_end": str(start + timedelta(days=few.choice((0, 27, 89, 364, 365, 700)))),
        "started_on": str(start - timedelta(days=few.randrange(500))),
    }
    if measure_.accumulation == "ratio":
        row["denominator"] = few.choice(("1", "300", "0.5"))
    if measure_.target_groups:
        row |= {"target_group": few.choice(measure_.target_groups), "headcount": "12"}
    if measure_.valuation == "local_multiplier":
        row |= {"place": "county-durham", "industry": few.choice(("construction", "retail"))}
    if few.random() < 0.4:
        row |= {"contract_years": few.choice(("1", "2.5", "0.75", "100")), "committed_on": str(start)}
    if few.random() < 0.4:
        row["attribution_share"] = few.choice(("1", "0.3333", "0.000000000000000001", "0"))
    if measure_.unit == "fte_years" and few.random() < 0.4:
        row["headcount"] = str(few.choice((1, 3, 12)))
    return row | _oddity(chance)


def _oddity(chance: Random) -> dict[str, str]:
    """Now and then a field that is wrong, or stated where it need not be."""
    if chance.random() > 0.06:
        return {}
    return chance.choice(
        (
            {"measure": "unknown"},
            {"measure": "not a code"},
            {"unit": "weeks"},
            {"unit": "pints"},
            {"period_end": "2020-01-01"},
            {"period_start": "1899-01-01"},
            {"period_end": "tomorrow"},
            {"quantity": "12,5"},
            {"quantity": "1e3"},
            {"quantity": "1234567890123456789"},
            {"quantity": "100000000000000000000000"},
            {"headcount": "2"},
            {"target_group": "young"},
            {"target_group": "unheard-of"},
            {"headcount": "0"},
            {"denominator": "7"},
            {"contract_years": "0"},
            {"attribution_share": "1.1"},
            {"industry": "unheard-of"},
            {"claimed_value_gbp": chance.choice(("1.00", "0.00", "0", "1.005", "x"))},
            {"ref": " padded "},
            {"ref": "é" * 300},
            {"ref": "x" * 301},
        )
    )


_ODD_QUANTITIES = (
    *("0", "-0", "0.0", "007", "1", "0.5", "1.0000", "-1", "-0.5", "500.5", "500.5001", "12", "12.01"),
    *("999999999999", "999999999999.999999", "1000000000000", "123456789012345678", "0.000001"),
    *("999999999999999", "999999999999999.999", "1000000000000000", "0.0000001", "3.00000000"),
)


def quantity_text(chance: Random, decimals: int) -> str:
    """A quantity: small and large, at the limits, at half a penny, with more zeros than it needs."""
    if chance.random() < 0.12:
        return chance.choice(_ODD_QUANTITIES)
    digits = chance.randrange(10 ** chance.randint(1, 13))
    sign = "-" if chance.random() < 0.1 else ""
    shown = chance.randint(0, decimals + (chance.random() < 0.03))
    return f"{sign}{Decimal(digits).scaleb(-shown):f}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row, in a form in which two ways can be compared."""

    pence: tuple[int | None, ...] | None
    counted: Decimal | None
    faults: tuple[tuple[str, str], ...] = ()


PENCE = ("social", "local_economic", "total", "low", "high", "fiscal", "initial_spend")


def valued_alone(row: dict[str, str], wanted: Terms) -> Outcome:
    """What the scalar path makes of a row, a request of its own."""
    try:
        stated = ValuationLine.model_validate_json(json.dumps(row))
    except ValueError as fault:
        return Outcome(None, None, tuple((str(one["loc"][0]), "") for one in fault.errors()))  # type: ignore[attr-defined]  # pydantic's
    try:
        [line] = value_lines(
            wanted.catalogue,
            [line_of(stated)],
            wanted.options,
            wanted.figures,
            holds_licence=wanted.holds_licence,
        )
    except (LinesRefused, ProxyNotRedistributable) as refused:
        return Outcome(
            None, None, tuple((one.pointer.removeprefix("/lines/0/"), one.code) for one in refused.errors)
        )
    return Outcome(tuple(getattr(line, f"{name}_pence") for name in PENCE), line.counted_quantity)


def outcomes(valued: ValuedRows, rows: list[dict[str, str]]) -> list[Outcome]:
    """What became of each row of a block, in their order; faults of the contract carry no code here."""
    found: dict[int, Outcome] = {}
    columns = [f"{name}_pence" for name in PENCE]
    for record in valued.frame.iter_rows(named=True):
        assert record["row"] not in found
        row = rows[record["row"] - 1]
        assert (record["ref"], record["measure"], record["unit"]) == (
            row["ref"].strip(),
            row["measure"],
            row["unit"],
        )
        found[record["row"]] = Outcome(tuple(record[name] for name in columns), record["counted_quantity"])
    for refusal in valued.refused:
        assert refusal.row not in found
        faults = tuple((fault.pointer.removeprefix("/"), fault.code) for fault in refusal.faults)
        found[refusal.row] = Outcome(None, None, faults)
    return [found[number] for number in range(1, len(rows) + 1)]


def without_contract_codes(one: Outcome, other: Outcome) -> Outcome:
    """The first outcome with codes left out where the other, of a contract's faults, has none."""
    if other.faults and not any(code for _, code in other.faults):
        return Outcome(one.pence, one.counted, tuple((field, "") for field, _ in one.faults))
    return one


def csv_of(rows: list[dict[str, Any]]) -> bytes:
    """The rows as CSV with every column, nothing quoted."""
    lines = [",".join(FIELDS), *(",".join(row.get(name, "") for name in FIELDS) for row in rows)]
    return ("\n".join(lines) + "\n").encode()
