"""One transaction per block, typed failures, and the limits that every session has."""

import asyncio
from datetime import date
from typing import Any, NoReturn

import asyncpg
import pytest
from sqlalchemy import func, insert, make_url, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from tests.integration.common.conftest import add_account
from tests.integration.common.sample_service.storage.tables import accounts, entries, stays

from cdp_common.db.constraints import constraint_errors, constraint_name, raise_for_constraint
from cdp_common.db.database import (
    Database,
    DatabaseBusy,
    DatabaseTimeout,
    DatabaseUnavailable,
    TextNotStorable,
    WriteConflict,
    connect_arguments,
)
from cdp_common.kernel.errors import Conflict
from cdp_common.kernel.identifiers import new_id


class NameTaken(Conflict):
    code = "name_taken"
    title = "The name is taken"


async def count(db: Database) -> int:
    async with db.begin() as tx:
        return await tx.scalar(select(func.count()).select_from(accounts)) or 0


async def test_a_block_that_ends_is_committed(db: Database) -> None:
    async with db.begin() as tx:
        await add_account(tx, "a")
    assert await count(db) == 1


async def test_a_block_that_raises_is_rolled_back(db: Database) -> None:
    async def refuse() -> None:
        async with db.begin() as tx:
            await add_account(tx, "a")
            raise NameTaken("no")

    with pytest.raises(NameTaken):
        await refuse()
    assert await count(db) == 0


async def test_a_cancelled_block_is_rolled_back_and_gives_its_connection_back(db: Database) -> None:
    inside = asyncio.Event()

    async def work() -> None:
        async with db.begin() as tx:
            await add_account(tx, "a")
            inside.set()
            await tx.execute(text("SELECT pg_sleep(5)"))

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(db) == 0
    pool = db.engine.pool
    assert "Current Checked out connections: 0" in pool.status()


async def test_every_session_has_its_limits(db: Database) -> None:
    async with db.begin() as tx:
        settings = {}
        for name in (
            "search_path",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "TimeZone",
            "application_name",
        ):
            settings[name] = await tx.scalar(text(f"SHOW {name}"))
    assert settings == {
        "search_path": "sample",
        "statement_timeout": "10s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "30s",
        "TimeZone": "UTC",
        "application_name": "test tests.integration.common.sample_service",
    }


async def test_the_application_defines_nothing(db: Database) -> None:
    for statement in ("CREATE TABLE t (a int)", "DROP TABLE accounts", "ALTER TABLE accounts ADD b int"):
        with pytest.raises(ProgrammingError):
            async with db.begin() as tx:
                await tx.exec_driver_sql(statement)


async def test_a_write_over_anothers_write_is_a_conflict(db: Database) -> None:
    async with db.begin() as tx:
        account_id = await add_account(tx, "a")
    change = update(accounts).where(accounts.c.id == account_id).values(rank=accounts.c.rank + 1)

    async def overwrite() -> None:
        async with db.begin() as tx:
            await tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            await tx.execute(select(accounts.c.rank))
            async with db.begin() as other:
                await other.execute(change)
            await tx.execute(change)

    with pytest.raises(WriteConflict):
        await overwrite()
    async with db.begin() as tx:
        assert await tx.scalar(select(accounts.c.rank)) == 1


