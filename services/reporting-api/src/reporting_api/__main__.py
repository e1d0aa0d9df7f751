"""`python -m reporting_api` serves; with `migrate` it migrates, with `verify` it recomputes the ledger."""

import asyncio
import sys

from cdp_common.web.run import main
from cdp_common.web.wiring import service_database
from reporting_api.main import SCHEMA, create_app
from reporting_api.settings import Settings
from reporting_api.use_cases.verify_ledger import verify_ledger


async def _verify() -> list[str]:
    database = service_database(Settings(), SCHEMA)
    try:
        return await verify_ledger(database)
    finally:
        await database.dispose()


if sys.argv[1:] == ["verify"]:
    faults = asyncio.run(_verify())
    sys.stdout.write("\n".join([*faults, f"{len(faults)} faults"]) + "\n")
    raise SystemExit(1 if faults else 0)
main("reporting_api", create_app, Settings, SCHEMA)
