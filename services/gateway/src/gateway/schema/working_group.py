"""The working group of a place: its meetings, and what it agreed to do."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import working_group as contract
from gateway.context import Context, Info
from gateway.errors import UpstreamFault
from gateway.schema.collective import OfOrganisation
from gateway.schema.enums import described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid, uuid_of
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows, shows_node

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@strawberry.enum(description="Whether a meeting took place.")
class MeetingState(Enum):
    """Whether a meeting took place."""

    PLANNED = described_value("planned", "It is planned.")
    HELD = described_value("held", "It took place.")
    CANCELLED = described_value("cancelled", "It was called off.")


@strawberry.enum(description="Who may know of a meeting.")
class MeetingReaders(Enum):
    """Who may know of a meeting."""

    PUBLIC = described_value("public", "Everybody.")
    COLLECTIVE = described_value("collective", "Those with a role in the place.")


@strawberry.enum(description="How an action stands.")
class ActionState(Enum):
    """How an action stands."""

    OPEN = described_value("open", "It was not begun.")
    UNDER_WAY = described_value("under_way", "It was begun.")
    DONE = described_value("done", "It is done.")
    DROPPED = described_value("dropped", "It will not be done.")


@shows_node(contract.Meeting, "A meeting of a place's working group.")
class Meeting(Node):
    """A meeting; who came is said by organisation, never by person."""

    record: strawberry.Private[contract.Meeting]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    held_on: date = said("Its day.")
    title: str = said("The title.")
    state: MeetingState = said("Whether it took place.")
    venue: str | None = said("Where; null where nothing is stated.")
    minutes: str | None = said("The minutes as Markdown; null while there are none.")
    minutes_url: str | None = said("Where the minutes are kept; null while they are nowhere else.")
    readers: MeetingReaders = said("Who may know of it.")
    recorded_at: datetime = said("When it was recorded.")

    @calls_together("The organisations that took part.")
    async def attended_by(self, info: Info) -> list[Organisation] | None:
        """Who came; an organisation whose record is gone is left out."""
        found = await info.context.loaders.organisations.load_many(self.record.attended_by)
        return [Organisation.of(record) for record in found if record is not None]

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)


@shows(contract.ActionChange, "One step of an action's history.")
class ActionChange:
    """A step."""

    state: ActionState = said("How the action stood from then on.")
    changed_on: date = said("From which day on.")
    note: str | None = said("What is said of it; null where nothing is said.")
    recorded_at: datetime = said("When it was recorded.")


@shows_node(contract.Action, "Something that the working group agreed: what, by which partner, until when.")
class Action(Node):
    """An action."""

    record: strawberry.Private[contract.Action]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    title: str = said("What is to be done.")
    agreed_on: date = said("When it was agreed.")
    due_on: date | None = said("Until when; null where no day was agreed.")
    state: ActionState = said("How it stands on the day that was asked about.")
    is_overdue: bool = said("Whether its day is past and it is not done.")
    history: list[ActionChange] = said("How it came there.")

    @calls_together("The partner who does it.")
    async def owner(self, info: Info) -> Organisation | None:
        """The partner."""
        return await organisation_of(info.context, self.record.owner_organisation_id)

    @calls_each(
        "The meeting at which it was agreed; null where it was not at one that the caller may know of."
    )
    async def meeting(self, info: Info) -> Meeting | None:
        """The meeting."""
        key = self.record.meeting_id
        return None if key is None else maybe_shown(Meeting, await info.context.loaders.meetings.load(key))

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)


async def meetings_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[Meeting] | None:
    """A page of meetings, the latest first."""
    partners = info.context.upstreams.partners
    return await page_of(
        Meeting, partners, lambda api, page: api.list_meetings(parent.rest_id, **page), first, after
    )


async def actions_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    as_of: Annotated[
        date | None, strawberry.argument(description="As they stood on this day; today unless given.")
    ] = None,
    state: Annotated[ActionState | None, strawberry.argument(description="Only those in this state.")] = None,
    organisation: OfOrganisation = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Action] | None:
    """A page of actions, the latest first."""
    owner = None if organisation is None else uuid_of(organisation, "Organisation")
    return await page_of(
        Action,
        info.context.upstreams.partners,
        lambda api, page: api.list_actions(
            parent.rest_id,
            as_of=as_of,
            state=None if state is None else cast("contract.ActionState", state.value),
            organisation_id=owner,
            **page,
        ),
        first,
        after,
    )


async def meeting_node(context: Context, key: str) -> Meeting | None:
    """The meeting of a node id."""
    return maybe_shown(Meeting, await context.loaders.meetings.load(parse_uuid(key)))


async def action_node(context: Context, key: str) -> Action | None:
    """The action of a node id."""
    wanted = parse_uuid(key)
    try:
        return as_shown(Action, await context.upstreams.partners.ask(lambda api: api.get_action(wanted)))
    except UpstreamFault as fault:
        if fault.is_not_found:
            return None
        raise
