"""Verification finds whatever is changed behind the service's back: a penny in any table, any signed head."""

from datetime import timedelta
from random import Random  # noqa: TID251 - the same entries for the same seed

import pytest
from sqlalchemy import text
from tests.integration.reporting_api.entry_maker import EntryMaker
from tests.integration.reporting_api.world import World

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.db.database import Database
from cdp_common.testing.databases import TestDatabases
from reporting_api.storage import rollup_folding
from reporting_api.storage.ledger import append_entries
from reporting_api.use_cases.sign_heads import sign_heads
from reporting_api.use_cases.verify_ledger import verify_ledger

CHANGES = (
    ("ledger_entries", "social_pence = social_pence + 1"),
    ("ledger_entries", "route = CASE route WHEN 'joint' THEN 'grant' ELSE 'joint' END"),
    ("ledger_entries", "recorded_at = recorded_at + interval '1 microsecond'"),
    ("ledger_entries", "entry_hash = translate(entry_hash, '0123456789', '1234567890')"),
    ("ledger_blocks", "sealed_at = sealed_at - interval '1 microsecond'"),
    ("ledger_blocks", "merkle_root = translate(merkle_root, '0123456789', '1234567890')"),
    ("ledger_blocks", "block_hash = translate(block_hash, '0123456789', '1234567890')"),
    ("ledger_heads", "head_jws = overlay(head_jws placing 'x' from length(head_jws) - 9)"),
    ("ledger_cells", "code = code || 'x'"),
    ("ledger_rollups", "local_pence = local_pence - 1"),
    ("ledger_days", "rangeless_count = rangeless_count + 1"),
    ("ledger_checkpoints", "high_pence = high_pence + 1"),
    ("ledger_folds", "position = position - 1"),
    ("publications", "period_end = period_end - 1"),
    ("publications", "document = set_byte(document, 40, get_byte(document, 40) # 1)"),
)


@pytest.fixture(autouse=True)
def checkpoints_each_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few entries are enough for a month's end to be kept."""
    monkeypatch.setattr(rollup_folding, "CHECKPOINT_AT_MONTHS_END", 1)


async def test_one_byte_changed_in_any_table_is_found(wide_world: World, databases: TestDatabases):
    world = wide_world
    head = await _kept_ledger(world)
    assert await verify_ledger(world.db, [head]) == []
    url = databases.owner_url(world.db)
    owner = Database(url, schema=world.db.schema, app_name="test owner", pool_size=1)
    try:
        async with owner.begin() as tx:  # what nobody can do without being the owner and leaving traces
            for table in {table for table, _ in CHANGES}:
                await tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for table, change in CHANGES:
            column = change.partition(" = ")[0]
            first = f"ctid = (SELECT min(ctid) FROM {table})"
            async with owner.begin() as tx:
                before = await tx.scalar(text(f"SELECT {column} FROM {table} WHERE {first}"))
                statement = f"UPDATE {table} SET {change} WHERE {first} RETURNING ctid::text"
                changed = await tx.scalar(text(statement))
            try:
                found = await verify_ledger(world.db, [head])
            except ValueError:  # a publication that cannot even be read is found by that
                found = ["unreadable"] if table == "publications" else []
            assert found, (table, change)
            async with owner.begin() as tx:
                back = text(
                    f"UPDATE {table} SET {column} = :before WHERE ctid = CAST(CAST(:changed AS text) AS tid)"
                )
                await tx.execute(back, {"before": before, "changed": changed})
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
