"""The migrations make the tables that the code names, and can be taken back."""

from cdp_common.db.migrations import check_migrations, migrate, migrate_down
from cdp_common.db.revisions import current_revision, head_revision
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from partners_api.settings import PACKAGE, SCHEMA

APP_ROLE = "cdp_partners_app"


async def test_the_schema_is_the_one_in_code_and_goes_down_and_up(
    make_database: MakeDatabase, databases: TestDatabases
) -> None:
    database = await make_database(PACKAGE, SCHEMA)
    owner_url = databases.owner_url(database)

    assert await check_migrations(PACKAGE, owner_url, SCHEMA) == []
    await migrate_down(PACKAGE, owner_url, SCHEMA, APP_ROLE, revision="base")
    await migrate(PACKAGE, owner_url, SCHEMA, APP_ROLE)
    assert await check_migrations(PACKAGE, owner_url, SCHEMA) == []
    async with database.begin() as tx:
        assert await current_revision(tx) == head_revision(PACKAGE)
