"""toms-engine as a web application: the only place that wires."""

from fastapi import FastAPI

from cdp_common.clients.upstream import open_http
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.app import create_service
from cdp_common.web.dependencies import get_database
from cdp_common.web.event_routes import event_routes
from cdp_common.web.housekeeping import answers_of, purging
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.webhooks import webhook_routes, webhook_work
from cdp_common.web.wiring import closing, service_database
from toms_engine.api import areas, editions, frameworks, measures, valuations
from toms_engine.settings import Settings
from toms_engine.storage.published_figures import shipped_figures
from toms_engine.use_cases.published_editions import PublishedEditions

SCHEMA = "toms"

# A pack of a thousand measures with their guidance, and five thousand areas, in JSON.
_LARGER_BODIES = {"/v1/frameworks": 16 * 1024 * 1024, "/v1/need-indices": 4 * 1024 * 1024}


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
) -> FastAPI:
    """The application; it connects to nothing before it is started.

    `database` and `verifier` stand in for those that the settings name.
    """
    http = open_http()
    database = database or service_database(settings, SCHEMA)
    app = create_service(
        settings,
        name="toms-engine",
        title="Measurement frameworks",
        version="1",
        description="What counts and what it is worth: measures, proxies, valuation, needs.",
        routers=[
            frameworks.router,
            editions.router,
            measures.router,
            valuations.router,
            areas.router,
            event_routes(get_database),
            webhook_routes(settings),
        ],
        database=database,
        package="toms_engine",
        verifier=verifier or remote_verifier(settings, http, clock),
        lifespan_tasks=[
            closing(http),
            webhook_work(database, settings, SCHEMA),
            purging(answers_of(database, clock)),
        ],
        clock=clock,
        larger_bodies=_LARGER_BODIES,
    )
    app.state.editions = PublishedEditions(database)
    app.state.figures = shipped_figures()
    return app
