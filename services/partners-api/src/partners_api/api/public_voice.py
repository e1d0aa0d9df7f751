"""Routes of what the public sends: consent, ideas and feedback, supporters; and of its being forgotten."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import public_voice as wire
from cdp_common.contracts.base import Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, PublicOnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.rate_limits import limited
from partners_api.api.callers import PUBLIC_WORDS, AppClock, actor_of
from partners_api.use_cases import keep_supporters, public_people
from partners_api.use_cases import receive_ideas as ideas

router = APIRouter(tags=["public voice"])
public = [Depends(maybe_caller)]
public_writing = [Depends(maybe_caller), limited(PUBLIC_WORDS)]
Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]
Editor = Annotated[Caller, Security(signed_caller, scopes=["hub:write"])]


# ------------------------------------------------------------------ consent
@router.post("/v1/places/{place_id}/consent-wordings", status_code=201, response_model=wire.ConsentWording)
async def publish_consent_wording(
    place_id: UUID,
    body: wire.ConsentWordingDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Publishes what people agree to when they leave their name for a purpose, from now on."""
    return answer_response(
        await public_people.publish_consent_wording(database, actor_of(caller), place_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/consent-wordings", dependencies=public)
async def list_consent_wordings(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    purpose: Annotated[wire.ContactPurpose | None, Query(description="For this purpose alone.")] = None,
) -> Page[wire.ConsentWording]:
    """The wordings by purpose, of each the latest first: that one is to be shown."""
    items, following = await public_people.list_consent_wordings(
        database, place_id, purpose=purpose, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.ConsentWording](items=items, next=page_links(request, following))


@router.post("/v1/public-contacts/{contact_id}/withdrawal", status_code=204, dependencies=public_writing)
async def withdraw_consent(
    contact_id: UUID, body: wire.ConsentWithdrawal, database: ServiceDatabase, clock: AppClock
) -> None:
    """Forgets who gave the consent: a place goes to who waits, an idea goes, a supporter counts no more."""
    await public_people.withdraw_consent(database, contact_id, body.token, clock)


@router.delete("/v1/public-contacts/{contact_id}", status_code=204)
async def erase_public_contact(
    contact_id: UUID, caller: Manager, database: ServiceDatabase, clock: AppClock
) -> None:
    """The same by a programme manager, for somebody who has lost the token."""
    await public_people.erase_public_contact(database, actor_of(caller), contact_id, clock)


# ------------------------------------------------------------------ ideas and feedback
@router.post(
    "/v1/places/{place_id}/ideas",
    status_code=201,
    response_model=wire.IdeaReceipt,
    dependencies=public_writing,
)
async def send_idea(
    place_id: UUID, body: wire.IdeaDraft, database: ServiceDatabase, once: PublicOnceHeader, now: Now
) -> Response:
    """Sends an idea, feedback or a case study; it shows once a moderator has read it."""
    return answer_response(await ideas.send_idea(database, place_id, body, once, now))


@router.get("/v1/places/{place_id}/ideas", dependencies=public)
async def list_ideas(
    place_id: UUID, request: Request, database: ServiceDatabase, paging: Paging
) -> Page[wire.Idea]:
    """The ideas that moderators let show, the latest first."""
    items, following = await ideas.list_ideas(database, place_id, cursor=paging.cursor, limit=paging.limit)
    return Page[wire.Idea](items=items, next=page_links(request, following))


@router.get("/v1/ideas/{idea_id}", response_model=wire.Idea, dependencies=public)
async def get_idea(idea_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One idea that is shown."""
    return respond_with_etag(request, await ideas.get_idea(database, idea_id))


@router.get("/v1/places/{place_id}/idea-inbox")
async def list_idea_inbox(
    place_id: UUID,
    request: Request,
    caller: Editor,
    database: ServiceDatabase,
    paging: Paging,
    state: Annotated[wire.IdeaState | None, Query(description="In this state alone.")] = None,
) -> Page[wire.ReceivedIdea]:
    """All that was sent, with its senders, to those who write for the place; the latest first."""
    items, following = await ideas.list_idea_inbox(
        database, actor_of(caller), place_id, state=state, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.ReceivedIdea](items=items, next=page_links(request, following))


@router.get("/v1/received-ideas/{idea_id}", response_model=wire.ReceivedIdea)
async def get_received_idea(
    idea_id: UUID, request: Request, caller: Editor, database: ServiceDatabase
) -> Response:
    """One idea with its sender, in whatever state, to those who write for the place."""
    return respond_with_etag(request, await ideas.get_received_idea(database, actor_of(caller), idea_id))


@router.post("/v1/ideas/{idea_id}/moderation", response_model=wire.ReceivedIdea)
async def moderate_idea(
    idea_id: UUID,
    body: wire.IdeaModeration,
    request: Request,
    caller: Editor,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Lets an idea show, or declines it, with a reason and perhaps a reply.

    The version that is decided on is that of `/v1/received-ideas/{id}`.
    """
    moderated = await ideas.moderate_idea(
        database, actor_of(caller), idea_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, moderated)


@router.delete("/v1/ideas/{idea_id}", status_code=204)
async def remove_idea(idea_id: UUID, caller: Manager, database: ServiceDatabase, now: Now) -> None:
    """Removes an idea with its words and its sender, whoever asked for it."""
    await ideas.remove_idea(database, actor_of(caller), idea_id, now)


# ------------------------------------------------------------------ supporters
@router.post(
    "/v1/places/{place_id}/supporters",
    status_code=201,
    response_model=wire.SupporterReceipt,
    dependencies=public_writing,
)
async def register_supporter(
    place_id: UUID,
    body: wire.SupporterDraft,
    database: ServiceDatabase,
    once: PublicOnceHeader,
    now: Now,
) -> Response:
    """Registers somebody who wants to support the programme, or to hear of it."""
    return answer_response(await keep_supporters.register_supporter(database, place_id, body, once, now))


@router.get("/v1/places/{place_id}/supporters")
async def list_supporters(
    place_id: UUID, request: Request, caller: Editor, database: ServiceDatabase, paging: Paging
) -> Page[wire.Supporter]:
    """The supporters with their names, to those who write for the place."""
    items, following = await keep_supporters.list_supporters(
        database, actor_of(caller), place_id, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Supporter](items=items, next=page_links(request, following))


@router.get("/v1/places/{place_id}/supporter-count", response_model=wire.SupporterCount, dependencies=public)
async def get_supporter_count(place_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """How many support the programme now."""
    return respond_with_etag(request, await keep_supporters.get_supporter_count(database, place_id))
