"""The gateway as a web application: the only place that wires."""

from __future__ import annotations

import httpx2
from fastapi import FastAPI

from cdp_common.clients.upstream import open_http
from cdp_common.web.app import create_service
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.wiring import closing
from gateway import endpoint
from gateway.settings import Settings


def create_app(
    settings: Settings, *, http: httpx2.AsyncClient | None = None, verifier: TokenVerifier | None = None
) -> FastAPI:
    """The application; it connects to nothing before it is started."""
    opened = http or open_http()
    app = create_service(
        settings,
        name="gateway",
        title="The graph",
        version="1",
        description="One GraphQL schema over the five services. It holds no data and no rule.",
        routers=[endpoint.router],
        database=None,
        package=None,
        verifier=verifier or remote_verifier(settings, opened),
        lifespan_tasks=[closing(opened)],
    )
    app.state.http = opened
    return app
