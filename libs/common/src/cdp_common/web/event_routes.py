"""The service's feed, for those who may see each event, and the types of events that there are in it."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import Code, EventEnvelope, EventPage
from cdp_common.contracts.event_types import types_of
from cdp_common.contracts.event_types.declared import EventTypeList, described
from cdp_common.contracts.licensed import data_for_reader
from cdp_common.db.events import feed_end, org_audience, read_events_of, read_feed, sequence_events
from cdp_common.kernel.errors import BadRequest
from cdp_common.web.caller import INTERNAL_EVENTS_SCOPE, Caller, ScopeMissing
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import ANY_SCOPE, Signed

READ_SCOPE = "events:read"
DEFAULT_LIMIT = 100
MAX_LIMIT = 500
MAX_POSITION = 2**63 - 1


class AggregateHalfNamed(BadRequest):
    """One thing is named by what it is and by its id."""

    code = "aggregate_half_named"
    title = "A thing is named by its aggregate_type and its aggregate_id"


FindRecords = Callable[[AsyncConnection, UUID], Awaitable[Collection[UUID]]]
"""The ids of an organisation's record and of those that were merged into it: `app.state.find_records` of a
service that knows of mergers."""


async def own_record_alone(_tx: AsyncConnection, organisation_id: UUID) -> Collection[UUID]:
    """What a service that knows of no mergers finds."""
    return (organisation_id,)


router = APIRouter(tags=["events"])


@router.get("/v1/events", openapi_extra={ANY_SCOPE: [READ_SCOPE, INTERNAL_EVENTS_SCOPE]})
async def list_events(
    request: Request,
    caller: Signed,
    database: ServiceDatabase,
    after: Annotated[int, Query(ge=0, le=MAX_POSITION, description="The last position you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")] = DEFAULT_LIMIT,
    from_end: Annotated[
        bool, Query(description="Give no events, and the feed's end as `next_after`: to hear what follows.")
    ] = False,
    aggregate_type: Annotated[
        Code | None, Query(description="With `aggregate_id`: what happened to this one thing alone.")
    ] = None,
    aggregate_id: Annotated[UUID | None, Query(description="Its id; with `aggregate_type`.")] = None,
) -> EventPage:
    """Events after a position, in order; ask again with `next_after`. It grows without gaps.

    Each says who did it (`actor`) to the two organisations concerned and to programme managers of its place.
    """
    if (aggregate_type is None) != (aggregate_id is None):
        raise AggregateHalfNamed("Name a thing by its aggregate_type and its aggregate_id, or by neither.")
    _require_reader(caller)
    find_records: FindRecords = getattr(request.app.state, "find_records", own_record_alone)
    # Committed events get their position here too, so that a reader never waits for the sequencer.
    async with database.begin() as tx:
        await sequence_events(tx)
    async with database.begin() as tx:
        records = frozenset(() if caller.is_internal else await find_records(tx, caller.org))
        audiences = _audiences(caller, records)
        if from_end:
            return EventPage(items=[], next_after=await feed_end(tx))
        if aggregate_type is not None and aggregate_id is not None:
            page = await read_events_of(
                tx, aggregate_type, aggregate_id, after=after, limit=limit, audiences=audiences
            )
        else:
            page = await read_feed(tx, after=after, limit=limit, audiences=audiences)
    return _for_reader(page, caller, records)


@router.get("/v1/event-types", response_model=EventTypeList)
async def get_event_types(request: Request) -> Response:
    """The types of events that this service tells: what each means, who may read it, and its data's schema.

    Readers ignore types that they do not know: others come with time. A type's data only grow.
    """
    return respond_with_etag(request, described(types_of(request.app.state.name)))


def _for_reader(page: EventPage, caller: Caller, records: frozenset[UUID]) -> EventPage:
    """The page without pounds that the caller lacks the licence to see, and without others' actors."""
    items = [
        item.model_copy(
            update={
                "data": data_for_reader(item.data, caller.scopes),
                "actor": item.actor if _may_see_actor(item, caller, records) else None,
            }
        )
        for item in page.items
    ]
    return page.model_copy(update={"items": items})


def _may_see_actor(event: EventEnvelope, caller: Caller, records: frozenset[UUID]) -> bool:
    """Whether the caller is told who did it: one of the two organisations, or who runs the programme."""
    if caller.is_internal:
        return True
    if event.place_id is not None and caller.has_role(event.place_id, "programme_manager"):
        return True
    actor = event.actor
    return actor is not None and not records.isdisjoint((actor.organisation_id, actor.acted_for))


def _require_reader(caller: Caller) -> None:
    """Refuse who is neither one of our services nor has the scope."""
    if not caller.is_internal and not caller.has_scope(READ_SCOPE):
        raise ScopeMissing(READ_SCOPE)


def _audiences(caller: Caller, records: frozenset[UUID]) -> frozenset[str] | None:
    """Whose events the caller sees: our services all, others the public ones and their organisation's, those
    included that were addressed to a record which was merged into its own."""
    if caller.is_internal:
        return None
    return frozenset({"public", *map(org_audience, records)})
