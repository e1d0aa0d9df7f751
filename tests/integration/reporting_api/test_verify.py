"""Verification finds whatever is changed behind the service's back: a penny in any table, any signed head."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - the same entries for the same seed
from typing import Any

import pytest
from sqlalchemy import Table
from tests.integration.reporting_api.collective_calls import prior_total
from tests.integration.reporting_api.entry_maker import EntryMaker
from tests.integration.reporting_api.flipped_rows import flipped, unguard
from tests.integration.reporting_api.spend_calls import import_spend, join_all, round_draft
from tests.integration.reporting_api.world import World, keyed, promised_line

from cdp_common.contracts.ledger_heads import LedgerHead
from cdp_common.contracts.publications import Publication
from cdp_common.db.database import Database
from cdp_common.kernel.periods import Period
from cdp_common.testing.databases import TestDatabases
from reporting_api.storage import rollup_folding
from reporting_api.storage.copy_tables import commitment_values
from reporting_api.storage.figures import Slice
from reporting_api.storage.head_keys import head_key
from reporting_api.storage.ledger import append_entries
from reporting_api.storage.ledger_tables import ledger_blocks, ledger_entries, ledger_heads, publications
from reporting_api.storage.prior_total_tables import prior_total_versions
from reporting_api.storage.publication_source_tables import publication_sources, publication_spend_sums
from reporting_api.storage.publication_tables import publication_files
from reporting_api.storage.publications import publications_after
from reporting_api.storage.rollup_tables import (
    ledger_cells,
    ledger_checkpoints,
    ledger_days,
    ledger_folds,
    ledger_rollups,
)
from reporting_api.storage.spend_tables import spend_imports, spend_rounds, spend_rows
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.sign_heads import sign_heads
from reporting_api.use_cases.verify_blocks import block_faults_of
from reporting_api.use_cases.verify_ledger import head_faults_of, verify_ledger
from reporting_api.use_cases.verify_publications import publication_faults_of
from reporting_api.use_cases.verify_published_sources import source_faults
from reporting_api.use_cases.verify_published_value import cell_faults
from reporting_api.use_cases.verify_rollups import day_faults_of, sum_faults_of

PAYMENTS = "Payment Date,Supplier Name,Supplier Postcode,Category,Net Amount"
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


async def _sources(world: World, keys: list[dict[str, Any]]) -> list[str]:
    async with world.db.begin() as tx:
        [row] = await publications_after(tx, world.place, 0, 1)
        return await source_faults(tx, row, thawed(row["document"]))


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
    **dict.fromkeys((publication_sources, publication_spend_sums), (_sources,)),
    **dict.fromkeys((spend_imports, spend_rows, spend_rounds), (_sources,)),
    **dict.fromkeys((prior_total_versions, commitment_values), (_sources,)),
}
UNSAID = {"publication_files.created_at", "spend_imports.superseded_by"}
"""When a file was written down, and what came after an import: nothing that is published rests on them."""


@pytest.fixture(autouse=True)
def checkpoints_each_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few entries are enough for a month's end to be kept."""
    monkeypatch.setattr(rollup_folding, "CHECKPOINT_AT_MONTHS_END", 1)


async def test_one_byte_changed_in_any_column_of_any_table_is_found(
    wide_world: World, databases: TestDatabases
):
    world = wide_world
    await _beside_the_ledger(world)
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
                # The row may be anybody's then.
                if column.name in ("place_id", "number", "publication_id") and checks != (_sources,):
                    checks = (_everything,)
                async with flipped(owner, column):
                    assert [fault for check in checks for fault in await check(world, keys)], str(column)
        assert await verify_ledger(world.db, [head]) == []
    finally:
        await owner.dispose()


async def test_a_penny_told_otherwise_than_the_rows_say_is_found(world: World):
    await _beside_the_ledger(world)
    published = await world.publish()
    window = Period(published.period_start, published.period_end)
    lines = Slice(world.place, window, published.ledger_position)
    async with world.db.begin() as tx:
        [row] = await publications_after(tx, world.place, 0, 1)
        for fault, update in _told_otherwise(published).items():
            other = published.model_copy(update=update)
            found = await source_faults(tx, row, other) + await cell_faults(tx, other, lines, ())
            assert found == [fault]


def _told_otherwise(published: Publication) -> dict[str, dict[str, Any]]:
    """Parts of a publication that differ by a penny or a partner, by what is to be said of them."""
    spend, ratio, value = published.spend, published.contract_ratio, published.value
    assert spend is not None
    assert spend.total is not None
    assert ratio is not None
    assert (spend.local_multiplier, ratio.contracts) == (Decimal("1.3600"), 3)
    [care], [prior] = spend.by_category, value.prior_totals
    [theme] = [of for of in value.groupings if of.by == "theme"]
    [cell] = [cell for cell in theme.cells if cell.figures is not None]
    assert cell.figures is not None

    def other_spend(**changes: Any) -> dict[str, Any]:
        return {"spend": spend.model_copy(update=changes)}

    more = {"third_party_gbp": Decimal("9000.01")}
    figures = cell.figures.model_copy(update={"committed": cell.figures.delivered})
    other_theme = theme.model_copy(update={"cells": [cell.model_copy(update={"figures": figures})]})
    other_prior = prior.model_copy(update={"amount_gbp": prior.amount_gbp + Decimal("0.01")})
    return {
        "payments in all are not what the sums say": other_spend(total=spend.total.model_copy(update=more)),
        "payments in category care are not what the sums say": other_spend(
            by_category=[care.model_copy(update=more)]
        ),
        "payments are told of partner for others than were paid": other_spend(
            by_partner=spend.by_partner[1:]
        ),
        "the local multiplier is not that of the surveyed rounds": other_spend(
            local_multiplier=Decimal("1.3601")
        ),
        "payments are said to be of other imports than were counted": other_spend(partners_counted=4),
        "the value for each £ of contract is not what the contracts say": {
            "contract_ratio": ratio.model_copy(update={"per_pound": Decimal("0.4001")})
        },
        f"the total made elsewhere {prior.id} is not what was stated": {
            "value": value.model_copy(update={"prior_totals": [other_prior]})
        },
        f"theme {cell.key} shows other figures than the lines say": {
            "value": value.model_copy(update={"groupings": [other_theme]})
        },
    }


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


async def _beside_the_ledger(world: World) -> None:
    """Payments of three partners with surveyed rounds, three contracts of known worth, a total elsewhere."""
    partners = (world.council, world.charity, world.college)
    await join_all(world, *partners)
    rows = [f"01/07/2026,{name} Ltd,,Care,1000.00" for name in ("Acme", "Boundary", "Cedar")]
    for who in partners:
        await import_spend(world, who, "\n".join([PAYMENTS, *rows]).encode())
        for number, amount in ((2, "900.00"), (3, "180.00")):
            stated = await world.http.post(
                f"/v1/places/{world.place}/spend-rounds",
                json=round_draft(number, amount),
                headers=keyed(world.as_org(who)),
            )
            assert stated.status_code == 201, stated.text
        worth = {"value_gbp": Decimal("60000"), "lines": [promised_line()]}
        name = world.neighbours.organisations[who]
        await world.sign(world.commitment(deliverer_id=who, deliverer_name=name, **worth))
    path = f"/v1/places/{world.place}/prior-totals"
    await world.http.post(path, json=prior_total(), headers=keyed(world.as_manager()))


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
