"""Verification finds whatever is changed behind the service's back: a penny in any table, any signed head."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random  # noqa: TID251 - the same entries for the same seed
from typing import Any

import pytest
from sqlalchemy import Table
from tests.integration.reporting_api.entry_maker import EntryMaker
from tests.integration.reporting_api.flipped_rows import flipped, unguard
from tests.integration.reporting_api.world import World

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.db.database import Database
from cdp_common.testing.databases import TestDatabases
from reporting_api.storage import rollup_folding
from reporting_api.storage.head_keys import head_key
from reporting_api.storage.ledger import append_entries
from reporting_api.storage.ledger_tables import ledger_blocks, ledger_entries, ledger_heads, publications
from reporting_api.storage.publication_tables import publication_files
from reporting_api.storage.rollup_tables import (
    ledger_cells,
    ledger_checkpoints,
    ledger_days,
    ledger_folds,
    ledger_rollups,
)
from reporting_api.use_cases.sign_heads import sign_heads
from reporting_api.use_cases.verify_blocks import block_faults_of
from reporting_api.use_cases.verify_ledger import head_faults_of, verify_ledger
from reporting_api.use_cases.verify_publications import publication_faults_of
from reporting_api.use_cases.verify_rollups import day_faults_of, sum_faults_of

Check = Callable[[World, list[dict[str, Any]]], Awaitable[list[str]]]


async def _blocks(world: World, keys: list[dict[str, Any]]) -> list[str]:
    return await block_faults_of(world.db, world.place)


async def _heads(world: World, keys: list[dict[str, Any]]) -> list[str]:
    return [fault async for fault in head_faults_of(world.db, world.place, keys)]


async def _everything(world: World, keys: list[dict[str, Any]]) -> list[str]:
    return await verify_ledger(world.db)


async def _days(world: World, keys: list[dict[str, Any]]) -> list[str]:
    return await day_faults_of(world.db, world.place)


async def _sums(world: World, keys: list[dict[str, Any]]) -> list[str]:
    return await sum_faults_of(world.db, world.place)


async def _published(world: World, keys: list[dict[str, Any]]) -> list[str]:
    return [fault async for fault in publication_faults_of(world.db, world.place)]


FOUND_BY: dict[Table, tuple[Check, ...]] = {
    ledger_entries: (_blocks,),
    ledger_blocks: (_blocks,),
    ledger_heads: (_heads,),
    ledger_cells: (_days,),
    ledger_days: (_days,),
    ledger_rollups: (_sums,),
    ledger_checkpoints: (_sums,),
    ledger_folds: (_days, _sums),
    publications: (_published,),
    publication_files: (_published,),
}
UNSAID = {"publication_files.created_at"}
"""When a file was written down: nothing that is published says it, and nothing rests on it."""


@pytest.fixture(autouse=True)
def checkpoints_each_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few entries are enough for a month's end to be kept."""
    monkeypatch.setattr(rollup_folding, "CHECKPOINT_AT_MONTHS_END", 1)


async def test_one_byte_changed_in_any_column_of_any_table_is_found(
    wide_world: World, databases: TestDatabases
):
    world = wide_world
    head = await _kept_ledger(world)
    assert await verify_ledger(world.db, [head]) == []
    async with world.db.begin() as tx:
        row = await head_key(tx)
    keys = [] if row is None else [row["public_jwk"]]
    url = databases.owner_url(world.db)
    owner = Database(url, schema=world.db.schema, app_name="test owner", pool_size=1)
    try:
        for table in FOUND_BY:
            await unguard(owner, table)
        for table, found_by in FOUND_BY.items():
            for column in table.columns:
                checks = found_by
                if str(column) in UNSAID:
                    continue
                if column.name in ("place_id", "number", "publication_id"):  # the row may be anybody's then
                    checks = (_everything,)
                async with flipped(owner, column):
                    assert [fault for check in checks for fault in await check(world, keys)], str(column)
        assert await verify_ledger(world.db, [head]) == []
    finally:
        await owner.dispose()


async def test_a_head_that_was_kept_holds_the_place_to_it(world: World):
    head = await _kept_ledger(world)
    await world.report(world.charity)
    await world.seal()
    assert await verify_ledger(world.db, [head]) == []
    name = f"place {world.place} block {head.block_number}"
    other = head.model_copy(update={"block_hash": "0" * 64})
    assert await verify_ledger(world.db, [other]) == [
        f"{name}: the ledger does not hold the block of the head that was kept"
    ]
    header, payload, signature = head.head_jws.split(".")
    forged = head.model_copy(update={"head_jws": f"{header}.{payload}.{signature[::-1]}"})
    assert await verify_ledger(world.db, [forged]) == [
        f"{name}: the head that was kept is not signed by this service"
    ]


async def test_each_head_is_signed_once(world: World):
    await _kept_ledger(world)
    signer = world.app.state.ledger_signer
    assert await sign_heads(world.db, signer, world.clock) == 0
    await world.report(world.charity)
    await world.seal()
    assert await sign_heads(world.db, signer, world.clock) == 1
    answer = await world.http.get(f"/v1/places/{world.place}/ledger-head")
    assert answer.json()["head_jws"] == await world.scalar(
        "SELECT head_jws FROM ledger_heads ORDER BY number DESC LIMIT 1"
    )


async def _kept_ledger(world: World) -> LedgerHead:
    """Entries sealed over two months, a publication, and the head as it was published."""
    maker = EntryMaker(world.place, Random(3))
    async with world.db.begin() as tx:
        await maker.keep_catalogue(tx, world.clock())
    for days in (1, 40, 1):
        async with world.db.begin() as tx:
            await append_entries(tx, maker.some(15, world.clock()))
        await world.seal()
        await sign_heads(world.db, world.app.state.ledger_signer, world.clock)
        world.clock.advance(timedelta(days=days))
    await world.publish()
    answer = await world.http.get(f"/v1/places/{world.place}/ledger-head")
    return LedgerHead.model_validate_json(answer.content)
