"""reporting-api's part of the graph: how a place's value is spread by need, live."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

from cdp_common.contracts import need_figures as contract
from gateway.context import Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import computed
from gateway.schema.money import Money, SocialValue
from gateway.schema.records import as_shown, said, shows


@strawberry.enum(description="Where value landed by need.")
class LandedBand(Enum):
    """A band of need, or none."""

    SEVERE = described_value("severe", "Severe.")
    HIGH = described_value("high", "High.")
    MILD = described_value("mild", "Mild.")
    LOW = described_value("low", "Low.")
    NOT_PLACED = described_value("not_placed", "In no stated area of the index.")


@strawberry.enum(description="Why nothing is said for each head.")
class HeadsAbsent(Enum):
    """Why there are no populations."""

    NO_NEED_INDEX = described_value("no_need_index", "The place names no index of need.")
    NEED_INDEX_NOT_LOADED = described_value("need_index_not_loaded", "The index was never loaded.")
    POPULATION_UNKNOWN = described_value(
        "population_unknown", "Of some area nobody has said how many people live there."
    )


@strawberry.enum(description="Why there is no concentration index.")
class ConcentrationAbsent(Enum):
    """Why the index is null."""

    NO_NEED_INDEX = described_value("no_need_index", "The place names no index of need.")
    NEED_INDEX_NOT_LOADED = described_value("need_index_not_loaded", "The index was never loaded.")
    POPULATION_UNKNOWN = described_value(
        "population_unknown", "Of some area nobody has said how many people live there."
    )
    NOTHING_PLACED = described_value("nothing_placed", "No value landed in a stated area.")
    VALUE_BELOW_ZERO = described_value(
        "value_below_zero", "In some decile corrections take away more than landed there."
    )


@shows(contract.BandFigure, "What landed in areas of one band of need, and for each who lives there.")
class BandFigure:
    """A band."""

    band: LandedBand = said("The band.")
    population: int | None = said("Who lives there; null where that is not known.")
    per_head: Money | None = said("For each head; null where that cannot be said.", of="per_head_gbp")

    @computed("What landed there.")
    def value(self) -> SocialValue:
        """The value."""
        return SocialValue.of(cast("contract.BandFigure", self).value)


@shows(contract.DecileFigure, "What landed in areas of one decile of deprivation, and for each head.")
class DecileFigure:
    """A decile."""

    decile: int = said("The decile; 1 is the most deprived.")
    population: int | None = said("Who lives there; null where that is not known.")
    per_head: Money | None = said("For each head; null where that cannot be said.", of="per_head_gbp")

    @computed("What landed there.")
    def value(self) -> SocialValue:
        """The value."""
        return SocialValue.of(cast("contract.DecileFigure", self).value)


@shows(contract.AreaFigure, "What landed in one area, and for each who lives there.")
class AreaFigure:
    """An area."""

    code: str = said("The area's code.")
    name: str = said("What it is called.")
    population: int | None = said("Who lives there; null where the index does not say.")
    per_head: Money | None = said("For each head; null where that cannot be said.", of="per_head_gbp")

    @computed("What landed there.")
    def value(self) -> SocialValue:
        """The value."""
        return SocialValue.of(cast("contract.AreaFigure", self).value)


@shows(contract.NeedFigure, "One figure by need; bands and deciles hold what `value` holds.")
class NeedFigure:
    """A figure."""

    per_head: Money | None = said("For each head; null where that cannot be said.", of="per_head_gbp")
    by_band: list[BandFigure] = said("By band, with what is not placed.")
    by_decile: list[DecileFigure] = said("By decile of deprivation.")
    by_area: list[AreaFigure] = said("By area, where something landed, in the order of their codes.")
    concentration_index: Decimal | None = said(
        "Below 0 where more landed in deprived areas than people live there; null where it cannot be said."
    )
    concentration_absent: ConcentrationAbsent | None = said("Why the index is null; null where it is not.")

    @computed("The whole.")
    def value(self) -> SocialValue:
        """The value."""
        return SocialValue.of(cast("contract.NeedFigure", self).value)


@shows(
    contract.NeedFigures,
    "How delivered and validated value of a window is spread by need, live.",
    without={"place_id": "the parent"},
)
class NeedFigures:
    """Figures by need."""

    window_start: date = said("The window's first day.")
    window_end: date = said("The window's last day.")
    as_of: datetime = said("The moment as of which they are known.")
    need_index: str | None = said("The index of need; null where the place names none.")
    population: int | None = said("Who lives in the place; null where that is not known.")
    per_head_absent: HeadsAbsent | None = said("Why populations and figures for each head are null.")
    delivered: NeedFigure = said("Reported as delivered in the window.")
    validated: NeedFigure = said("Accepted by somebody independent.")
    data_status: DataStatus = said("Whether amounts are real or samples.")


async def need_figures_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
    to: Annotated[date, strawberry.argument(description="The window's last day.")],
    as_of: Annotated[
        datetime | None,
        strawberry.argument(description="As known at this moment; without it as known now."),
    ] = None,
) -> NeedFigures | None:
    """The figures."""
    record = await info.context.upstreams.reporting.ask(
        lambda api: api.get_need_figures(parent.rest_id, since=from_, until=to, as_of=as_of)
    )
    return as_shown(NeedFigures, record)
