"""A small service of the tests' own, in a database of each test's own."""

from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.common.sample_service import events as events  # declares the tests' own
from tests.integration.common.sample_service.storage.tables import accounts

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase

PACKAGE = "tests.integration.common.sample_service"
SCHEMA = "sample"


@pytest.fixture
async def db(make_database: MakeDatabase) -> Database:
    """A database of the test's own, with several connections."""
    return await make_database(PACKAGE, SCHEMA)


@pytest.fixture
async def quick_db(savepoint_database: MakeSavepointDatabase) -> SavepointDatabase:
    """One connection, undone when the test ends."""
    return await savepoint_database(PACKAGE, SCHEMA)


async def add_account(tx: AsyncConnection, name: str, *, rank: int = 0, balance_pence: int = 0) -> UUID:
    """A row to work with."""
    account_id = new_id()
    row = {
        "id": account_id,
        "name": name,
        "rank": rank,
        "balance_pence": balance_pence,
        "opened_at": utc_now(),
    }
    await tx.execute(insert(accounts).values(row))
    return account_id
