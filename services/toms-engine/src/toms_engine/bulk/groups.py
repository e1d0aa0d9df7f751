"""Lines that differ only in quantity, their exact factor, and the quantities for which it is proven."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from cdp_common.kernel.exact import Exact
from toms_engine.bulk.arithmetic import QUANTITY_PLACES, SHOWN_LIMIT, SHOWN_PLACES, UNITS_LIMIT, Ratio
from toms_engine.domain.factor import Factor, factor_of_worth
from toms_engine.domain.line import Line
from toms_engine.domain.line_checks import Terms
from toms_engine.domain.valuation import ValuedLine, value_line

AMOUNTS = ("pounds", "low", "high", "initial_spend")
_PROBE_AHEAD = 1000
"""A span is stretched so many times further than the quantity that asked for it, if that holds."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """The factor of a group in whole numbers: pence, and places of the counted quantity, for each unit."""

    counted: Ratio
    amounts: tuple[Ratio | None, ...]
    is_social: bool
    is_fiscal: bool

    @classmethod
    def of(cls, factor: Factor) -> "Ratios":
        """The ratios of a factor."""
        amounts: list[Exact | None] = [getattr(factor, name) for name in AMOUNTS]
        return cls(
            counted=Ratio.of(factor.counted, times=10**SHOWN_PLACES),
            amounts=tuple(None if amount is None else Ratio.of(amount, times=100) for amount in amounts),
            is_social=factor.component == "social",
            is_fiscal=factor.is_fiscal,
        )

    def hold(self, units: int) -> bool:
        """Whether the columns can hold every product with so many units."""
        ratios = [self.counted, *(ratio for ratio in self.amounts if ratio is not None)]
        shown = abs(self.counted.applied(units)) < SHOWN_LIMIT * 10**SHOWN_PLACES
        return shown and all(ratio.fits(units) for ratio in ratios)

    def give(self, units: int, valued: ValuedLine) -> bool:
        """Whether they come to what the domain says."""
        pence = [None if ratio is None else ratio.applied(units) for ratio in self.amounts]
        said = [valued.total_pence, valued.low_pence, valued.high_pence, valued.initial_spend_pence]
        counted = Exact(self.counted.applied(units), 10**SHOWN_PLACES).shown()
        return [pence[0] or 0, *pence[1:]] == said and counted == valued.counted_quantity


class Group:
    """The lines of one set of options.

    The factor holds for the quantities of a proven span. At both its ends the domain has checked and valued
    a line, without fault, by the same factor. What lies between passes as well: a check on a quantity is a
    limit above, below or on its decimals, and an amount grows with its quantity.
    """

    def __init__(self, line: Line, terms: Terms) -> None:
        measure = terms.catalogue.measures.get(line.measure)
        self._line, self._terms = line, terms
        decimals = measure.decimals if measure is not None else 0
        self.step = 10 ** max(QUANTITY_PLACES - decimals, 0)
        """The units of the last decimal that the measure takes: quantities between its multiples are none."""
        self.ratios: Ratios | None = None
        self.least, self.most = 1, 0
        """The proven span, multiples of the step; there is none while it is empty."""

    def reach(self, units: int) -> bool:
        """Whether the span covers so many units, stretched for them if it can be."""
        if self.covers(units):
            return True
        further = max(-UNITS_LIMIT + self.step, min(units * _PROBE_AHEAD, UNITS_LIMIT - self.step))
        if further != units:
            self._stretch(further)
        return self.covers(units) or self._stretch(units)

    def covers(self, units: int) -> bool:
        """Whether the span covers so many units as it is."""
        return self.least <= units <= self.most

    @property
    def covers_any(self) -> bool:
        """Whether there is a proven span."""
        return self.least <= self.most

    def _stretch(self, units: int) -> bool:
        if not self._holds(units):
            return False
        is_empty = self.least > self.most
        self.least = units if is_empty else min(self.least, units)
        self.most = units if is_empty else max(self.most, units)
        return True

    def _holds(self, units: int) -> bool:
        """Whether the domain values so many units without fault and by the factor of this group."""
        quantity = Decimal(units).scaleb(-QUANTITY_PLACES)
        valued, _ = value_line(0, replace(self._line, quantity=quantity), self._terms)
        factor = factor_of_worth(valued.worth, quantity) if valued is not None else None
        if valued is None or factor is None:
            return False
        ratios = Ratios.of(factor)
        if self.ratios is None:
            self.ratios = ratios
        return ratios == self.ratios and ratios.hold(units) and ratios.give(units, valued)


@dataclass(frozen=True, slots=True)
class Table:
    """Groups as a table of whole numbers, one row each; a group without a proven span covers nothing.

    `narrow` holds them in 64 bits and is there where every ratio fits; it serves for rows of which none has
    more than `most_narrow_units`. `wide` holds them in 128 bits.
    """

    wide: pl.DataFrame
    narrow: pl.DataFrame | None
    most_narrow_units: int

    @classmethod
    def of(cls, groups: Sequence[Group]) -> "Table":
        """The table of these groups, numbered in their order; amounts that no group has are left out."""
        known = [group.ratios if group.ratios is not None and group.covers_any else None for group in groups]
        named = {"counted": [None if ratios is None else ratios.counted for ratios in known]}
        for place, name in enumerate(AMOUNTS):
            named[name] = [None if ratios is None else ratios.amounts[place] for ratios in known]
        present = {name: ratios for name, ratios in named.items() if any(ratios)}
        all_ratios = [ratio for ratios in present.values() for ratio in ratios if ratio is not None]
        most_above = max((abs(ratio.above) for ratio in all_ratios), default=1) or 1
        most_below = max((ratio.below for ratio in all_ratios), default=1)
        most_units = (2**63 - 1 - 2 * most_below) // (2 * most_above)
        wide = _numbers_of(groups, known, present)
        ratios = [f"{name}_{part}" for name in present for part in ("above", "below")]
        narrow = wide.with_columns(pl.col(ratios).cast(pl.Int64)) if most_units > 0 else None
        return cls(wide, narrow, most_units)

    def for_units(self, most_units: int) -> pl.DataFrame:
        """The narrower of the two that serves for rows of so many units."""
        return self.narrow if self.narrow is not None and most_units <= self.most_narrow_units else self.wide


def _numbers_of(
    groups: Sequence[Group], known: Sequence[Ratios | None], named: Mapping[str, Sequence[Ratio | None]]
) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {
        "step": pl.Series([group.step for group in groups], dtype=pl.Int64),
        "least": pl.Series([group.least for group in groups], dtype=pl.Int64),
        "most": pl.Series([group.most for group in groups], dtype=pl.Int64),
        "is_social": pl.Series([r is not None and r.is_social for r in known], dtype=pl.Boolean),
        "is_fiscal": pl.Series([r is not None and r.is_fiscal for r in known], dtype=pl.Boolean),
    }
    for name, ratios in named.items():
        for part in ("above", "below"):
            values = [None if ratio is None else getattr(ratio, part) for ratio in ratios]
            columns[f"{name}_{part}"] = pl.Series(values, dtype=pl.Int128)
    return pl.DataFrame(columns).with_row_index("group")
