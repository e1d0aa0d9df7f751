"""`python -m reporting_api` serves; with `migrate` it migrates, with `verify` it recomputes the ledger.

`verify` takes files with signed heads that somebody kept, as `/v1/places/{place_id}/ledger-head` answered.
"""

import asyncio
import sys
from pathlib import Path

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.web.run import main
from cdp_common.web.wiring import service_database
from reporting_api.main import SCHEMA, create_app
from reporting_api.settings import Settings
from reporting_api.use_cases.verify_ledger import verify_ledger


async def _verify(heads: list[LedgerHead]) -> list[str]:
    database = service_database(Settings(), SCHEMA)
    try:
        return await verify_ledger(database, heads)
    finally:
        await database.dispose()


if sys.argv[1:2] == ["verify"]:
    kept = [LedgerHead.model_validate_json(Path(name).read_bytes()) for name in sys.argv[2:]]
    faults = asyncio.run(_verify(kept))
    sys.stdout.write("\n".join([*faults, f"{len(faults)} faults"]) + "\n")
    raise SystemExit(1 if faults else 0)
main("reporting_api", create_app, Settings, SCHEMA)
