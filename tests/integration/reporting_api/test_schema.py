"""The migrated schema is what the tables in code say, and can be taken back."""

from sqlalchemy import text

from cdp_common.db.schema_check import check_migrations


async def test_migrations_make_the_tables_in_code(make_database, databases):
    database = await make_database("reporting_api", "reporting")
    differences = await check_migrations("reporting_api", databases.owner_url(database), "reporting")
    assert differences == []


async def test_the_schema_can_be_taken_down_and_made_again(make_database, databases):
    from cdp_common.db.migrations import migrate, migrate_down

    database = await make_database("reporting_api", "reporting")
    owner = databases.owner_url(database)
    await migrate_down("reporting_api", owner, "reporting", "cdp_reporting_app", revision="base")
    await migrate("reporting_api", owner, "reporting", "cdp_reporting_app")
    async with database.begin() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM ledger_entries")) == 0
