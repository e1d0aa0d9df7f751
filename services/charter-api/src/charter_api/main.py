"""charter-api as a web application: the only place that wires."""

from __future__ import annotations

import httpx2
from fastapi import FastAPI

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
from cdp_common.web.housekeeping import answers_of, purging
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.webhooks import webhook_router, webhook_work
from cdp_common.web.wiring import closing, own_tokens, service_database
from charter_api.api import (
    certificates,
    charters,
    register,
    signature_changes,
    signature_entries,
    signatures,
)
from charter_api.api.subjects import SUBJECTS
from charter_api.settings import SCHEMA, Settings
from charter_api.use_cases.announce_turns import INTERVAL_S, turns_of
from charter_api.use_cases.expire_entries import expiries_of
from charter_api.use_cases.follow_partners import SOURCE, partners_follower
from charter_api.use_cases.forget_signers import forgetting_of


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    verifier: TokenVerifier | None = None,
    http: httpx2.AsyncClient | None = None,
    clock: Clock = utc_now,
    in_background: bool = True,
) -> FastAPI:
    """The application; it connects to nothing before it is started.

    `database`, `verifier` and `http` stand in for those that the settings name. Without `in_background`
    the feed of partners-api is not followed.
    """
    database = database or service_database(settings, SCHEMA)
    http = http or open_http()
    tokens = own_tokens(settings, http)
    follows = following(
        database,
        Followed(SOURCE, partners_follower(clock)),
        FeedClient(settings.partners_url, tokens, http),
        poll_interval_s=settings.poll_interval_s,
        clock=clock,
    )
    app = create_service(
        settings,
        name="charter-api",
        title="Charter API",
        version="1",
        description="What organisations promised freely: charter versions, signatories, pledges.",
        subjects=SUBJECTS,
        routers=[
            charters.router,
            signature_entries.router,
            signatures.router,
            signature_changes.router,
            register.router,
            certificates.router,
            event_router,
            webhook_router,
        ],
        database=database,
        package="charter_api",
        verifier=verifier or remote_verifier(settings, http, clock),
        clock=clock,
        lifespan_tasks=[
            closing(http),
            webhook_work(database, settings, SCHEMA),
            purging(answers_of(database, clock)),
            purging(turns_of(database, clock), interval_s=INTERVAL_S),
            purging(expiries_of(database, clock), interval_s=INTERVAL_S),
            purging(forgetting_of(database, clock, settings.signing_names_kept_days)),
            *([follows] if in_background else []),
        ],
    )
    app.state.certificate_keys = settings.certificate_keys()
    app.state.find_records = find_records
    app.state.pending_days = settings.pending_days
    app.state.partners = PartnersClient(settings.partners_url, tokens, http)
    app.state.toms = TomsClient(settings.toms_url, tokens, http)
    return app
