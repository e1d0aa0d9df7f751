"""Training and events of a place: what is offered, how full it is, and who offers it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import gatherings as contract
from gateway.context import Context, Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_together, computed
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import maybe_shown, page_of, said, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="Whether a gathering is a training or an event.")
class GatheringKind(Enum):
    """What a gathering is."""

    TRAINING = described_value("training", "A training.")
    EVENT = described_value("event", "An event.")


@strawberry.enum(description="Whether a gathering takes place.")
class GatheringState(Enum):
    """Whether a gathering takes place."""

    OPEN = described_value("open", "It takes place.")
    CANCELLED = described_value("cancelled", "It was called off.")


@shows_node(contract.Gathering, "A training or an event of a place, with how full it is.")
class Gathering(Node):
    """A gathering."""

    record: strawberry.Private[contract.Gathering]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    kind: GatheringKind = said("Whether it is a training or an event.")
    state: GatheringState = said("Whether it takes place.")
    cancelled_because: str | None = said("Why it was called off; null while it takes place.")
    title: str = said("The title.")
    summary: str = said("What it is about, in a sentence or two.")
    description: str | None = said("What it is about, as Markdown; null where the summary is all.")
    description_html: str | None = said("The same as HTML that is safe to show; null where nothing is said.")
    starts_at: datetime = said("When it starts.")
    ends_at: datetime = said("When it ends.")
    venue: str | None = said("Where it takes place; null where it is online alone.")
    online_url: str | None = said("Where to take part online; null where one cannot.")
    capacity: int = said("How many may come.")
    registered_count: int = said("How many have a place.")
    waiting_count: int = said("How many wait for one.")
    attended_count: int = said("How many came.")
    registration_closes_at: datetime | None = said("Until when one may register; null: until it starts.")
    objectives: list[str] = said("Codes of the place's objectives that it serves.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @computed("How many places are left; those who register after that wait.")
    def places_left(self) -> int:
        """The places that are left."""
        return max(0, self.record.capacity - self.record.registered_count)

    @calls_together("Who offers it.")
    async def organiser(self, info: Info) -> Organisation | None:
        """The organiser."""
        return await organisation_of(info.context, self.record.organiser_organisation_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)


async def gatherings_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    kind: Annotated[GatheringKind | None, strawberry.argument(description="Only of this kind.")] = None,
    include_past: Annotated[bool, strawberry.argument(description="Those that are over too.")] = False,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Gathering] | None:
    """A page of the place's gatherings in the order in which they start."""
    wanted = None if kind is None else cast("contract.GatheringKind", kind.value)
    return await page_of(
        Gathering,
        info.context.upstreams.partners,
        lambda api, page: api.list_gatherings(parent.rest_id, kind=wanted, include_past=include_past, **page),
        first,
        after,
    )


async def gathering_node(context: Context, key: str) -> Gathering | None:
    """The gathering of a node id."""
    return maybe_shown(Gathering, await context.loaders.gatherings.load(parse_uuid(key)))
