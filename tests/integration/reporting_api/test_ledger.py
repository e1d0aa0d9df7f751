"""The ledger: append-only, positions without gaps, blocks that anybody can recompute."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - the same entries for the same seed
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.reporting_api.entry_maker import EntryMaker
from tests.integration.reporting_api.world import World, contract_line, line

from cdp_common.contracts.reporting import LedgerEntry
from cdp_common.db.database import Database
from cdp_common.testing.databases import TestDatabases
from reporting_api.domain.chain import GENESIS, entry_hash
from reporting_api.storage import sealing
from reporting_api.storage.ledger import append_entries, sealed_lines
from reporting_api.use_cases.run_sequencer import seal_place
from reporting_api.use_cases.verify_ledger import verify_ledger


async def test_entries_wait_in_the_inbox_and_are_sealed_into_a_block(world: World):
    await world.sign()
    entries = await world.http.get(
        f"/v1/places/{world.place}/ledger-entries", headers=world.as_manager(), params={"limit": 100}
    )
    assert {entry["position"] for entry in entries.json()["items"]} == {None}
    assert await world.seal() == 25
    assert await world.count("ledger_inbox") == 0
    entries = await world.http.get(
        f"/v1/places/{world.place}/ledger-entries", headers=world.as_manager(), params={"limit": 100}
    )
    assert sorted(entry["position"] for entry in entries.json()["items"]) == list(range(1, 26))
    assert await world.scalar("SELECT previous_hash FROM ledger_blocks") == GENESIS
    assert await verify_ledger(world.db) == []


async def test_what_has_piled_up_is_sealed_in_blocks_of_bounded_size(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sealing, "MAX_SEALED", 10)
    await world.sign()
    assert await world.seal() == 25
    sizes = "SELECT array_agg(last_position - first_position + 1 ORDER BY number) FROM ledger_blocks"
    assert await world.scalar(sizes) == [10, 10, 5]
    assert await world.scalar("SELECT position FROM ledger_folds") == 25
    assert await verify_ledger(world.db) == []


async def test_each_block_and_what_changes_figures_without_one_is_told_to_everybody_without_content(
    world: World,
):
    async def told() -> list[dict[str, Any]]:
        answer = await world.http.get("/v1/events?limit=200", headers=world.as_org(world.college))
        return [one for one in answer.json()["items"] if one["type"] == "collective_value.changed"]

    assert await told() == []
    await world.sign()  # a commitment of others
    await world.report(world.council, line())  # a report of others
    assert await told() == []
    await world.seal()
    [first] = await told()
    assert (first["place_id"], first["data"]) == (str(world.place), {"place_id": str(world.place)})
    assert await world.seal() == 0
    assert len(await told()) == 1
    # A nil return and a membership change who owes and who reported; neither comes to the ledger.
    await world.report(world.charity, nil_return=True, lines=[])
    assert len(await told()) == 2
    await world.join(world.college, date(2026, 1, 1))
    assert len(await told()) == 3
    assert await world.count("ledger_inbox") == 0
    assert len({one["aggregate_id"] for one in await told()}) == 3


async def test_an_entry_says_what_it_came_of_where_it_landed_and_its_range(world: World):
    made = await world.sign()
    [promised] = made.lines
    report = await world.report(
        world.supplier,
        contract_line(promised.line_id, "10", areas=[{"area_code": "E01000001", "share": "1"}]),
        line("CARBON", "2", "tco2e"),
    )
    path = f"/v1/places/{world.place}/ledger-entries"
    answer = await world.http.get(path, headers=world.as_manager(), params={"limit": 100})
    entries = [LedgerEntry.model_validate(one) for one in answer.json()["items"]]
    by_measure = {one.measure: one for one in entries if one.figure == "delivered"}
    delivered, carbon = by_measure[promised.measure], by_measure["CARBON"]
    assert (delivered.source_kind, delivered.source_id) == ("report", report.id)
    assert delivered.source_line_id == report.lines[0].line_id
    assert (delivered.commitment_line_id, delivered.activity_id) == (promised.line_id, None)
    assert (delivered.area_code, delivered.area_index) == ("E01000001", "imd-test")
    assert (delivered.theme, delivered.outcome) == ("community", "volunteering")
    assert (delivered.low_gbp, delivered.high_gbp) == (None, None)
    assert (carbon.social_gbp, carbon.low_gbp, carbon.high_gbp) == (
        Decimal(540),
        Decimal(270),
        Decimal(810),
    )
    assert carbon.fiscal_gbp == Decimal(0)
    assert (carbon.commitment_line_id, carbon.area_index) == (None, None)
    assert delivered.data_status == "actual"
    committed = next(one for one in entries if one.figure == "committed")
    assert (committed.source_kind, committed.source_id, committed.area_index) == (
        "commitment",
        made.source_id,
        None,
    )
    assert committed.commitment_line_id == promised.line_id


async def test_the_database_writes_the_same_canonical_text_as_the_rules(world: World):
    odd = 'say "£5" \\ \t\n\r\x08\x0c\x01\x1f\x7f é 漢 \U0001f600 </script>'
    maker = EntryMaker(world.place, Random(1))
    entries = [
        replace(entry, measure=replace(entry.measure, theme=odd, method_version=odd), area_code=odd)
        for entry in maker.some(20, world.clock())
    ]
    async with world.db.begin() as tx:
        await append_entries(tx, entries)
    assert await world.seal() == 20
    assert await verify_ledger(world.db) == []
    async with world.db.begin() as tx:
        kept = {line.entry_hash for line in await sealed_lines(tx, world.place, 1, 20)}
    # Recorded at one moment, they stand in the order of their ids.
    placed = enumerate(sorted(entries, key=lambda entry: entry.id), 1)
    assert kept == {entry_hash(entry, position) for position, entry in placed}


async def test_blocks_name_the_one_before(world: World):
    await world.report(world.council)
    await world.seal()
    first = (await world.http.get(f"/v1/places/{world.place}/ledger-head")).json()
    world.clock.advance(timedelta(hours=1))
    await world.report(world.charity)
    await world.seal()
    second = (await world.http.get(f"/v1/places/{world.place}/ledger-head")).json()
    assert (first["position"], second["position"]) == (1, 2)
    query = "SELECT previous_hash FROM ledger_blocks WHERE number = 2"
    assert await world.scalar(query) == first["block_hash"]
    assert await world.seal() == 0
    assert await verify_ledger(world.db) == []


async def test_an_empty_ledger_has_no_head(world: World):
    answer = await world.http.get(f"/v1/places/{world.place}/ledger-head")
    assert (answer.status_code, answer.json()["code"]) == (404, "ledger_empty")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET social_pence = 0",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries CASCADE",
        "UPDATE ledger_blocks SET block_hash = 'x'",
        "DELETE FROM ledger_blocks",
        "UPDATE ledger_inbox SET social_pence = 0",
        "DELETE FROM ledger_inbox",
        "TRUNCATE ledger_inbox",
        "DELETE FROM publications",
        "UPDATE reviews SET reason = 'x'",
        "UPDATE membership_versions SET valid_to = NULL",
        "UPDATE report_states SET state = 'validated'",
    ],
)
async def test_append_only_tables_refuse_changes_to_both_roles(
    wide_world: World, databases: TestDatabases, statement: str
):
    await wide_world.report(wide_world.council)
    await wide_world.seal()
    await wide_world.report(wide_world.charity)
    url = databases.owner_url(wide_world.db)
    owner = Database(url, schema=wide_world.db.schema, app_name="test owner", pool_size=1)
    try:
        for database in (wide_world.db, owner):
            with pytest.raises(DBAPIError) as refused:
                async with database.begin() as tx:
                    await tx.execute(text(statement))
            assert refused.value.orig is not None
            assert getattr(refused.value.orig, "sqlstate", "") in ("23001", "42501")
    finally:
        await owner.dispose()
    assert await wide_world.count("ledger_entries") == 1
    assert await wide_world.count("ledger_inbox") == 1


async def test_writers_and_sequencers_at_the_same_moment_leave_no_gap(wide_world: World):
    world = wide_world
    organisations = [world.council, world.supplier, world.charity, world.college]
    reports = [world.report(org) for org in organisations]
    sealing = [seal_place(world.db, world.place, world.clock) for _ in range(4)]
    await asyncio.gather(*reports, *sealing)
    await world.seal()
    assert await world.count("ledger_entries") == 4
    assert await world.scalar("SELECT max(position) FROM ledger_entries") == 4
    assert await verify_ledger(world.db) == []


async def test_a_changed_entry_is_found(wide_world: World, databases: TestDatabases):
    world = wide_world
    await world.report(world.council)
    await world.report(world.charity)
    await world.seal()
    await world.publish()
    url = databases.owner_url(world.db)
    owner = Database(url, schema=world.db.schema, app_name="test owner", pool_size=1)
    try:
        async with owner.begin() as tx:  # what nobody can do without being the owner and leaving traces
            await tx.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER USER"))
            await tx.execute(text("UPDATE ledger_entries SET social_pence = 1 WHERE position = 2"))
    finally:
        await owner.dispose()
    faults = await verify_ledger(world.db)
    name = f"place {world.place}"
    assert f"{name} block 1: the entry at position 2 is not the one that was sealed" in faults
    assert f"{name} block 1: the root over its entries differs" in faults
    assert f"{name} publication 1: delivered is 35920 pence, the lines say 17961" in faults


async def test_a_removed_entry_is_found(wide_world: World, databases: TestDatabases):
    world = wide_world
    await world.report(world.council)
    await world.report(world.charity)
    await world.seal()
    url = databases.owner_url(world.db)
    owner = Database(url, schema=world.db.schema, app_name="test owner", pool_size=1)
    try:
        async with owner.begin() as tx:
            await tx.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER USER"))
            await tx.execute(text("DELETE FROM ledger_entries WHERE position = 2"))
    finally:
        await owner.dispose()
    faults = await verify_ledger(world.db)
    assert faults[:2] == [
        f"place {world.place} block 1: does not hold the positions that it names",
        f"place {world.place} the ledger holds 1 entries, its blocks 2",
    ]
    # What is gone from the lines is still in the sums.
    assert {fault.split(":")[0] for fault in faults[2:]} == {f"place {world.place} sums of 2026-11-22"}


async def test_a_clock_set_back_does_not_turn_the_chain_around(world: World):
    await world.report(world.council)
    await world.seal()
    world.clock.advance(timedelta(hours=-2))
    await world.report(world.charity)
    await world.seal()
    first, second = [
        await world.scalar("SELECT sealed_at FROM ledger_blocks WHERE number = :n", n=number)
        for number in (1, 2)
    ]
    assert second == first


async def test_the_ledger_is_paged_in_the_order_of_recording(world: World):
    await world.sign()
    await world.seal()
    world.clock.advance(timedelta(minutes=1))
    await world.report(world.council)
    path: str | None = f"/v1/places/{world.place}/ledger-entries?limit=10"
    found = []
    while path is not None:
        page = (await world.http.get(path, headers=world.as_manager())).json()
        found.extend(page["items"])
        path = page["next"]
    assert len(found) == len({entry["id"] for entry in found}) == 26
    assert found[-1]["figure"] == "delivered"
    assert found[-1]["position"] is None
