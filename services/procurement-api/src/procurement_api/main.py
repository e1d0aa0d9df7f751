"""procurement-api as a web application: the only place that wires."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
from fastapi import FastAPI
from starlette.middleware import Middleware

from cdp_common.clients.feeds import FeedClient
from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import open_http
from cdp_common.db.consumer import Followed
from cdp_common.db.database import Database
from cdp_common.db.merges import find_records
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.app import create_service
from cdp_common.web.event_routes import router as event_router
from cdp_common.web.feeds import following
from cdp_common.web.housekeeping import purging
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.webhooks import webhook_router, webhook_work
from cdp_common.web.wiring import closing, own_tokens, service_database
from procurement_api.api import (
    after_opening,
    agreements,
    amendments,
    bids,
    evaluations,
    lots,
    ocds,
    panels,
    plans,
    portals,
    tenders,
)
from procurement_api.api.bids_at_once import BidsAtOnce
from procurement_api.api.keys import Keys
from procurement_api.api.subjects import SUBJECTS
from procurement_api.domain.packages import Publisher
from procurement_api.settings import PACKAGE, SCHEMA, Settings
from procurement_api.use_cases.follow_partners import SOURCE, partners_follower
from procurement_api.use_cases.keep_answer import purge_answers
from procurement_api.use_cases.receipts import ReceiptSigner
from procurement_api.use_cases.sealing import HeldKey, identity_key, panel_key

VERSION = "1.0.0"
CONNECTION_WAIT_S = 30.0
"""In the rush before a deadline a bid waits rather than being sent away; see `Settings.opening_grace_s`."""

_BEFORE_A_DEADLINE = (bids.submission_router, bids.replacement_router)
"""A bid that is refused for its haste may be late when it comes again: these requests are not counted."""
_ROUTERS = (
    tenders.router,
    amendments.router,
    bids.file_router,
    bids.router,
    portals.router,
    panels.router,
    evaluations.router,
    lots.router,
    after_opening.router,
    agreements.router,
    plans.router,
    ocds.router,
    event_router,
    webhook_router,
)


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    http: httpx2.AsyncClient | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
    in_background: bool = True,
) -> FastAPI:
    """The application; it reads its key files and connects to others when it is started.

    `database`, `http` and `verifier` stand in for those that the settings name. Without `in_background` the
    feed of partners-api is not followed.
    """
    http = http or open_http()
    database = database or service_database(settings, SCHEMA, pool_timeout_s=CONNECTION_WAIT_S)
    tokens = own_tokens(settings, http)

    @asynccontextmanager
    async def keys_in_memory() -> AsyncIterator[None]:
        app.state.keys = _keys(settings)
        yield

    follows = following(
        database,
        Followed(SOURCE, partners_follower(lambda: app.state.keys.panel_key, clock)),
        FeedClient(settings.partners_url, tokens, http),
        poll_interval_s=settings.poll_interval_s,
        clock=clock,
    )

    async def purge() -> None:
        async with database.begin() as tx:
            await purge_answers(tx, clock())

    app = create_service(
        settings,
        name="procurement-api",
        title="Procurement API",
        version=VERSION,
        description="What was promised in tenders: sealed bids, evaluation, awards, agreements, plans, OCDS.",
        subjects=SUBJECTS,
        routers=_ROUTERS,
        uncounted=_BEFORE_A_DEADLINE,
        middleware=[Middleware(BidsAtOnce)],
        database=database,
        package=PACKAGE,
        verifier=verifier or remote_verifier(settings, http, clock),
        lifespan_tasks=[
            closing(http),
            keys_in_memory,
            webhook_work(database, settings, SCHEMA),
            purging(purge, interval_s=settings.purge_interval_s),
            *([follows] if in_background else []),
        ],
        clock=clock,
        larger_bodies={ocds.IMPORT_PATH: ocds.IMPORT_MAX_BYTES},
    )
    if settings.mode == "sandbox":
        from procurement_api.api.sandbox import rehearse_deadlines

        rehearse_deadlines(app)
    app.state.find_records = find_records
    app.state.opening_grace = timedelta(seconds=settings.opening_grace_s)
    app.state.publisher = Publisher(settings.publisher_name, settings.procurement_url, settings.ocid_prefix)
    app.state.partners = PartnersClient(settings.partners_url, tokens, http)
    app.state.toms = TomsClient(settings.toms_url, tokens, http)
    return app


def create_serving_app(settings: Settings) -> FastAPI:
    """The application for a process that serves: an unusable key file is refused before anything starts."""
    _keys(settings)
    return create_app(settings)


def _keys(settings: Settings) -> Keys:
    secret_key, sealing = settings.secret_key(), HeldKey(settings.sealing_key())
    return Keys(sealing, identity_key(secret_key), ReceiptSigner(secret_key), panel_key(secret_key))
