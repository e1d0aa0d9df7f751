"""Plain lines over the shipped pack: flows with one value, in a few periods, of any quantity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random  # noqa: TID251 - the same lines in every run

import polars as pl
from tests.soak.lines import shipped_catalogue

from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import Measure

STARTS = ("2026-01-01", "2026-04-01", "2026-07-01")
COLUMNS = ("ref", "measure", "quantity", "unit", "period_start", "period_end")


@dataclass(frozen=True)
class PlainLines:
    """So many lines, as text and as what other engines multiply."""

    book: Catalogue
    measures: list[Measure]
    frame: pl.DataFrame

    def csv(self) -> bytes:
        """The lines as CSV without their header."""
        return self.frame.write_csv(include_header=False).encode()

    def net(self, measure: Measure) -> tuple[Decimal, Decimal]:
        """A measure's £ for each unit, and what additionality leaves of it."""
        proxy = self.book.proxies[measure.proxy or ""]
        rest, shares = Decimal(1), measure.additionality
        for name in ("deadweight", "displacement", "leakage", "substitution"):
            rest *= 1 - (getattr(shares, name) or Decimal(0)) if shares is not None else 1
        return proxy.central_gbp or Decimal(0), rest


def plain_lines(count: int) -> PlainLines:
    """That many lines, always the same."""
    book, chance = shipped_catalogue(), Random(7)
    measures = [one for one in book.content.measures if _is_plain(book, one)]
    rows = [(str(number), *_line(chance.choice(measures), chance), "2026-12-31") for number in range(count)]
    return PlainLines(
        book, measures, pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    )


def _line(measure: Measure, chance: Random) -> tuple[str, str, str, str]:
    quantity = Decimal(chance.randrange(10**6)).scaleb(-min(measure.decimals, 2))
    return measure.code, f"{quantity:f}", measure.unit, chance.choice(STARTS)


def _is_plain(book: Catalogue, measure: Measure) -> bool:
    proxy = book.proxy_of(measure)
    return (
        proxy is not None
        and not proxy.series
        and measure.accumulation == "flow"
        and measure.year_rule != "first_year_only"
        and measure.lasts_years == 1
        and measure.maximum_per_line is None
        and not measure.target_groups
    )
