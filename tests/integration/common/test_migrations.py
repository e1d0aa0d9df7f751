"""Migrations: the same schema whoever runs them, as often and as many at once as they like."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from tests.integration.common.conftest import PACKAGE, add_account

from cdp_common.db import migrations as migrations_module
from cdp_common.db.constraints import constraint_name
from cdp_common.db.database import Database, DatabaseUnavailable
from cdp_common.db.migrations import (
    PreparedDatabase,
    check_migrations,
    migrate,
    migrate_down,
    prepare_database,
)
from cdp_common.db.revisions import current_revision, head_revision, is_behind
from cdp_common.testing.databases import TestDatabases

TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
SHARED = [
    "event_cursors",
    "event_failures",
    "event_feed",
    "event_pending",
    "events",
    "idempotency_records",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
    "webhook_cursor",
    "webhook_deliveries",
    "webhook_endpoints",
]


@pytest.fixture
async def empty(databases: TestDatabases) -> AsyncIterator[PreparedDatabase]:
    """Roles, database and schema, with nothing in them."""
    yield await prepare_database(databases.admin_url, "hollow", "owner's pass%word", "app")
    await databases.administer("DROP DATABASE cdp_hollow WITH (FORCE)")


async def as_owner(url: str, *statements: str) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as tx:
            for statement in statements:
                await tx.exec_driver_sql(statement)
    finally:
        await engine.dispose()


async def tables(prepared: PreparedDatabase) -> list[str]:
    db = Database(prepared.owner_url, schema=prepared.schema, app_name="test")
    try:
        async with db.begin() as tx:
            return list(await tx.scalars(TABLES))
    finally:
        await db.dispose()


async def migrated(prepared: PreparedDatabase, revision: str = "head") -> None:
    await migrate(PACKAGE, prepared.owner_url, prepared.schema, prepared.app_role, revision=revision)


async def test_up_down_up_gives_the_same_schema(empty: PreparedDatabase) -> None:
    await migrated(empty)
    first = await tables(empty)
    assert first == sorted([*SHARED, "accounts", "alembic_version", "entries", "stays"])
    await migrate_down(PACKAGE, empty.owner_url, empty.schema, empty.app_role, revision="base")
    assert await tables(empty) == ["alembic_version"]
    await migrated(empty)
    assert await tables(empty) == first
    assert await check_migrations(PACKAGE, empty.owner_url, empty.schema) == []


async def test_migrating_twice_changes_nothing(empty: PreparedDatabase) -> None:
    await migrated(empty)
    await migrated(empty)
    assert await check_migrations(PACKAGE, empty.owner_url) == []


async def test_two_migrators_at_once_both_succeed(empty: PreparedDatabase) -> None:
    await asyncio.gather(migrated(empty), migrated(empty), migrated(empty))
    assert await check_migrations(PACKAGE, empty.owner_url) == []


async def test_a_migrator_does_not_wait_long_for_a_lock_on_a_table(
    empty: PreparedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations_module, "LOCK_TIMEOUT_MS", 50)
    await migrated(empty, "0001")
    holder = Database(empty.owner_url, schema=empty.schema, app_name="test")
    async with holder.begin() as tx:
        # Held by whoever keeps a transaction open on the table that the migrator has to write.
        await tx.exec_driver_sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DBAPIError) as fault:
            await migrated(empty)
    await holder.dispose()
    assert getattr(fault.value.orig, "sqlstate", None) == "55P03"
    await migrated(empty)


async def test_a_failed_migration_leaves_the_schema_as_it_was(empty: PreparedDatabase) -> None:
    await migrated(empty, "0001")
    before = await tables(empty)
    await as_owner(empty.owner_url, "CREATE TABLE hollow.stays (a int)")
    with pytest.raises(ProgrammingError):
        await migrated(empty)
    await as_owner(empty.owner_url, "DROP TABLE hollow.stays")
    assert await tables(empty) == before


async def test_the_revision_tells_whether_the_schema_is_behind(empty: PreparedDatabase) -> None:
    db = Database(empty.app_url, schema=empty.schema, app_name="test")
    seen = []
    for revision in (None, "0001", "head"):
        if revision is not None:
            await migrated(empty, revision)
        async with db.begin() as tx:
            seen.append(await current_revision(tx))
    await db.dispose()
    assert seen == [None, "0001", "0002"]
    assert head_revision(PACKAGE) == "0002"
    assert [is_behind(PACKAGE, revision) for revision in [*seen, "0003"]] == [True, True, False, False]


@pytest.mark.parametrize(
    "statement, found",
    [
        ("ALTER TABLE accounts DROP COLUMN hours", "add_column"),
        ("ALTER TABLE accounts ALTER COLUMN rank TYPE bigint", "modify_type"),
        ("ALTER TABLE accounts ALTER COLUMN rank DROP NOT NULL", "modify_nullable"),
        ("CREATE TABLE more (a int)", "remove_table"),
        ("DROP INDEX ix_idempotency_records_expires_at", "add_index"),
        (
            "ALTER TABLE accounts RENAME CONSTRAINT ck_accounts_balance_not_negative TO other",
            "constraint accounts.ck_accounts_balance_not_negative is in the tables and not in the database",
        ),
        (
            "ALTER TABLE accounts ADD CONSTRAINT more CHECK (rank > 0)",
            "constraint accounts.more is in the database and not in the tables",
        ),
        ("ALTER TABLE pgqueuer ADD COLUMN more int", None),
    ],
)
async def test_the_check_finds_what_migrations_and_tables_disagree_on(
    db: Database, databases: TestDatabases, statement: str, found: str | None
) -> None:
    owner_url = databases.owner_url(db)
    assert await check_migrations(PACKAGE, owner_url) == []
    await as_owner(owner_url, statement)
    differences = await check_migrations(PACKAGE, owner_url)
    if found is None:
        assert differences == []
    else:
        assert any(found in difference for difference in differences)


async def test_preparing_twice_sets_the_passwords_and_keeps_the_data(
    databases: TestDatabases, empty: PreparedDatabase
) -> None:
    await migrated(empty)
    again = await prepare_database(databases.admin_url, "hollow", "new owner's", 'new "app"')
    assert (again.name, again.owner_role, again.app_role) == (
        "cdp_hollow",
        "cdp_hollow_owner",
        "cdp_hollow_app",
    )
    assert again.owner_url != empty.owner_url
    assert len(await tables(again)) == len(SHARED) + 4
    db = Database(again.app_url, schema=again.schema, app_name="test")
    async with db.begin() as tx:
        await add_account(tx, "a")
    await db.dispose()
    assert "new" not in repr(again)


async def test_other_roles_stay_outside(db: Database, empty: PreparedDatabase) -> None:
    # The sample service's role at another service's database.
    stranger = Database(db.engine.url.set(database=empty.name), schema=empty.schema, app_name="test")
    with pytest.raises(DatabaseUnavailable):
        async with stranger.begin():
            pass
    await stranger.dispose()


async def refused(tx: AsyncConnection, statement: str) -> DBAPIError:
    with pytest.raises(DBAPIError) as fault:
        async with tx.begin_nested():
            await tx.exec_driver_sql(statement)
    return fault.value


async def test_append_only_tables_refuse_changes_to_both_roles(
    db: Database, databases: TestDatabases
) -> None:
    changes = ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"]
    owner = Database(databases.owner_url(db), schema="sample", app_name="test")
    async with owner.begin() as tx:
        for statement in changes:
            fault = await refused(tx, statement.format("entries"))
            assert isinstance(fault, IntegrityError)
            assert constraint_name(fault) == "entries_append_only"
        for statement in ("UPDATE event_feed SET position = 1", "DELETE FROM events"):
            assert isinstance(await refused(tx, statement), IntegrityError)
    await owner.dispose()
    async with db.begin() as tx:
        for statement in changes:
            assert "permission denied" in str(await refused(tx, statement.format("entries")))
        assert "permission denied" in str(await refused(tx, "UPDATE alembic_version SET version_num = '9'"))


async def test_tables_of_a_later_migration_are_the_applications_too(empty: PreparedDatabase) -> None:
    await migrated(empty, "0001")
    await migrated(empty, "0002")
    db = Database(empty.app_url, schema=empty.schema, app_name="test")
    async with db.begin() as tx:
        assert (await tx.exec_driver_sql("DELETE FROM stays")).rowcount == 0
    await db.dispose()
