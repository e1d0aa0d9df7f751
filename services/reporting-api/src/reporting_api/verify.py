"""`python -m reporting_api verify`: recompute the ledger, and hold signed heads against it that were kept."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.web.wiring import service_database
from reporting_api.settings import SCHEMA, Settings
from reporting_api.use_cases.verify_ledger import verify_ledger


def main(kept: Sequence[str]) -> NoReturn:
    """Print every fault and how many there are; the exit status is 1 if there is one.

    `kept` names files with signed heads, as `/v1/places/{place_id}/ledger-head` answered.
    """
    heads = [LedgerHead.model_validate_json(Path(name).read_bytes()) for name in kept]
    faults = asyncio.run(_verify(heads))
    sys.stdout.write("\n".join([*faults, f"{len(faults)} faults"]) + "\n")
    raise SystemExit(1 if faults else 0)


async def _verify(heads: list[LedgerHead]) -> list[str]:
    database = service_database(Settings(), SCHEMA)
    try:
        return await verify_ledger(database, heads)
    finally:
        await database.dispose()
