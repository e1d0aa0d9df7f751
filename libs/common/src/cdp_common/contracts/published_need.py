"""Contracts of how a publication's value is spread by need, as far as disclosure control shows it."""

from __future__ import annotations

from typing import Literal

from cdp_common.contracts.base import Contract, DecimalText, GbpText, Slug
from cdp_common.contracts.reporting import ValueFigure

NeedFigureAbsent = Literal[
    "no_need_index",
    "need_index_not_loaded",
    "population_unknown",
    "several_indices",
    "nothing_placed",
    "value_below_zero",
    "deciles_withheld",
]
"""Why nothing is said for each head, or why there is no concentration index.

- no_need_index: the place names no index of need;
- need_index_not_loaded: the index that it names was never loaded;
- population_unknown: of some area of the place, or of all, nobody has said how many people live there;
- several_indices: value landed in areas of another index too, whose people are others;
- nothing_placed: no value landed in a stated area (of the index alone, like those that follow);
- value_below_zero: in some decile corrections take away more than landed there;
- deciles_withheld: some decile is withheld, and the index would tell something of it.
"""


class PublishedNeedCell(Contract):
    """What landed in one area, or in those of one band or decile; figures are null where withheld."""

    # The band, the area's code, or the decile from 1 (most deprived), with `~` and the band where bands
    # divide it; not_placed.
    key: str
    under: str | None = None  # of an area its decile, of a decile its band; null in format 1 to 4
    population: int | None
    delivered: ValueFigure | None
    validated: ValueFigure | None
    delivered_per_head_gbp: GbpText | None
    validated_per_head_gbp: GbpText | None
    suppressed: bool
    withheld: Literal["disclosure", "licensed"] | None


class PublishedNeed(Contract):
    """How delivered and validated value is spread by need, for each head, and how concentrated it is.

    Bands and deciles divide the same pounds, and deciles the bands: they are protected together. The index is
    below 0 where more landed in deprived areas than people live there.
    """

    need_index: Slug | None
    population: int | None
    per_head_absent: NeedFigureAbsent | None
    delivered_per_head_gbp: GbpText | None  # of the whole
    validated_per_head_gbp: GbpText | None
    bands: list[PublishedNeedCell]
    deciles: list[PublishedNeedCell]  # empty where value landed in areas of another index
    # Where something landed, by code; empty likewise, and in publications of format 1 to 4.
    areas: list[PublishedNeedCell] = []
    # Areas that are in another band than in the publication before this one: bands are those of its day.
    moved_areas: list[str] = []
    delivered_concentration_index: DecimalText | None
    delivered_concentration_absent: NeedFigureAbsent | None
    validated_concentration_index: DecimalText | None
    validated_concentration_absent: NeedFigureAbsent | None
