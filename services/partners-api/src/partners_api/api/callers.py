"""From the web's caller to the actor of the rules, and what else routes ask of the application."""

from typing import Annotated

from fastapi import Depends, Request

from cdp_common.kernel.clock import Clock
from cdp_common.web.identity import Caller
from partners_api.domain.authority import Actor
from partners_api.use_cases.token_issuer import TokenIssuer

REGISTRATIONS, TOKENS = "registrations", "tokens"
PUBLIC_WORDS, HUB_PREVIEWS = "public-words", "hub-previews"
"""The rate limits of this service, by the names that their headers give them."""


def actor_of(caller: Caller) -> Actor:
    """Who asks, as the rules see it."""
    return Actor(
        client_id=caller.client_id,
        organisation_id=caller.org,
        own_organisation_id=caller.act,
        scopes=caller.scopes,
        roles=caller.roles,
        person_id=None if caller.is_person_asserted else caller.sub,
    )


def maybe_actor(caller: Caller | None) -> Actor | None:
    """Who asks where a token is optional."""
    return None if caller is None else actor_of(caller)


async def get_clock(request: Request) -> Clock:
    """The application's clock, for what must read the time after it has a lock."""
    clock: Clock = request.app.state.clock
    return clock


async def get_issuer(request: Request) -> TokenIssuer:
    """What the authorisation server is told about itself."""
    issuer: TokenIssuer = request.app.state.issuer
    return issuer


AppClock = Annotated[Clock, Depends(get_clock)]
Issuer = Annotated[TokenIssuer, Depends(get_issuer)]
