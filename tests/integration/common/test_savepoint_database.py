"""The quick database behaves like a real one as far as one connection can."""

import asyncio

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from tests.integration.common.conftest import PACKAGE, SCHEMA, add_account
from tests.integration.common.sample_service.storage.tables import accounts, entries

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase, TestDatabases

COUNT = select(func.count()).select_from(accounts)


async def test_a_block_that_ends_is_seen_by_the_next(quick_db: SavepointDatabase) -> None:
    async with quick_db.begin() as tx:
        await add_account(tx, "a")
    async with quick_db.begin() as tx:
        assert await tx.scalar(COUNT) == 1


async def test_a_block_that_raises_leaves_what_was_there_before(quick_db: SavepointDatabase) -> None:
    async with quick_db.begin() as tx:
        await add_account(tx, "a")

    async def fail() -> None:
        async with quick_db.begin() as tx:
            await add_account(tx, "b")
            raise ValueError

    with pytest.raises(ValueError):
        await fail()
    with pytest.raises(IntegrityError):
        async with quick_db.begin() as tx:
            await add_account(tx, "a")
    async with quick_db.begin() as tx:
        assert await tx.scalar(COUNT) == 1


async def test_a_deferred_reference_is_checked_when_the_block_ends(quick_db: SavepointDatabase) -> None:
    account_id = new_id()
    entry = insert(entries).values(id=new_id(), account_id=account_id, pence=1)
    reached = []

    async def add_entry() -> None:
        async with quick_db.begin() as tx:
            await tx.execute(entry)
            reached.append(True)

    with pytest.raises(IntegrityError):
        await add_entry()
    assert reached == [True]
    async with quick_db.begin() as tx:
        assert await tx.scalar(select(func.count()).select_from(entries)) == 0


async def test_blocks_of_two_tasks_take_turns(quick_db: SavepointDatabase) -> None:
    async def add(name: str) -> None:
        async with quick_db.begin() as tx:
            await add_account(tx, name)

    await asyncio.gather(*(add(f"account {number}") for number in range(10)))
    async with quick_db.begin() as tx:
        assert await tx.scalar(COUNT) == 10


async def test_a_block_inside_a_block_is_a_fault(quick_db: SavepointDatabase) -> None:
    with pytest.raises(RuntimeError):
        async with quick_db.begin(), quick_db.begin():
            pass
    async with quick_db.begin() as tx:
        assert await tx.scalar(COUNT) == 0


async def test_nothing_is_left_behind(databases: TestDatabases) -> None:
    async with databases.rolled_back(PACKAGE, SCHEMA) as db, db.begin() as tx:
        await add_account(tx, "a")
    async with databases.rolled_back(PACKAGE, SCHEMA) as db, db.begin() as tx:
        assert await tx.scalar(COUNT) == 0