async def test_a_deadlock_is_a_conflict_for_one_of_the_two(db: Database) -> None:
    async with db.begin() as tx:
        ids = [await add_account(tx, "a"), await add_account(tx, "b")]
    both_hold_one = asyncio.Barrier(2)

    async def change(order: list[int]) -> None:
        async with db.begin() as tx:
            for step, index in enumerate(order):
                await tx.execute(update(accounts).where(accounts.c.id == ids[index]).values(rank=step))
                if step == 0:
                    await both_hold_one.wait()

    results = await asyncio.gather(change([0, 1]), change([1, 0]), return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [WriteConflict]


async def test_a_lock_that_does_not_come_is_busy(db: Database) -> None:
    async with db.begin() as tx:
        await add_account(tx, "a")

    async def wait_for_it() -> None:
        async with db.begin() as tx:
            await tx.execute(text("SET LOCAL lock_timeout = '20ms'"))
            await tx.execute(select(accounts.c.id).with_for_update())

    async with db.begin() as holder:
        await holder.execute(select(accounts.c.id).with_for_update())
        with pytest.raises(DatabaseBusy):
            await wait_for_it()


async def test_a_statement_that_runs_too_long_is_cut_off(db: Database) -> None:
    async def sleep() -> None:
        async with db.begin() as tx:
            await tx.execute(text("SET LOCAL statement_timeout = '20ms'"))
            await tx.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(DatabaseTimeout):
        await sleep()


async def test_an_exhausted_pool_is_busy(db: Database) -> None:
    url = db.engine.url
    small = Database(url, schema="sample", app_name="small", pool_size=1, pool_timeout_s=0.05)
    async with small.begin():
        with pytest.raises(DatabaseBusy) as refusal:
            async with small.begin():
                pass
    await small.dispose()
    assert refusal.value.code == "database_busy"


async def test_a_lost_connection_is_unavailable_and_the_next_one_works(db: Database) -> None:
    async def be_ended() -> None:
        async with db.begin() as tx:
            await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def idle() -> None:
        async with db.begin() as tx:
            await tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
            await asyncio.sleep(0.2)
            await tx.execute(text("SELECT 1"))

    for lose in (be_ended, idle):
        with pytest.raises(DatabaseUnavailable):
            await lose()
    assert await count(db) == 0


async def test_a_database_that_is_not_there_is_unavailable(db: Database) -> None:
    here = db.engine.url
    nobody_listens = make_url(f"postgresql://{here.username}:x@127.0.0.1:1/{here.database}")
    for address in (nobody_listens, here.set(database="none"), here.set(password="no")):
        elsewhere = Database(address, schema="sample", app_name="test")
        with pytest.raises(DatabaseUnavailable):
            async with elsewhere.begin():
                pass
        with pytest.raises(DatabaseUnavailable):
            await elsewhere.call("SELECT 1")
        await elsewhere.dispose()


async def test_what_the_blocks_own_code_raises_keeps_its_name(db: Database) -> None:
    with pytest.raises(FileNotFoundError):
        async with db.begin():
            raise FileNotFoundError("not the database's")


async def test_a_fault_of_our_own_keeps_its_name_and_hides_what_was_submitted(db: Database) -> None:
    with pytest.raises(DBAPIError) as fault:
        async with db.begin() as tx:
            await tx.execute(text("SELECT CAST(:secret AS integer) + missing"), {"secret": 73501})
    assert "73501" not in str(fault.value)


@pytest.mark.parametrize("row", [{"name": "a\x00b"}, {"name": "a", "details": {"note": "\x00"}}])
async def test_a_text_that_cannot_be_stored_is_invalid_input(db: Database, row: dict[str, object]) -> None:
    new = {"id": new_id(), "rank": 0, "balance_pence": 0, "opened_at": func.now()}
    with pytest.raises(TextNotStorable) as refusal:
        async with db.begin() as tx:
            await tx.execute(insert(accounts).values(**new, **row))
    assert refusal.value.code == "text_not_storable"
    assert await count(db) == 0


async def test_a_violated_constraint_is_mapped_by_its_name(db: Database) -> None:
    async with db.begin() as tx:
        await add_account(tx, "a")

    async def add_again() -> None:
        async with db.begin() as tx:
            with constraint_errors({"uq_accounts_name": lambda: NameTaken("the name is taken")}):
                await add_account(tx, "a")

    with pytest.raises(NameTaken) as refusal:
        await add_again()
    assert isinstance(refusal.value.__cause__, IntegrityError)
    assert await count(db) == 1


@pytest.mark.parametrize(
    "row, name",
    [
        ({"name": "free", "balance_pence": -1}, "ck_accounts_balance_not_negative"),
        ({"name": "taken", "balance_pence": 0}, "uq_accounts_name"),
    ],
)
async def test_a_constraint_without_a_mapping_stays_what_it_is(
    db: Database, row: dict[str, object], name: str
) -> None:
    async with db.begin() as tx:
        await add_account(tx, "taken")
    with pytest.raises(IntegrityError) as fault:
        async with db.begin() as tx:
            await tx.execute(
                insert(accounts).values(
                    {
                        "id": new_id(),
                        "name": "b",
                        "rank": 0,
                        "balance_pence": 0,
                        "opened_at": func.now(),
                        **row,
                    }
                )
            )
    assert constraint_name(fault.value) == name
    with pytest.raises(IntegrityError):
        raise_for_constraint(fault.value, {"another": lambda: NameTaken("no")})


async def test_an_exclusion_and_a_deferred_reference_name_their_constraint(db: Database) -> None:
    account_id = new_id()
    stay = {"account_id": account_id, "start": date(2026, 4, 1), "end": date(2026, 4, 30)}
    with pytest.raises(IntegrityError) as overlap:
        async with db.begin() as tx:
            await tx.execute(insert(stays), [{"id": new_id(), **stay}, {"id": new_id(), **stay}])
    assert constraint_name(overlap.value) == "ex_stays_no_overlap"
    with pytest.raises(IntegrityError) as dangling:
        async with db.begin() as tx:
            await tx.execute(insert(entries).values(id=new_id(), account_id=account_id, pence=1))
    assert constraint_name(dangling.value) == "fk_entries_account_id"


@pytest.mark.parametrize(
    "url, arguments",
    [
        ("postgresql://u@127.0.0.1/d", {"ssl": False}),
        ("postgresql://u@[::1]/d", {"ssl": False}),
        ("postgresql://u@localhost:5432/d", {"ssl": False}),
        ("postgresql://u@/d?host=/run/folder", {"ssl": False}),
        ("postgresql://u@db.example.org/d", {}),
        ("postgresql://u@10.0.0.1/d", {}),
        ("postgresql://u@/d?host=a.example.org&host=b.example.org", {}),
        ("postgresql://u@127.0.0.1/d?ssl=require", {}),
    ],
)
def test_tls_is_left_out_on_this_machine_alone(url: str, arguments: dict[str, object]) -> None:
    assert connect_arguments(url, {}) == {"server_settings": {}, "timeout": 5, **arguments}


async def test_a_call_is_a_transaction_of_its_own_and_a_lost_connection_is_given_to_nobody(
    db: Database,
) -> None:
    assert await db.call("SELECT $1::integer + 1", 41) == 42
    for _ in range(6):  # one more than the pool has
        with pytest.raises(DatabaseUnavailable):
            await db.call("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await db.call("SELECT 1") == 1


async def test_a_connection_that_the_server_is_closing_is_unavailable_and_given_to_nobody(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For a moment the driver has read the server's last words, and not yet that the connection is closed.
    async def refused(*_: Any, **__: Any) -> NoReturn:
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")

    alone = Database(db.engine.url, schema="sample", app_name="test", pool_size=1)
    for method, use in (("fetchval", alone.call("SELECT 1")), ("execute", count(alone))):
        session = await alone.call("SELECT pg_backend_pid()")
        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Connection, method, refused)
            with pytest.raises(DatabaseUnavailable):
                await use
        assert await alone.call("SELECT pg_backend_pid()") != session
    await alone.dispose()
