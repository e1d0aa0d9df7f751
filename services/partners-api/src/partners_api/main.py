"""Puts partners-api together: the only place that wires."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from cdp_common.clients.upstream import open_http
from cdp_common.contracts.partners import RevocationPage
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.kernel.errors import CdpError
from cdp_common.web.app import create_service
from cdp_common.web.event_routes import router as event_router
from cdp_common.web.identity import TokenVerifier
from cdp_common.web.rate_limits import Policy, RateLimits
from cdp_common.web.webhooks import webhook_router, webhook_work
from cdp_common.web.wiring import closing, service_database
from partners_api.api import (
    asserted_organisations,
    checklists,
    clients,
    collective,
    delegations,
    descriptions,
    gatherings,
    hub,
    hub_drafts,
    hub_previews,
    memberships,
    oauth,
    organisations,
    persons,
    places,
    public_voice,
    statements,
    working_group,
)
from partners_api.api.callers import HUB_PREVIEWS, PUBLIC_WORDS, REGISTRATIONS, TOKENS
from partners_api.api.subjects import SUBJECTS
from partners_api.issuer import issuer_of
from partners_api.settings import PACKAGE, SCHEMA, Settings
from partners_api.storage.organisations import records_of_survivor
from partners_api.use_cases.dns_records import TxtLookup, look_up_txt
from partners_api.use_cases.provider_keys import ProviderKeys, fetching
from partners_api.use_cases.purge_expired import purge_expired
from partners_api.use_cases.read_revocations import read_revocations
from partners_api.use_cases.signing_keys import ensure_signing_key, read_jwks
from partners_api.use_cases.token_desk import TokenDesk
from partners_api.use_cases.token_issuer import TokenIssuer

START_RETRY_S = 1.0
CONNECTION_WAIT_S = 30.0
"""How long a request may wait for a connection: in a rush it is served late rather than refused."""

_log = structlog.get_logger(__name__)


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
    look_up: TxtLookup = look_up_txt,
) -> FastAPI:
    """The application; it connects to nothing before it is started.

    `database` and `verifier` stand in for those that the settings name, `look_up` for the machine's own DNS.
    """
    issuer = issuer_of(settings)
    if settings.database_url is not None:
        issuer.secret_key()  # whoever means to serve learns now that the key is missing
    database = database or service_database(settings, SCHEMA, pool_timeout_s=CONNECTION_WAIT_S)
    http = open_http()
    app = create_service(
        settings,
        name="partners-api",
        title="Partners API",
        version="1",
        description="Who we are: places, organisations, memberships, Statement of Intent, clients, tokens.",
        subjects=SUBJECTS,
        routers=[
            oauth.router,
            organisations.router,
            asserted_organisations.router,
            descriptions.router,
            places.router,
            memberships.router,
            statements.router,
            collective.router,
            working_group.router,
            checklists.router,
            hub.router,
            hub_drafts.router,
            hub_previews.router,
            gatherings.router,
            public_voice.router,
            clients.router,
            delegations.router,
            persons.router,
            event_router,
            webhook_router,
        ],
        database=database,
        package=PACKAGE,
        verifier=verifier or _own_verifier(settings, database, clock),
        lifespan_tasks=[
            lambda: _housekeeping(settings, database, issuer, clock),
            webhook_work(database, settings, SCHEMA),
            closing(http),
        ],
        clock=clock,
    )
    app.state.issuer = issuer
    app.state.token_desk = TokenDesk(database, issuer)
    app.state.rate_limits = RateLimits(
        {
            REGISTRATIONS: Policy(REGISTRATIONS, settings.registrations_per_minute, 60),
            TOKENS: Policy(TOKENS, settings.tokens_per_minute, 60),
            PUBLIC_WORDS: Policy(PUBLIC_WORDS, settings.public_words_per_minute, 60),
            HUB_PREVIEWS: Policy(HUB_PREVIEWS, settings.hub_previews_per_minute, 60),
        }
    )
    app.state.find_records = records_of_survivor
    app.state.look_up_txt = look_up
    app.state.provider_keys = ProviderKeys(fetching(http), only_https=settings.mode == "live")
    return app


def _own_verifier(settings: Settings, database: Database, clock: Clock) -> TokenVerifier:
    """A verifier that reads keys and revocations from where they are kept, and not over HTTP from itself."""

    async def fetch_jwks() -> Mapping[str, Any]:
        return (await read_jwks(database, clock())).model_dump()

    async def fetch_revocations(after: int) -> RevocationPage:
        return await read_revocations(database, after)

    return TokenVerifier(settings.issuer, settings.audience, fetch_jwks, fetch_revocations, clock)


@asynccontextmanager
async def _housekeeping(
    settings: Settings, database: Database, issuer: TokenIssuer, clock: Clock
) -> AsyncIterator[None]:
    """Makes the first signing key, then removes what is past its time while the service runs."""
    has_key = await _has_signing_key(database, issuer, clock)
    task = asyncio.create_task(_keep_house(settings, database, issuer, clock, has_key=has_key))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_house(
    settings: Settings, database: Database, issuer: TokenIssuer, clock: Clock, *, has_key: bool
) -> None:
    while True:
        await asyncio.sleep(settings.purge_interval_s if has_key else START_RETRY_S)
        if not has_key:
            has_key = await _has_signing_key(database, issuer, clock)
            continue
        try:
            await purge_expired(database, clock())
        except (CdpError, SQLAlchemyError) as fault:
            _log.warning("purge_failed", fault=type(fault).__name__)


async def _has_signing_key(database: Database, issuer: TokenIssuer, clock: Clock) -> bool:
    """Whether there is a key, made now if need be; a database that is not up yet is asked again later."""
    try:
        await ensure_signing_key(database, issuer, clock())
    except (CdpError, SQLAlchemyError) as fault:
        _log.warning("signing_key_not_made", fault=type(fault).__name__)
        return False
    return True
