"""Routes of training and events: announced by a place, registered for by anybody."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import gatherings as wire
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.public_voice import ConsentWithdrawal
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, PublicOnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.rate_limits import limited
from partners_api.api.callers import PUBLIC_WORDS, AppClock, actor_of
from partners_api.use_cases import keep_gatherings as keeping
from partners_api.use_cases import register_for_gathering as registering
from partners_api.use_cases.change_gathering import change_gathering as do_change_gathering

router = APIRouter(tags=["gatherings"])
public = [Depends(maybe_caller)]
public_writing = [Depends(maybe_caller), limited(PUBLIC_WORDS)]
Editor = Annotated[Caller, Security(signed_caller, scopes=["hub:write"])]


@router.post("/v1/places/{place_id}/gatherings", status_code=201, response_model=wire.Gathering)
async def announce_gathering(
    place_id: UUID,
    body: wire.GatheringDraft,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Announces a training or an event with so many places."""
    return answer_response(
        await keeping.announce_gathering(database, actor_of(caller), place_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/gatherings", dependencies=public)
async def list_gatherings(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    now: Now,
    kind: Annotated[wire.GatheringKind | None, Query(description="Of this kind alone.")] = None,
    include_past: Annotated[bool, Query(description="Those that are over too.")] = False,
) -> Page[wire.Gathering]:
    """The place's gatherings in the order in which they start."""
    ends_after: datetime | None = None if include_past else now
    items, following = await keeping.list_gatherings(
        database, place_id, kind=kind, ends_after=ends_after, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Gathering](items=items, next=page_links(request, following))


@router.post("/v1/gatherings/batch", dependencies=public)
async def batch_gatherings(body: IdBatch, database: ServiceDatabase) -> Batch[wire.Gathering]:
    """Gatherings by their ids, at most 200 in one call."""
    return await keeping.batch_gatherings(database, body.ids)


@router.get("/v1/gatherings/{gathering_id}", response_model=wire.Gathering, dependencies=public)
async def get_gathering(gathering_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One gathering with how full it is."""
    return respond_with_etag(request, await keeping.get_gathering(database, gathering_id))


@router.patch("/v1/gatherings/{gathering_id}", response_model=wire.Gathering)
async def change_gathering(
    gathering_id: UUID,
    body: wire.GatheringChange,
    request: Request,
    caller: Editor,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Changes a gathering before it begins. Those who wait move up in order when there are more places.

    Fewer places than are taken are refused: nobody who has one loses it. `gathering.changed` tells of it, and
    `gathering_registration.moved_up` tells the organiser of each who moved up; nobody is written to.
    """
    changed = await do_change_gathering(
        database, actor_of(caller), gathering_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, changed)


@router.post("/v1/gatherings/{gathering_id}/cancellation", status_code=201, response_model=wire.Gathering)
async def cancel_gathering(
    gathering_id: UUID,
    body: wire.GatheringCancellation,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Calls a gathering off."""
    return answer_response(
        await keeping.cancel_gathering(database, actor_of(caller), gathering_id, body, once, now)
    )


@router.post(
    "/v1/gatherings/{gathering_id}/registrations",
    status_code=201,
    response_model=wire.RegistrationReceipt,
    dependencies=public_writing,
)
async def register_for_gathering(
    gathering_id: UUID,
    body: wire.RegistrationDraft,
    database: ServiceDatabase,
    once: PublicOnceHeader,
    clock: AppClock,
) -> Response:
    """Registers a person: a place while there is one, and one on the waiting list behind it."""
    return answer_response(
        await registering.register_for_gathering(database, gathering_id, body, once, clock)
    )


@router.post("/v1/gathering-registrations/{registration_id}/standing", dependencies=public_writing)
async def get_registration_standing(
    registration_id: UUID, body: ConsentWithdrawal, database: ServiceDatabase
) -> wire.RegistrationStanding:
    """How a registration stands now, to whoever holds its token, which no address has in it this way."""
    return await registering.get_registration_standing(database, registration_id, body.token)


@router.get("/v1/gatherings/{gathering_id}/registrations")
async def list_gathering_registrations(
    gathering_id: UUID, request: Request, caller: Editor, database: ServiceDatabase, paging: Paging
) -> Page[wire.GatheringRegistration]:
    """Who registered, in the order in which they came, to those who write for the place."""
    items, following = await registering.list_gathering_registrations(
        database, actor_of(caller), gathering_id, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.GatheringRegistration](items=items, next=page_links(request, following))


@router.post("/v1/gatherings/{gathering_id}/attendance")
async def record_attendance(
    gathering_id: UUID, body: wire.Attendance, caller: Editor, database: ServiceDatabase, now: Now
) -> wire.Gathering:
    """Records who of those registered came, or did not."""
    return await keeping.record_attendance(database, actor_of(caller), gathering_id, body, now)
