"""toms-engine as a web application: the only place that wires."""

from fastapi import FastAPI

from cdp_common.clients.upstream import open_http
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.app import create_service
from cdp_common.web.event_routes import router as event_router
from cdp_common.web.examples import read_examples
from cdp_common.web.housekeeping import answers_of, purging
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.uploads import UploadRoom
from cdp_common.web.verifier import TokenVerifier
from cdp_common.web.webhooks import webhook_router, webhook_work
from cdp_common.web.wiring import closing, service_database
from toms_engine.api import (
    areas,
    boundaries,
    bulk_valuations,
    edition_parts,
    editions,
    frameworks,
    lookups,
    measure_choice,
    measures,
    need_indices,
    revaluations,
    valuations,
)
from toms_engine.api.dependencies import FileSizes
from toms_engine.api.subjects import SUBJECTS
from toms_engine.settings import SCHEMA, Settings
from toms_engine.storage.choice_rules import shipped_choice_rules
from toms_engine.storage.layouts_shipped import need_layouts
from toms_engine.storage.published_figures import shipped_figures
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.value_in_bulk import FileLimits

_FILES_OF_LINES = (bulk_valuations.PATH, revaluations.HISTORY_PATH)


def _larger_bodies(settings: Settings) -> dict[str, int]:
    """A pack of a thousand measures with their guidance, five thousand areas in JSON, and files."""
    return {
        "/v1/frameworks": 16 * 1024 * 1024,
        "/v1/need-indices": 4 * 1024 * 1024,
        "/v1/need-files": settings.need_file_max_bytes,
        "/v1/lookups": settings.lookup_max_bytes,
        "/v1/need-indices/{index}/boundaries": settings.boundaries_max_bytes,
    }


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
        title="TOMs engine",
        version="1",
        description="What counts and what it is worth: measures, proxies, valuation, needs.",
        subjects=SUBJECTS,
        routers=[
            valuations.router,  # first, because it is asked most and routes are tried one after the other
            frameworks.router,
            editions.router,
            edition_parts.router,
            measures.router,
            measure_choice.router,
            bulk_valuations.router,
            revaluations.router,
            areas.router,
            boundaries.router,
            need_indices.router,
            lookups.router,
            event_router,
            webhook_router,
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
        larger_bodies={**_larger_bodies(settings), **dict.fromkeys(_FILES_OF_LINES, settings.bulk_max_bytes)},
        examples=read_examples("toms_engine.api"),
    )
    app.state.editions = PublishedEditions(database)
    app.state.figures = shipped_figures()
    app.state.layouts = need_layouts(settings.layout_folder)
    app.state.choice_rules = shipped_choice_rules()
    app.state.uploads = UploadRoom()
    app.state.file_sizes = FileSizes(
        need_file=settings.need_file_max_bytes,
        lookup=settings.lookup_max_bytes,
        boundaries=settings.boundaries_max_bytes,
    )
    app.state.files = bulk_valuations.Files(
        FileLimits(settings.bulk_max_bytes, settings.bulk_max_rows, settings.bulk_max_gzip_ratio),
        runs_at_once=settings.bulk_runs_at_once,
        idle_s=settings.bulk_idle_s,
        most_waiting_bytes=settings.bulk_max_waiting_bytes,
    )
    return app
