"""`python -m partners_api provision FILE` and `rotate-signing-key`: what runs beside the service."""

import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from cdp_common.db.database import WriteConflict
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.errors import CdpError
from cdp_common.web.settings import KeyFileUnusable
from cdp_common.web.wiring import service_database
from partners_api.issuer import issuer_of
from partners_api.settings import SCHEMA, Settings
from partners_api.use_cases.provision_platform import Declaration, Provisioned, provision_platform
from partners_api.use_cases.signing_keys import ensure_signing_key, rotate_signing_key

EXIT_REFUSED = 1
EXIT_USAGE = 2
USAGE = "provision FILE, or rotate-signing-key [--older-than-days DAYS]"
_DAYS = re.compile(r"[1-9]\d{0,3}")


def main(arguments: Sequence[str]) -> None:
    """Do what the first argument names, and write what was done."""
    match list(arguments):
        case ["provision", name]:
            _provision(Path(name))
        case ["rotate-signing-key"]:
            _rotate(timedelta(0))
        case ["rotate-signing-key", "--older-than-days", days] if _DAYS.fullmatch(days):
            _rotate(timedelta(days=int(days)))
        case _:
            _fail(f"usage: python -m partners_api {USAGE}", EXIT_USAGE)


def _provision(file: Path) -> None:
    """Provision the platform from a JSON file, and write what was done as JSON."""
    try:
        declaration = Declaration.model_validate_json(file.read_bytes())
    except OSError as fault:
        _fail(f"{file} cannot be read: {fault.strerror}", EXIT_USAGE)
    except ValidationError as fault:
        _fail(_words_of(fault), EXIT_USAGE)
    try:
        provisioned = asyncio.run(provision(_settings(), declaration))
    except CdpError as fault:
        _fail(f"{fault.code}: {fault.detail}", EXIT_REFUSED)
    sys.stdout.write(provisioned.model_dump_json() + "\n")


async def provision(settings: Settings, declaration: Declaration) -> Provisioned:
    """What provisioning did; tried again once when another process did the same at the same moment."""
    database = service_database(settings, SCHEMA)
    try:
        is_live = settings.mode == "live"
        try:
            return await provision_platform(database, declaration, utc_now, is_live=is_live)
        except WriteConflict:
            return await provision_platform(database, declaration, utc_now, is_live=is_live)
    finally:
        await database.dispose()


def _rotate(age: timedelta) -> None:
    """Announce a new signing key unless the newest is younger than that, and write its id."""
    try:
        kid = asyncio.run(rotate(_settings(), age))
    except CdpError as fault:
        _fail(f"{fault.code}: {fault.detail}", EXIT_REFUSED)
    except KeyFileUnusable as fault:
        _fail(str(fault), EXIT_USAGE)
    sys.stdout.write(f"{kid or 'not due'}\n")


async def rotate(settings: Settings, age: timedelta) -> str | None:
    """The id of the new signing key; None while the newest is younger than `age`."""
    database = service_database(settings, SCHEMA)
    try:
        await ensure_signing_key(database, issuer_of(settings), utc_now())
        return await rotate_signing_key(database, issuer_of(settings), utc_now(), age=age)
    finally:
        await database.dispose()


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as fault:
        _fail(_words_of(fault), EXIT_USAGE)
    if settings.database_url is None:
        _fail("CDP_DATABASE_URL is not set", EXIT_USAGE)
    return settings


def _words_of(fault: ValidationError) -> str:
    found = fault.errors(include_input=False)
    return "\n".join(f"{'/'.join(map(str, each['loc']))}: {each['msg']}" for each in found)


def _fail(message: str, status: int) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise SystemExit(status)
