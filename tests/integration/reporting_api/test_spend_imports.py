"""Files of payments over HTTP: looked at, confirmed, kept whole or not at all, superseded."""

import gzip
from decimal import Decimal

from tests.integration.reporting_api.spend_calls import (
    FILE,
    import_spend,
    join_all,
    preview_spend,
    send_spend,
)
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.world import World, codes, keyed

TABLES = ("spend_imports", "spend_suppliers", "spend_sites", "spend_rows", "kept_answers")


async def counts(world: World) -> list[int]:
    return [await world.count(table) for table in TABLES]


async def test_a_file_is_looked_at_confirmed_and_kept_without_the_names_of_people(world: World):
    await join_all(world, world.council)
    before = await counts(world)
    seen = await preview_spend(world, world.council)
    assert await counts(world) == before
    summary = seen.summary
    assert (summary.row_count, summary.totals[0].net, summary.supplier_count) == (3, Decimal("1450.00"), 2)
    assert [(one.rule, one.rows, one.net_gbp) for one in summary.redactions] == [
        ("title_before_name", 1, Decimal("50.00"))
    ]
    assert [row.supplier_name for row in seen.first_rows] == ["Acme Builders Ltd", None, "Faraway Foods plc"]

    unconfirmed = await send_spend(world, keyed(world.as_org(world.council)), mapping="0" * 64)
    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (422, "spend_mapping_differs")
    assert await counts(world) == before

    headers = keyed(world.as_org(world.council))
    first = await send_spend(world, headers, mapping=summary.mapping)
    again = await send_spend(world, headers, mapping=summary.mapping)
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert first.content == again.content
    assert await counts(world) == [1, 2, 2, 3, before[-1] + 1]

    own = client(world, world.as_org(world.council))
    (kept,) = (await own.list_spend_imports(world.place)).items
    assert (kept.state, kept.summary, await own.get_spend_import(kept.id)) == ("standing", summary, kept)
    rows = (await own.list_spend_rows(kept.id)).items
    assert [(row.row, row.amount, row.supplier_name, row.postcode, row.redaction) for row in rows] == [
        (2, Decimal("1000.00"), "Acme Builders Ltd", "DH11AA", None),
        (3, Decimal("50.00"), None, None, "title_before_name"),
        (4, Decimal("400.00"), "Faraway Foods plc", "SW1A1AA", None),
    ]
    everything = await world.scalar(
        "SELECT string_agg(t::text, ' ') FROM (SELECT r::text AS t FROM spend_rows r UNION ALL"
        " SELECT s::text FROM spend_suppliers s UNION ALL SELECT i::text FROM spend_imports i) all_rows"
    )
    assert "Example" not in everything
    assert (await own.get_spend_rules()).version == summary.rules_version


async def test_a_faulty_row_refuses_the_whole_file(world: World):
    await join_all(world, world.council)
    faulty = FILE + b"\n31/09/2026,Acme Builders Ltd,,,Construction,4,5.00\n01/09/2026,Acme Ltd,,,X,5,much\n"
    seen = await preview_spend(world, world.council, faulty)
    assert [(one.row, one.code) for one in seen.faults] == [(5, "date_malformed"), (6, "number_malformed")]
    before = await counts(world)
    headers = keyed(world.as_org(world.council))
    refused = await send_spend(world, headers, faulty, mapping=seen.summary.mapping)
    assert (refused.status_code, refused.json()["code"]) == (422, "spend_rows_invalid")
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [
        ("/rows/5/paid_on", "date_malformed"),
        ("/rows/6/amount", "number_malformed"),
    ]
    assert await counts(world) == before
    zipped = await import_spend(world, world.council, gzip.compress(FILE), more={"Content-Encoding": "gzip"})
    assert zipped.summary.row_count == 3


async def test_another_file_of_the_same_days_says_that_it_supersedes(world: World):
    await join_all(world, world.council, world.charity)
    first = await import_spend(world, world.council)
    mapping = first.summary.mapping
    taken = await send_spend(world, keyed(world.as_org(world.council)), mapping=mapping)
    assert (taken.status_code, taken.json()["code"]) == (409, "spend_period_taken")
    foreign = await send_spend(
        world, keyed(world.as_org(world.charity)), mapping=mapping, supersedes=str(first.id), reason="mine"
    )
    assert (foreign.status_code, foreign.json()["code"]) == (404, "spend_import_not_found")
    silent = await send_spend(
        world, keyed(world.as_org(world.council)), mapping=mapping, supersedes=str(first.id)
    )
    assert codes(silent) == [("?reason", "reason_with_supersedes")]

    cards = await import_spend(world, world.council, ledger="purchase-cards")
    second = await import_spend(world, world.council, supersedes=str(first.id), reason="late invoices")
    own = client(world, world.as_org(world.council))
    states = [
        (one.id, one.state, one.superseded_by) for one in (await own.list_spend_imports(world.place)).items
    ]
    assert states == [
        (first.id, "superseded", second.id),
        (cards.id, "standing", None),
        (second.id, "standing", None),
    ]
    assert await world.count("spend_suppliers") == 2  # found again, not made again
    gone = await send_spend(
        world,
        keyed(world.as_org(world.council)),
        mapping=mapping,
        supersedes=str(first.id),
        reason="again",
    )
    assert (gone.status_code, gone.json()["code"]) == (409, "spend_import_superseded")
    assert await world.count("spend_imports") == 3


async def test_only_partners_import_and_for_periods_in_which_they_are(world: World):
    stranger = await send_spend(world, keyed(world.as_org(world.college)), mapping="0" * 64)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "spend_not_member")
    await join_all(world, world.council)
    future = await send_spend(
        world,
        keyed(world.as_org(world.council)),
        mapping="0" * 64,
        period_start="2026-11-23",
        period_end="2027-12-01",
    )
    assert [code for _, code in codes(future)] == ["period_in_future", "period_too_long"]
    assert await world.count("spend_imports") == 0
