"""Contracts of how a place's value is spread by need."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Code, Contract, DataStatus, DecimalText, GbpText, Slug
from cdp_common.contracts.reporting import ValueFigure

LandedBand = Literal["severe", "high", "mild", "low", "not_placed"]
"""The bands of need; not_placed is what landed in no stated area of the index."""

HeadsAbsent = Literal["no_need_index", "need_index_not_loaded", "population_unknown"]
"""Why nothing is said for each head.

- no_need_index: the place names no index of need;
- need_index_not_loaded: the index that it names was never loaded;
- population_unknown: of some area of the place, or of all, nobody has said how many people live there.
"""

ConcentrationAbsent = Literal[
    "no_need_index", "need_index_not_loaded", "population_unknown", "nothing_placed", "value_below_zero"
]
"""Why there is no concentration index.

- nothing_placed: no value landed in a stated area;
- value_below_zero: in some decile corrections take away more than landed there;
- the others as for each head.
"""


class BandFigure(Contract):
    """What landed in the place's areas of one band of need, and for each who lives there."""

    band: LandedBand
    population: int | None
    value: ValueFigure
    per_head_gbp: GbpText | None


class DecileFigure(Contract):
    """What landed in the place's areas of one decile of deprivation; 1 is the most deprived."""

    decile: int
    population: int | None
    value: ValueFigure
    per_head_gbp: GbpText | None


class AreaFigure(Contract):
    """What landed in one of the place's areas, and for each who lives there."""

    code: Code
    name: str
    population: int | None  # null where the index does not say of this area
    value: ValueFigure
    per_head_gbp: GbpText | None


class NeedFigure(Contract):
    """One of the figures by need; bands and deciles hold what `value` holds, bands with what is not placed.

    Areas stand there where something landed in them, by code.

    The index is below 0 where more landed in deprived areas than people live there.
    """

    value: ValueFigure
    per_head_gbp: GbpText | None
    by_band: list[BandFigure]
    by_decile: list[DecileFigure]
    by_area: list[AreaFigure]
    concentration_index: DecimalText | None
    concentration_absent: ConcentrationAbsent | None  # why the index is null


class NeedFigures(Contract):
    """How delivered and validated value of a window is spread by need, live."""

    place_id: UUID
    window_start: date
    window_end: date
    as_of: datetime
    need_index: Slug | None
    population: int | None
    per_head_absent: HeadsAbsent | None  # why populations and figures for each head are null
    delivered: NeedFigure
    validated: NeedFigure
    data_status: DataStatus
