"""The gateway as a web application: the only place that wires."""

from __future__ import annotations

from collections import Counter
from time import monotonic

import httpx2
from fastapi import FastAPI

from cdp_common.clients.upstream import Carrier, open_http
from cdp_common.web.app import create_service
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.wiring import closing
from gateway import endpoint, sockets, streams
from gateway.at_once import AtOnce
from gateway.caller_points import CallerPoints
from gateway.carrier import KeptConnections
from gateway.documents import Documents, read_registry
from gateway.graphiql import pages as graphiql
from gateway.guards import guards_for
from gateway.happenings import Happenings
from gateway.public_answers import PublicAnswers, Seconds
from gateway.settings import Settings
from gateway.shared_reads import SharedReads
from gateway.upstreams import feeds_reader


def create_app(
    settings: Settings,
    *,
    http: httpx2.AsyncClient | None = None,
    carrier: Carrier | None = None,
    verifier: TokenVerifier | None = None,
    now_s: Seconds = monotonic,
) -> FastAPI:
    """The application; it connects to nothing before it is started."""
    opened, pool = http or open_http(), KeptConnections()
    pages = [graphiql.router] if settings.has_graphiql else []
    app = create_service(
        settings,
        name="gateway",
        title="The graph",
        version="1",
        description="One GraphQL schema over the five services. It holds no data and no rule.",
        routers=[],
        # They are counted in points, by what they ask for.
        uncounted=[endpoint.router, streams.router, sockets.router, *pages],
        database=None,
        package=None,
        verifier=verifier or remote_verifier(settings, opened),
        lifespan_tasks=[closing(opened), pool.opened],
    )
    app.state.http = opened
    app.state.carrier = SharedReads(carrier or pool)
    app.state.happenings = Happenings(
        feeds_reader(settings, opened, app.state.carrier), settings.poll_interval_s
    )
    app.state.sockets = sockets.Sockets(Counter())
    app.state.guards = guards_for(settings.guard_rules)
    app.state.caller_points = CallerPoints(
        settings.client_points_per_minute, settings.address_points_per_minute
    )
    app.state.documents = Documents(
        read_registry(settings.trusted_documents_file),
        only_trusted_for_public=settings.public_documents == "trusted",
    )
    app.state.public_answers = PublicAnswers(settings.public_answer_s, settings.public_answer_bytes, now_s)
    return app


def create_serving_app(settings: Settings) -> AtOnce:
    """The application as a process serves it that does nothing else."""
    return AtOnce(create_app(settings))
