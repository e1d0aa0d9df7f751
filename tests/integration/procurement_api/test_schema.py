"""The migrations make what the tables in code say, and append-only means it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from tests.integration.procurement_api.world import World

from cdp_common.db.migrations import migrate, migrate_down
from cdp_common.db.schema_check import check_migrations
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from procurement_api.settings import PACKAGE, SCHEMA

APPEND_ONLY = (
    *(
        "bid_versions",
        "opened_lines",
        "answer_scores",
        "consensus_scores",
        "evaluations",
        "agreement_lines",
        "receipt_keys",
    ),
    *("interest_declarations", "clarifications", "accepted_quantities", "bid_removals"),
    *("summary_sendings", "assessment_summaries"),
    *("tender_logs", "tender_log_leaves"),
    *("terms_versions", "erased_persons", "superseded_bids"),
    *("agreement_changes", "agreement_line_versions", "lot_decisions", "lot_standstills"),
    *("plan_lines", "plan_changes", "plan_line_versions"),
    *("events", "event_feed"),
)


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


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {c} = {c}", "DELETE FROM {t}", "TRUNCATE {t} CASCADE"])
async def test_the_application_cannot_change_what_is_written_once(world: World, table: str, statement: str):
    column = await _a_column(world, table)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with world.db.begin() as tx:
            await tx.execute(text(statement.format(t=table, c=column)))


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_not_even_the_owner_can(databases: TestDatabases, make_database: MakeDatabase, table: str):
    database = await make_database(PACKAGE, SCHEMA)
    engine = create_async_engine(databases.owner_url(database))
    try:
        with pytest.raises(IntegrityError, match="append-only"):
            async with engine.begin() as tx:
                await tx.execute(text(f"DELETE FROM {table}"))
    finally:
        await engine.dispose()


async def _a_column(world: World, table: str) -> str:
    async with world.db.begin() as tx:
        query = "SELECT column_name FROM information_schema.columns WHERE table_name = :t LIMIT 1"
        return str(await tx.scalar(text(query), {"t": table}))
