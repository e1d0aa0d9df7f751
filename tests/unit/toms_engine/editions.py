"""Editions and lines for tests of the domain; figures are invented unless a test names their source."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import (
    EditionContent,
    Measure,
    Multiplier,
    Outcome,
    Proxy,
    SeriesPoint,
    Source,
    Theme,
)
from toms_engine.domain.figures import Figures
from toms_engine.domain.line import Line, Options
from toms_engine.domain.valuation import ValuedLine, value_lines
from toms_engine.storage.published_figures import shipped_figures

EDITION_ID = UUID("01890000-0000-7000-8000-000000000001")
EDITION_HASH = "a" * 64
FIGURES: Figures = shipped_figures()

SOURCE = Source(
    publisher="A publisher",
    title="A table of values",
    edition="2025",
    locator="Table 1",
    url="https://example.org/values",
)


def proxy(code: str = "P1", **changes: Any) -> Proxy:
    """A proxy of £10 for each unit unless changed; with a series it has no single value."""
    fields: dict[str, Any] = {
        "code": code,
        "title": "A value",
        "component": "social",
        "value_type": "economic",
        "price_year": 2022,
        "derivation": "Taken as published.",
        "sources": (SOURCE,),
        "licence": "OGL-UK-3.0",
        "valid_from": date(2020, 1, 1),
        "central_gbp": None if changes.get("series") else Decimal(10),
    }
    return Proxy(**{**fields, **changes})


def measure(code: str = "M1", **changes: Any) -> Measure:
    """A measure of hours valued by proxy P1 unless changed."""
    fields: dict[str, Any] = {
        "code": code,
        "outcome": "O1",
        "title": "A measure",
        "guidance": "Count it.",
        "unit": "hours",
        "accumulation": "flow",
        "valuation": "proxy",
        "proxy": "P1",
        "valid_from": date(2020, 1, 1),
        "decimals": 4,
    }
    merged = {**fields, **changes}
    if merged["valuation"] != "proxy":
        merged["proxy"] = None
    return Measure(**merged)


def multiplier(industry: str, value: str, place: str = "county-durham") -> Multiplier:
    """A multiplier of an industry."""
    return Multiplier(place, industry, Decimal(value), SOURCE, "By location quotient.")


def content(*measures: Measure, **changes: Any) -> EditionContent:
    """An edition with these measures, one theme, one outcome and the proxies given (P1 unless changed)."""
    fields: dict[str, Any] = {
        "framework": "test-framework",
        "edition": "2025",
        "title": "A framework for tests",
        "publisher": "A publisher",
        "licence": "OGL-UK-3.0",
        "description": "For tests.",
        "effective_from": date(2020, 1, 1),
        "themes": (Theme("T1", "A theme"),),
        "outcomes": (Outcome("O1", "T1", "An outcome"),),
        "measures": measures or (measure(),),
        "proxies": (proxy(),),
    }
    return EditionContent(**{**fields, **changes})


def catalogue(*measures: Measure, **changes: Any) -> Catalogue:
    """The catalogue of such an edition."""
    return Catalogue.of(EDITION_ID, EDITION_HASH, content(*measures, **changes))


def series(*points: tuple[int, str]) -> tuple[SeriesPoint, ...]:
    """A series of central values by year."""
    return tuple(SeriesPoint(year, Decimal(value)) for year, value in points)


def line(quantity: str | Decimal | None = "1", **changes: Any) -> Line:
    """A line of measure M1 over the calendar year 2025 unless changed."""
    fields: dict[str, Any] = {
        "ref": "1",
        "measure": "M1",
        "unit": "hours",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
    }
    decimals = ("contract_years", "attribution_share", "denominator", "claimed_value_gbp")
    given = {
        name: Decimal(value) if name in decimals and isinstance(value, str) else value
        for name, value in changes.items()
    }
    return Line(quantity=None if quantity is None else Decimal(quantity), **{**fields, **given})


def value_one(
    one: Line, book: Catalogue, *, options: Options | None = None, holds_licence: bool = False
) -> ValuedLine:
    """The one line, valued."""
    [valued] = value_lines(book, [one], options or Options(), FIGURES, holds_licence=holds_licence)
    return valued


def quarters(first: date, **changes: Any) -> list[Line]:
    """The line in each of the four quarters from a day on."""
    starts = [_months_on(first, months) for months in (0, 3, 6, 9, 12)]
    base = line(**changes)
    return [
        replace(base, period_start=start, period_end=date.fromordinal(after.toordinal() - 1))
        for start, after in pairwise(starts)
    ]


def _months_on(day: date, months: int) -> date:
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, day.day)
