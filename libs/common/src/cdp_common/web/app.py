"""`create_service`: the one way in which a service of this platform becomes a web application."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware

from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.counted import CountedRequests
from cdp_common.web.examples import Example
from cdp_common.web.fixed_paths import FixedPaths
from cdp_common.web.health import health_routes
from cdp_common.web.logs import configure_logging_if_unset
from cdp_common.web.middleware import BodyLimit, HeadRequests, RequestContext
from cdp_common.web.openapi import NOTHING_SAID, PROBLEM_RESPONSES, install_openapi
from cdp_common.web.problems import install_problem_handlers
from cdp_common.web.requests import StrictRequest
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.telemetry import request_spans, trace_database
from cdp_common.web.verifier import TokenVerifier

if TYPE_CHECKING:  # the gateway has no database, and does not read its drivers into memory
    from cdp_common.db.database import Database

DOCS_PATH = "/docs"

LifespanTask = Callable[[], AbstractAsyncContextManager[Any]]
"""Opened when the application starts and closed when it stops, in reverse order."""


def create_service(
    settings: ServiceSettings,
    *,
    name: str,
    title: str,
    version: str,
    routers: Sequence[APIRouter],
    database: "Database | None",
    package: str | None,
    verifier: TokenVerifier,
    lifespan_tasks: Sequence[LifespanTask] = (),
    description: str = "",
    subjects: Mapping[str, str] = NOTHING_SAID,
    clock: Clock = utc_now,
    larger_bodies: Mapping[str, int] | None = None,
    examples: Sequence[Example] = (),
    middleware: Sequence[Middleware] = (),
    uncounted: Sequence[APIRouter] = (),
) -> FastAPI:
    """The service as a web application: routes, identity, problems, limits, health, traces.

    `package` is the one whose migrations `/health/ready` compares with the database. `subjects` says what
    each tag is about, in the order of the document. `larger_bodies` gives single paths, such as
    `/v1/tenders/{tender_id}/imports`, a body limit of their own, in bytes. `examples` are shown with the
    operations that they name. `middleware` comes inside of what surrounds every request. Requests to
    `routers` are counted for their callers and limited; those to `uncounted` are not.
    """
    configure_logging_if_unset(name)
    telemetry, spans = request_spans()
    counted = [Depends(CountedRequests(settings))]
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        docs_url=DOCS_PATH,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(verifier, database, lifespan_tasks),
        dependencies=[Depends(FixedPaths()), Depends(StrictRequest())],
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
        telemetry=telemetry,
        middleware=[
            *spans,
            Middleware(HeadRequests),
            Middleware(RequestContext, docs_paths=frozenset({DOCS_PATH, f"{DOCS_PATH}/oauth2-redirect"})),
            Middleware(BodyLimit, max_bytes=settings.max_body_bytes, larger=larger_bodies),
            *_rehearsals(settings),
            *middleware,
        ],
    )
    app.state.name, app.state.settings, app.state.database = name, settings, database
    app.state.verifier, app.state.clock = verifier, clock
    app.state.time_of = lambda _: clock()
    install_problem_handlers(app)
    for router in (health_routes(settings, name, package), *uncounted):
        app.include_router(router)
    for router in routers:
        app.include_router(router, dependencies=counted)
    install_openapi(app, settings.issuer, examples, subjects)
    if database is not None:
        trace_database(database)
    return app


def _rehearsals(settings: ServiceSettings) -> list[Middleware]:
    """What lets the sandbox fail on demand; a live deployment does not even import it."""
    if settings.mode != "sandbox":
        return []
    from cdp_common.web.sandbox import SandboxScenarios

    return [Middleware(SandboxScenarios)]


def _lifespan(
    verifier: TokenVerifier, database: "Database | None", tasks: Sequence[LifespanTask]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if database is not None:
                stack.push_async_callback(database.dispose)
            await stack.enter_async_context(verifier.polling())
            for task in tasks:
                await stack.enter_async_context(task())
            yield

    return lifespan
