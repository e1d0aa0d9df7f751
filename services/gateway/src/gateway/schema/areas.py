"""Small areas with their bands of need, and how a postcode leads to one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry

from cdp_common.contracts import needs as contract
from gateway.context import Context, Info
from gateway.errors import IdInvalid
from gateway.loaders import ValueKey
from gateway.schema.enums import NeedBand, NeedDomain, described_value
from gateway.schema.fields import calls_together
from gateway.schema.nodes import Node
from gateway.schema.records import maybe_shown, said, shows, shows_node
from gateway.texts import as_code

if TYPE_CHECKING:
    from gateway.schema.groupings import FourFigures

LazyFigures = Annotated["FourFigures", strawberry.lazy("gateway.schema.groupings")]


@strawberry.enum(description="What a ranking of areas ranks.")
class RankingKind(Enum):
    """What a ranking ranks."""

    OVERALL = described_value("overall", "Deprivation as a whole.")
    DOMAIN = described_value("domain", "One domain of it.")
    SUPPLEMENTARY = described_value("supplementary", "A supplementary index.")
    SUB_DOMAIN = described_value("sub_domain", "A part of a domain.")


@strawberry.enum(description="Whose bands of need are used.")
class BandingOrigin(Enum):
    """Whose bands."""

    PLACE = described_value("place", "The place's own.")
    DEFAULT = described_value("default", "Those that came with the index.")


@strawberry.enum(description="How the ward of a postcode is known.")
class WardBasis(Enum):
    """How a ward is known."""

    POSTCODE = described_value("postcode", "It is the postcode's own.")
    AREA_BEST_FIT = described_value("area_best_fit", "It is the ward that reaches into most of the area.")


@strawberry.enum(description="How the area of a lookup becomes that of an index.")
class PostcodeRelation(Enum):
    """How a lookup's area becomes an index's."""

    SAME_VINTAGE = described_value("same_vintage", "They are of one vintage.")
    UNCHANGED = described_value("unchanged", "The area did not change.")
    SPLIT = described_value("split", "One became several.")
    MERGED = described_value("merged", "Several became one.")
    IRREGULAR = described_value("irregular", "Boundaries were moved.")


@shows(contract.AreaRanking, "Where an area stands in one ranking of an index.")
class AreaRanking:
    """A standing."""

    code: str = said("The ranking's code.")
    title: str = said("The title.")
    kind: RankingKind = said("What it ranks.")
    need: NeedDomain | None = said("The domain of need; null where it tells about none.")
    rank: int = said("The area's rank; 1 is most deprived.")
    decile: int = said("The area's decile; 1 is most deprived.")
    score: Decimal | None = said("The area's score; null where the index gives none.")


@shows(contract.PostcodeMatch, "How a postcode led to an area.")
class PostcodeMatch:
    """A match."""

    postcode: str = said("The postcode with its space.")
    is_terminated: bool = said("Whether it is no longer in use.")
    terminated_in: str | None = said("Since which month; null while it is in use.")
    introduced_in: str | None = said("In which month it was introduced; null where not known.")
    lookup: str = said("The layout of the lookup that was used.")
    lookup_edition: str = said("The lookup's edition.")
    ward_code: str | None = said("The ward's code; null where not known.")
    ward_name: str | None = said("The ward's name; null where not known.")
    ward_basis: WardBasis | None = said("How the ward is known; null where it is not.")
    relation: PostcodeRelation = said("How the lookup's area becomes this one.")
    is_only_candidate: bool = said("Whether this is the only area that it may lie in.")
    attribution: str = said("Whom to name where it is shown.")


@shows_node(
    contract.AreaNeed,
    "A small area and its need, under one index of deprivation.",
    key_of=lambda record: f"{record.index}/{record.code}",
)
class Area(Node):
    """An area's band of need."""

    record: strawberry.Private[contract.AreaNeed]
    code: str = said("The area's code.")
    name: str = said("The area's name.")
    place: str = said("The short name of the place that took it in, else its authority's code.")
    index: str = said("The index of deprivation.")
    decile: int = said("The decile; 1 is most deprived.")
    band: NeedBand = said("The band of need that the place gives the decile.")
    banding_version: int = said("The version of the bands.")
    banding: BandingOrigin = said("Whose bands.")
    rank: int | None = said("The rank; 1 is most deprived; null where it is not known.")
    authority_code: str | None = said(
        "The authority's code; known from an official file; null before one was loaded."
    )
    population: int | None = said(
        "How many people live there; known from an official file; null before one was loaded."
    )
    domains: list[AreaRanking] = said("Its other rankings, where they were asked for.")
    located_by: PostcodeMatch | None = said(
        "How a postcode led here, where one was asked for; null otherwise."
    )

    @calls_together(
        "What landed in it in a window, as `byArea` of its place's collective value has it; null where no "
        "place took it in, where that place uses another index, where nothing landed, or where disclosure "
        "control or a licence withholds it."
    )
    async def value_landed(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
        to: Annotated[date, strawberry.argument(description="The window's last day.")],
        as_of: Annotated[
            datetime | None,
            strawberry.argument(description="As known at this moment; without it as known now."),
        ] = None,
    ) -> LazyFigures | None:
        """The four figures of the area."""
        from gateway.schema.groupings import FourFigures  # a grouping's cells name areas

        loaders = info.context.loaders
        place = await loaders.places_by_slug.load(self.record.place)
        if place is None or place.need_index != self.record.index:
            return None
        cells = await loaders.cells.load(ValueKey(place.id, from_, to, as_of, ("area",)))
        figures = cells.get(self.record.code)
        return None if figures is None else FourFigures.of(figures)


async def area_of(context: Context, index: str, code: str) -> Area | None:
    """An area's need, together with whatever others are asked for at the same time."""
    known = as_code(code)
    return None if known is None else maybe_shown(Area, await context.loaders.areas.load((index, known)))


async def area_node(context: Context, key: str) -> Area | None:
    """The area of a node id: an index and a code under it."""
    index, _, code = key.partition("/")
    if as_code(index) is None or as_code(code) is None:
        raise IdInvalid("The id is not one of this graph.")
    return await area_of(context, index, code)
