"""reporting-api's part of the graph: how a publication's value is spread by need."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from cdp_common.contracts import published_need as contract
from gateway.schema.enums import Withheld, described_value
from gateway.schema.fields import computed
from gateway.schema.money import Money, SocialValue, maybe_pounds


@strawberry.enum(description="Why a figure by need is absent.")
class NeedFigureAbsent(Enum):
    """Why a figure is null."""

    NO_NEED_INDEX = described_value("no_need_index", "The place names no index of need.")
    NEED_INDEX_NOT_LOADED = described_value("need_index_not_loaded", "The index was never loaded.")
    POPULATION_UNKNOWN = described_value(
        "population_unknown", "Of some area nobody has said how many people live there."
    )
    SEVERAL_INDICES = described_value("several_indices", "Value landed in areas of another index too.")
    NOTHING_PLACED = described_value("nothing_placed", "No value landed in a stated area.")
    VALUE_BELOW_ZERO = described_value(
        "value_below_zero", "In some decile corrections take away more than landed there."
    )
    DECILES_WITHHELD = described_value(
        "deciles_withheld", "Some decile is withheld, and the index would tell something of it."
    )


@strawberry.type(description="What landed in one area, or in those of one band of need or decile.")
class PublishedNeedCell:
    """A band, a decile or an area; a suppressed one has no figures."""

    record: strawberry.Private[contract.PublishedNeedCell]
    key: str = strawberry.field(
        description="The band, the area's code, or the decile from 1 (most deprived), then `~` and a band "
        "that divides it."
    )
    under: str | None = strawberry.field(
        description="Of an area its decile, of a decile its band; null for bands and in earlier publications."
    )
    population: int | None = strawberry.field(description="Who lives there; null where that is not known.")
    suppressed: bool = strawberry.field(description="Whether disclosure control or a licence withholds it.")
    withheld: Withheld | None = strawberry.field(
        description="Why the figures are withheld; null where they are shown."
    )

    @computed("Reported as delivered in the period; null where withheld.")
    def delivered(self) -> SocialValue | None:
        """Delivered."""
        return None if self.record.delivered is None else SocialValue.of(self.record.delivered)

    @computed("Accepted by somebody independent; null where withheld.")
    def validated(self) -> SocialValue | None:
        """Validated."""
        return None if self.record.validated is None else SocialValue.of(self.record.validated)

    @computed("Delivered for each head; null where it is withheld or nobody lives there.")
    def delivered_per_head(self) -> Money | None:
        """Delivered for each head."""
        return maybe_pounds(self.record.delivered_per_head_gbp)

    @computed("Validated for each head; null where it is withheld or nobody lives there.")
    def validated_per_head(self) -> Money | None:
        """Validated for each head."""
        return maybe_pounds(self.record.validated_per_head_gbp)

    @classmethod
    def of(cls, record: contract.PublishedNeedCell) -> PublishedNeedCell:
        """The cell that reporting-api froze."""
        return cls(
            record=record,
            key=record.key,
            under=record.under,
            population=record.population,
            suppressed=record.suppressed,
            withheld=None if record.withheld is None else Withheld(record.withheld),
        )


@strawberry.type(description="How a publication's value is spread by need, for each head.")
class PublishedNeed:
    """Figures by need as they were frozen."""

    record: strawberry.Private[contract.PublishedNeed]
    need_index: str | None = strawberry.field(
        description="The code of the index that the place names; null where it names none."
    )
    population: int | None = strawberry.field(description="Who lives in the place; null where absent.")
    per_head_absent: NeedFigureAbsent | None = strawberry.field(
        description="Why nothing is said for each head; null where it is said."
    )
    delivered_concentration_index: Decimal | None = strawberry.field(
        description="Below 0 where more was delivered in deprived areas than people live there; null "
        "where it is absent for a reason."
    )
    delivered_concentration_absent: NeedFigureAbsent | None = strawberry.field(description="Why it is null.")
    validated_concentration_index: Decimal | None = strawberry.field(
        description="Below 0 where more was validated in deprived areas than people live there; null "
        "where it is absent for a reason."
    )
    validated_concentration_absent: NeedFigureAbsent | None = strawberry.field(description="Why it is null.")

    @computed("Delivered for each head of the place; null where `perHeadAbsent` says why.")
    def delivered_per_head(self) -> Money | None:
        """Delivered for each head."""
        return maybe_pounds(self.record.delivered_per_head_gbp)

    @computed("Validated for each head of the place; null where `perHeadAbsent` says why.")
    def validated_per_head(self) -> Money | None:
        """Validated for each head."""
        return maybe_pounds(self.record.validated_per_head_gbp)

    @computed("By band of need, what is not placed included.")
    def bands(self) -> list[PublishedNeedCell]:
        """By band."""
        return [PublishedNeedCell.of(cell) for cell in self.record.bands]

    @computed("By decile of deprivation, the most deprived first; empty where it cannot be said.")
    def deciles(self) -> list[PublishedNeedCell]:
        """By decile."""
        return [PublishedNeedCell.of(cell) for cell in self.record.deciles]

    @computed("By area, where something landed; empty where it cannot be said, and in earlier publications.")
    def areas(self) -> list[PublishedNeedCell]:
        """By area."""
        return [PublishedNeedCell.of(cell) for cell in self.record.areas]

    @computed("The keys of areas that are in another band than in the publication before this one.")
    def moved_areas(self) -> list[str]:
        """Areas that moved."""
        return self.record.moved_areas

    @classmethod
    def of(cls, record: contract.PublishedNeed) -> PublishedNeed:
        """The figures that reporting-api froze."""
        return cls(
            record=record,
            need_index=record.need_index,
            population=record.population,
            per_head_absent=_absent(record.per_head_absent),
            delivered_concentration_index=record.delivered_concentration_index,
            delivered_concentration_absent=_absent(record.delivered_concentration_absent),
            validated_concentration_index=record.validated_concentration_index,
            validated_concentration_absent=_absent(record.validated_concentration_absent),
        )


def _absent(reason: contract.NeedFigureAbsent | None) -> NeedFigureAbsent | None:
    return None if reason is None else NeedFigureAbsent(reason)
