"""How a service starts (`python -m <package>`) and migrates its database (`python -m <package> migrate`)."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

import structlog
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from cdp_common.web.logs import configure_logging
from cdp_common.web.settings import KeyFileUnusable, ServiceSettings
from cdp_common.web.telemetry import configure_telemetry

EXIT_CONFIGURATION = 2
GRACEFUL_SHUTDOWN_S = 20
KEEP_ALIVE_S = 75  # longer than a proxy's idle time, so that the proxy closes first

Settings = TypeVar("Settings", bound=ServiceSettings)


def main(
    package: str,
    create_app: Callable[[Settings], FastAPI],
    settings_class: type[Settings],
    schema: str | None,
    arguments: Sequence[str] | None = None,
) -> None:
    """Serve, or with the one argument `migrate` bring the database to this build's revision and end.

    `schema` is None for a service without a database.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given not in ([], ["migrate"]):
        _fail(f"usage: python -m {package} [migrate]")
    try:
        settings = settings_class()
    except ValidationError as fault:
        _fail("\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors()))
    name = package.replace("_", "-")
    configure_logging(name, settings.log_level)
    if given == ["migrate"]:
        migrate_service(package, settings, schema)
    else:
        serve(create_app, settings, name=name)


def migrate_service(package: str, settings: ServiceSettings, schema: str | None) -> None:
    """Bring the service's database to the revision of this build."""
    from cdp_common.db.migrations import migrate  # a process that serves starts sooner without it

    if schema is None:
        _fail(f"{package} has no database")
    if settings.database_owner_url is None:
        _fail("CDP_DATABASE_OWNER_URL is not set")
    asyncio.run(migrate(package, settings.database_owner_url, schema, f"cdp_{schema}_app"))
    structlog.get_logger(__name__).info("migrated", schema=schema)


def serve(create_app: Callable[[Settings], FastAPI], settings: Settings, *, name: str = "cdp") -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    # uvicorn raises the signal again after its orderly end; this makes it an end that still runs `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    provider = configure_telemetry(settings, name)
    try:
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,  # uvicorn's lines go through our logging; its access lines repeat ours
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
            lifespan="on",
        )
        server = uvicorn.Server(config)
        # What was made until now stays: the collector need not look through it again and again, which holds
        # up whoever is being answered for a tenth of a second at a time.
        gc.collect()
        gc.freeze()
        server.run()
    except KeyFileUnusable as fault:
        _fail(str(fault))
    except KeyboardInterrupt:
        return  # Ctrl-C, after the same orderly end
    finally:
        provider.shutdown()
        logging.shutdown()
    if not server.started:
        raise SystemExit(1)


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 - nothing is configured yet that could log it
    raise SystemExit(EXIT_CONFIGURATION)
