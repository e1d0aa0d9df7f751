"""The migrations make what the tables in code say, and can be taken back."""

from sqlalchemy import text

from cdp_common.db.migrations import migrate, migrate_down
from cdp_common.db.schema_check import check_migrations
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from procurement_api.settings import PACKAGE, SCHEMA


async def test_the_migrations_make_the_tables_of_the_code(
    databases: TestDatabases, make_database: MakeDatabase
):
    database = await make_database(PACKAGE, SCHEMA)
    assert await check_migrations(PACKAGE, databases.owner_url(database), SCHEMA) == []


async def test_the_schema_can_be_taken_down_and_made_again(
    databases: TestDatabases, make_database: MakeDatabase
):
    database = await make_database(PACKAGE, SCHEMA)
    owner = databases.owner_url(database)
    await migrate_down(PACKAGE, owner, SCHEMA, "cdp_procurement_app", revision="base")
    await migrate(PACKAGE, owner, SCHEMA, "cdp_procurement_app")
    async with database.begin() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM tenders")) == 0
