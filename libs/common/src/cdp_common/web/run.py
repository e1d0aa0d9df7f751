"""How a service starts (`python -m <package>`) and migrates its database (`python -m <package> migrate`)."""

import asyncio
import gc
import sys
from collections.abc import Sequence
from typing import NoReturn, TypeVar

import structlog
from pydantic import ValidationError

from cdp_common.web.logs import configure_logging
from cdp_common.web.settings import KeyFileUnusable, ServiceSettings

EXIT_CONFIGURATION = 2

Settings = TypeVar("Settings", bound=ServiceSettings)


def main(
    package: str,
    application: str,
    settings_class: type[Settings],
    schema: str | None,
    arguments: Sequence[str] | None = None,
) -> None:
    """Serve, or with the one argument `migrate` bring the database to this build's revision and end.

    `application` names the function that makes it of the settings, as "module:function": a process that
    migrates does not load it. `schema` is None for a service without a database.
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
        _serve(application, settings, name)


def migrate_service(package: str, settings: ServiceSettings, schema: str | None) -> None:
    """Bring the service's database to the revision of this build."""
    from cdp_common.db.migrations import migrate  # a process that serves starts sooner without it

    if schema is None:
        _fail(f"{package} has no database")
    if settings.database_owner_url is None:
        _fail("CDP_DATABASE_OWNER_URL is not set")
    asyncio.run(migrate(package, settings.database_owner_url, schema, f"cdp_{schema}_app"))
    structlog.get_logger(__name__).info("migrated", schema=schema)


def _serve(application: str, settings: ServiceSettings, name: str) -> None:
    gc.disable()  # of all that is now loaded nothing goes again; `serve` sets it apart and enables the search
    from uvicorn.importer import import_from_string  # a process that migrates starts sooner without all this

    from cdp_common.web.serving import serve

    try:
        serve(import_from_string(application), settings, name=name)
    except KeyFileUnusable as fault:
        _fail(str(fault))


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)  # noqa: T201 - nothing is configured yet that could log it
    raise SystemExit(EXIT_CONFIGURATION)
