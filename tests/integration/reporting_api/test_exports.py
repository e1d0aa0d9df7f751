"""Exports: who gets which rows, exactly; files that are whole or absent; limits, ends and interruptions."""

import hashlib
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import text
from tests.integration.reporting_api.export_calls import (
    PATH,
    asked,
    content,
    export,
    make,
    read,
    rows,
    try_export,
)
from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.world import World, codes, contract_line, line

from cdp_common.clients.exports import ExportNotDone
from cdp_common.contracts.exports import ExportRequest
from cdp_common.contracts.reporting import Report
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.content_digest import digest_header
from reporting_api.domain.exports import ExportAsked, ExportLimits
from reporting_api.storage.export_rows import facts_of, hold_snapshot, stream_rows
from reporting_api.storage.exports import take_up
from reporting_api.use_cases.make_export import ExportWorker, exports_made
from reporting_api.use_cases.tend_evidence import EvidenceRetention, tend_evidence
from reporting_api.use_cases.tend_exports import tend_exports

LICENCE = "frameworks:licensed:open-toms"
NEVER = EvidenceRetention(unused=timedelta(days=9_999), after_period=timedelta(days=9_999))
QUARTER_START, QUARTER_END = date(2026, 7, 1), date(2026, 9, 30)
REVIEWED_HOW = ("review_method", "evidence_level")
LIVE = ("ledger_entries", "report_lines", "commitments")


def manager(world: World, *scopes: str, **token: Any) -> dict[str, str]:
    return world.as_manager(scopes=["reporting:read", "publications:write", "reports:read", *scopes], **token)


async def quarter(world: World) -> Report:
    """A contract of the supplier's, its report on it, and one of the council with a licensed line."""
    made = await world.sign()
    await world.report(
        world.supplier,
        contract_line(made.lines[0].line_id, areas=[{"area_code": "E01000001", "share": "0.5"}]),
    )
    carbon = line("CARBON", "1.23456789", "tco2e", note="not exported", attribution_share="0.5")
    return await world.report(world.council, line(), line("BANKED", "2", "count"), carbon)


async def test_rows_are_those_that_are_read_one_by_one(world: World):
    report = await quarter(world)
    council, staff = world.as_org(world.council), manager(world)
    await world.seal()
    await world.review(
        report, {0: "9"}, world.as_validator(scopes=["reports:validate", "reports:read", LICENCE])
    )
    path = f"/v1/places/{world.place}/ledger-entries"
    listed = (await world.http.get(path, params={"limit": 100}, headers=staff)).json()["items"]
    place = await export(world, staff, rows="place", period_start="2026-01-01", period_end="2028-12-31")
    found = await rows(world, staff, place.id)
    shared = set(found[0]) & set(listed[0])
    assert len(shared) == 32
    assert found == [{**row, **_as_exported(entry, shared)} for row, entry in zip(found, listed, strict=True)]
    # What is sealed comes first, in its order; the review waits for its position.
    positions = [row["position"] for row in found]
    assert positions == [*sorted(positions[:-1]), None]
    assert (found[-1]["figure"], found[-1]["counted_quantity"], found[-1]["social_gbp"]) == (
        "validated",
        "9",
        "161.64",
    )
    assert place.about is not None
    assert (place.about.ledger_position, place.about.edition_hashes, place.about.licensed_left_out) == (
        positions[-2],
        [EDITION],
        True,
    )
    assert (place.about.licence, place.about.licensed_frameworks) == (None, [])
    assert (place.rows_done, place.rows_total, place.state) == (len(found), len(found), "done")

    own = await rows(world, council, (await export(world, council)).id)
    assert {row["deliverer_id"] for row in own} == {str(world.council)}
    assert {row["measure"] for row in own} == {"HOURS", "CARBON"}

    lines = await rows(world, council, (await export(world, council, "report_lines")).id)
    assert [(row["measure"], row["quantity"], row["total_gbp"], row["withheld"]) for row in lines] == [
        ("HOURS", "10", "179.60", None),
        ("BANKED", "2", None, "licensed"),
        ("CARBON", "1.23456789", "166.67", None),
    ]
    assert (lines[0]["accepted_quantity"], lines[0]["validated_gbp"]) == ("9", "161.64")
    assert lines[2]["attribution_share"] == "0.5"
    assert [lines[0][name] for name in REVIEWED_HOW] == ["sample of time sheets", "documented"]
    assert [lines[2][name] for name in REVIEWED_HOW] == [None, None]
    assert not {"note", "evidence"} & set(lines[0])
    auditor = world.as_validator(roles={world.place: ["officer"]}, scopes=["reports:read"])
    theirs = await rows(world, auditor, (await export(world, auditor, "report_lines", rows="place")).id)
    assert [(row["organisation_name"], row["measure"]) for row in theirs] == [
        ("Supplier", "HOURS"),
        ("Council", "HOURS"),
        ("Council", "CARBON"),
    ]
    assert json.loads(theirs[0]["areas"]) == [{"area_code": "E01000001", "share": "0.5"}]

    held = {"scopes": ["reports:read", "reporting:read"], "roles": {world.place: ["officer"]}}
    officer = world.mint.headers(org=world.college, **held)
    promised: dict[str, Any] = {"kind": "commitments"}
    for who, whose, title in (
        (council, "own", "Grounds"),
        (world.as_org(world.supplier), "own", "Grounds"),
        (officer, "place", None),
    ):
        [only] = await rows(world, who, (await export(world, who, **promised, rows=whose)).id)
        assert (only["title"], only["quantity"], only["deliverer_name"]) == (title, "1336.3", "Supplier")
    stranger = world.as_org(world.college)
    for kind in LIVE:
        assert await rows(world, stranger, (await export(world, stranger, kind)).id) == []

    for kind, shown in (("ledger_entries", found), ("report_lines", lines), ("commitments", [only])):
        schema = (await world.http.get(f"/v1/export-schemas/{kind}")).json()["row_schema"]
        for row in shown:
            Draft202012Validator(schema).validate(row)


def _as_exported(entry: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """A listed entry's fields as its exported row spells them."""
    shown = {name: entry[name] for name in names}
    return shown | {"recorded_at": shown["recorded_at"].replace("Z", ".000000Z")}


async def test_nobody_gets_more_by_asking_for_many(world: World):
    await quarter(world)
    council, staff, holder = world.as_org(world.council), manager(world), manager(world, LICENCE)
    for kind in LIVE:
        refused = await try_export(world, council, asked(world, kind, rows="place"))
        assert (refused.status_code, refused.json()["code"]) in (
            (403, "role_missing"),
            (403, "scope_missing"),
        )
        elsewhere = asked(world, kind, rows="place", place_id=str(new_id()))
        assert (await try_export(world, staff, elsewhere)).status_code == 403
    assert await world.count("exports") == 0

    with_licence = await export(world, holder, "report_lines", rows="place")
    assert with_licence.about is not None
    assert with_licence.about.licensed_frameworks == ["open-toms"]
    assert [row["total_gbp"] for row in await rows(world, holder, with_licence.id)] == [
        "1796.00",
        "179.60",
        "10.00",
        "166.67",
    ]
    # A colleague without the licence knows of the file, and does not get it.
    assert (await read(world, staff, with_licence.id)) == with_licence
    refused = await content(world, staff, with_licence.id)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    # Somebody whose role has ended knows nothing of it any more.
    assert (await content(world, world.as_org(world.council), with_licence.id)).status_code == 404
    assert (await world.http.get(PATH, headers=council)).json()["items"] == []

    for org in (world.charity, world.college, world.assessor):
        await world.report(org)
    await world.seal()
    await world.publish()
    college = world.as_org(world.college)
    figures = await export(world, college, "published_figures", rows=None, publication_number=1)
    assert figures.about is not None
    assert (figures.about.licence, figures.about.publication_number) == ("OGL-UK-3.0", 1)
    published = (await world.ask_value()).json()
    exported = await rows(world, college, figures.id)
    [delivered] = [r for r in exported if (r["grouping"], r["figure"]) == ("total", "delivered")]
    assert delivered["total_gbp"] == published["figures"]["delivered"]["total_gbp"]
    schema = (await world.http.get("/v1/export-schemas/published_figures")).json()["row_schema"]
    for row in exported:
        Draft202012Validator(schema).validate(row)
        assert (row["total_gbp"] is None) == (row["withheld"] is not None)
    assert {row["withheld"] for row in exported} == {None, "disclosure", "licensed"}

    for changes in (
        {"publication_number": 2},
        {"period_end": "2026-08-31"},
        {"as_of": "2026-01-01T00:00:00Z"},
    ):
        absent = await export(world, college, "published_figures", rows=None, **changes)
        assert (absent.state, absent.fault) == ("failed", "not_published")
    refused = await content(world, college, absent.id)
    assert (refused.status_code, refused.json()["code"]) == (410, "export_has_no_file")


async def test_parquet_holds_the_same_rows_with_their_types(world: World, tmp_path: Path):
    await quarter(world)
    await world.seal()
    staff = manager(world)
    plain = await export(world, staff, rows="place")
    typed = await export(world, staff, rows="place", format="parquet")
    assert typed.state == "done", typed
    assert typed.about is not None
    council = client(world, staff)
    await council.download_export(typed, tmp_path / "ledger.parquet")
    told = pl.read_parquet_metadata(tmp_path / "ledger.parquet")["cdp_export"]
    assert json.loads(told) == typed.about.model_dump(mode="json")
    found = pl.read_parquet(tmp_path / "ledger.parquet")
    kinds = [found.schema[name] for name in ("counted_quantity", "social_gbp", "effective_on", "position")]
    assert kinds == [pl.Decimal(28, 8), pl.Decimal(20, 2), pl.Date(), pl.Int64()]
    assert found.schema["recorded_at"] == pl.Datetime("us", "UTC")
    assert list((await council.get_export_schema("ledger_entries")).parquet_types) == found.columns
    expected = await rows(world, staff, plain.id)
    named = ("id", "figure", "position", "commissioner_id", "area_code")
    assert found.select(named).rows() == [tuple(row[name] for name in named) for row in expected]
    for name in ("counted_quantity", "social_gbp", "low_gbp"):
        exact = [None if row[name] is None else Decimal(row[name]) for row in expected]
        assert found[name].to_list() == exact
    assert Decimal("0.61728394") in found["counted_quantity"].to_list()
    assert found["effective_on"].to_list() == [date.fromisoformat(row["effective_on"]) for row in expected]
    assert found["recorded_at"].to_list() == [datetime.fromisoformat(row["recorded_at"]) for row in expected]
    with pytest.raises(ExportNotDone):
        await council.download_export(typed.model_copy(update={"sha256": None}), tmp_path / "none")
    (tmp_path / "held.part").touch()  # of another download that is under way
    with pytest.raises(FileExistsError):
        await council.download_export(typed, tmp_path / "held")


async def test_a_file_is_given_whole_or_in_parts_until_it_is_forgotten(world: World):
    await world.report(world.council)
    council = world.as_org(world.council)
    made = await export(world, council)
    whole = await content(world, council, made.id)
    assert made.sha256 == hashlib.sha256(whole.content).hexdigest()
    assert len(whole.content) == made.byte_count
    etag = f'"{made.sha256}"'
    digest = digest_header(made.sha256)
    wanted = ("etag", "repr-digest", "content-digest", "content-type", "accept-ranges", "cache-control")
    assert [whole.headers[name] for name in wanted] == [
        *(etag, digest, digest),
        *("application/gzip", "bytes", "private, no-store"),
    ]
    assert made.file_name is not None
    assert made.file_name in whole.headers["content-disposition"]
    part = await content(world, council, made.id, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{made.byte_count}"
    assert "content-digest" not in part.headers
    assert (
        await content(world, council, made.id, Range="bytes=0-1", **{"If-Range": '"x"'})
    ).status_code == 200
    beyond = await content(world, council, made.id, Range=f"bytes={made.byte_count}-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert (await content(world, council, made.id, **{"If-None-Match": etag})).status_code == 304
    # The same rows are the same bytes.
    assert (await export(world, council)).sha256 == made.sha256

    store = Path(str(world.app.state.settings.evidence_store).removeprefix("file://"))
    blob = store / "exports" / str(made.id) / "1"
    assert blob.read_bytes() == whole.content
    assert made.expires_at == world.clock() + timedelta(days=7)
    await tend_exports(world.db, lambda: world.clock() + timedelta(days=7, seconds=-1))
    assert (await read(world, council, made.id)).state == "done"
    await tend_exports(world.db, lambda: world.clock() + timedelta(days=7))
    gone = await content(world, council, made.id)
    assert (gone.status_code, gone.json()["code"]) == (410, "export_expired")
    keeping = world.app.state.evidence_keeping
    await tend_evidence(world.db, keeping, NEVER, lambda: world.clock() + timedelta(days=7))
    assert not blob.exists()
    assert await world.count("loose_blobs") == 0
    assert (await read(world, council, made.id)).sha256 == made.sha256
    await tend_exports(world.db, lambda: world.clock() + timedelta(days=38))
    assert await world.count("exports") == 0
    told = [data for kind, data in await world.events() if kind == "export.finished"]
    assert (told[0]["export_id"], told[0]["state"]) == (str(made.id), "done")


async def test_the_ledger_is_exported_as_it_was_sealed_then(world: World):
    report = await world.report(world.council)
    await world.seal()
    then = world.clock()
    world.clock.advance(timedelta(days=1))
    council = world.as_org(world.council)
    await world.review(report)
    await world.seal()
    early = await export(world, council, as_of=then.isoformat())
    assert [row["figure"] for row in await rows(world, council, early.id)] == ["delivered"]
    assert early.about is not None
    assert (early.about.as_of, early.about.ledger_position) == (then, 1)
    assert early.about.coverage is None
    late = await export(world, council)
    assert [row["figure"] for row in await rows(world, council, late.id)] == ["delivered", "validated"]
    # What lies between two is a file of its own: nothing of the first changed.
    between = await export(world, council, after_position=1, ledger_position=2)
    assert between.about is not None
    assert (between.about.after_position, between.about.ledger_position) == (1, 2)
    first_rows, added, whole = [await rows(world, council, one.id) for one in (early, between, late)]
    assert (first_rows + added, [row["position"] for row in added]) == (whole, [2])
    at_one = await export(world, council, ledger_position=1)
    assert await rows(world, council, at_one.id) == first_rows
    await world.report(world.college, line("GIFTS", "5", "gbp_invested"))
    waiting = await export(world, manager(world), rows="place", after_position=2)
    assert [(row["position"], row["figure"]) for row in await rows(world, manager(world), waiting.id)] == [
        (None, "delivered")
    ]
    before = await world.count("exports")
    refusals: tuple[tuple[dict[str, Any], tuple[str, str]], ...] = (
        ({"ledger_position": 3}, ("/ledger_position", "position_not_sealed")),
        ({"after_position": 3}, ("/after_position", "position_not_sealed")),
        ({"ledger_position": 1, "after_position": 2}, ("/after_position", "positions_reversed")),
        ({"ledger_position": 1, "as_of": then.isoformat()}, ("/ledger_position", "position_beside_moment")),
        ({"kind": "report_lines", "after_position": 0}, ("/after_position", "position_not_asked")),
    )
    for changes, fault in refusals:
        refused = await try_export(world, council, asked(world, **{"kind": "ledger_entries", **changes}))
        assert (refused.status_code, codes(refused)) == (422, [fault])
    assert await world.count("exports") == before
    first = await try_export(world, council, asked(world, as_of="0001-01-01T00:00:00+23:59"))
    assert (first.status_code, codes(first)) == (422, [("/as_of", "as_of_too_early")])
    refused = await try_export(world, council, asked(world, "commitments", as_of=then.isoformat(), rows=None))
    assert (refused.status_code, codes(refused)) == (
        422,
        [("/rows", "rows_missing"), ("/as_of", "as_of_not_kept")],
    )


async def test_limits_are_kept_and_nothing_half_made_is_given(world: World, monkeypatch: pytest.MonkeyPatch):
    await world.report(world.council, line(), line("GIFTS", "5", "gbp_invested"))
    council, limits = world.as_org(world.council), world.app.state.export_limits
    ids = [(await try_export(world, council, asked(world))).json()["id"] for _ in range(3)]
    refused = await try_export(world, council, asked(world))
    assert (refused.status_code, refused.json()["code"]) == (409, "exports_too_many")
    assert await world.count("pgqueuer WHERE entrypoint = 'export'") == 3
    # Another organisation has its own room.
    assert (await try_export(world, world.as_org(world.college), asked(world))).status_code == 202

    def bounded(**changes: Any) -> ExportWorker:
        blobs = world.app.state.export_blobs
        stated = ExportLimits(**{name: getattr(limits, name) for name in ExportLimits.__slots__} | changes)
        return ExportWorker(world.db, blobs, stated, world.clock)

    waiting = await content(world, council, ids[0])
    assert (waiting.status_code, waiting.json()["code"]) == (409, "export_not_finished")
    await make(world, ids[0], bounded(most_rows=1))
    await make(world, ids[1], bounded(most_bytes=10))
    for small in ids[:2]:
        assert ((ended := await read(world, council, small)).state, ended.fault) == ("failed", "too_large")
        assert ended.sha256 is None
    await make(world, ids[2], bounded(most_rows=2))
    assert (await read(world, council, ids[2])).state == "done"
    full = ExportLimits(**{n: getattr(limits, n) for n in ExportLimits.__slots__} | {"most_kept_bytes": 100})
    world.app.state.export_limits = full
    refused = await try_export(world, council, asked(world))
    assert (refused.status_code, refused.json()["code"]) == (409, "exports_too_large")
    world.app.state.export_limits = limits
    assert (await world.http.delete(f"{PATH}/{ids[2]}", headers=council)).status_code == 204
    assert (await world.http.get(f"{PATH}/{ids[2]}", headers=council)).status_code == 404
    assert await world.count("loose_blobs") == 1

    # A worker that is told to stop puts its export off; one that died is not waited for.
    again = (await try_export(world, council, asked(world))).json()["id"]
    stopped = bounded()
    stopped.stop()
    await make(world, again, stopped)
    assert (await read(world, council, again)).state == "queued"
    async with world.db.begin() as tx:
        died = await take_up(tx, UUID(again), world.clock())
        await tx.execute(text("DELETE FROM pgqueuer"))
    assert died is not None
    await tend_exports(world.db, lambda: world.clock() + timedelta(seconds=60))
    assert await world.count("pgqueuer") == 0
    await tend_exports(world.db, lambda: world.clock() + timedelta(seconds=61))
    await tend_exports(world.db, lambda: world.clock() + timedelta(seconds=61))
    assert await world.count("pgqueuer WHERE entrypoint = 'export'") == 2  # the college's, and this one
    await make(world, again)
    assert ((done := await read(world, council, again)).state, done.rows_done) == ("done", 2)
    assert await world.scalar("SELECT attempt FROM exports WHERE id = :id", id=again) == 3

    # What is cancelled while it is made stays so, and its file is nobody's.
    late = (await try_export(world, council, asked(world))).json()["id"]
    blobs = world.app.state.export_blobs
    put = blobs.put

    async def cancelled_meanwhile(key: str, file: Any) -> None:
        await put(key, file)
        assert (await world.http.delete(f"{PATH}/{late}", headers=council)).status_code == 204

    monkeypatch.setattr(blobs, "put", cancelled_meanwhile)
    await make(world, late, bounded())
    monkeypatch.undo()
    assert (await read(world, council, late)).state == "cancelled"
    assert await world.count("loose_blobs") == 2
    assert (await content(world, council, late)).status_code == 410
    broken = (await try_export(world, council, asked(world))).json()["id"]
    async with world.db.begin() as tx:
        await tx.execute(text("UPDATE exports SET attempt = 3 WHERE id = :id"), {"id": broken})
    await make(world, broken)
    assert ((ended := await read(world, council, broken)).state, ended.fault) == ("failed", "interrupted")
    idempotent = {**council, "Idempotency-Key": str(new_id())}
    first = await world.http.post(PATH, json=asked(world), headers=idempotent)
    second = await world.http.post(PATH, json=asked(world), headers=idempotent)
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"] == f"{PATH}/{first.json()['id']}"


async def test_the_queue_makes_exports_of_one_moment(wide_world: World, tmp_path: Path):
    world = wide_world
    await world.report(world.council)
    period = Period(QUARTER_START, QUARTER_END)
    own = ExportAsked(
        *("ledger_entries", "jsonl", "own", world.council, world.place, period, None, None),
        frozenset[str](),
    )
    async with world.db.begin() as tx:
        await hold_snapshot(tx)
        facts = await facts_of(tx, own, [world.council], None)
        await world.seal()
        read_rows = [row async for batch in stream_rows(tx, own, [world.council], None) for row in batch]
    assert facts.shown == len(read_rows) == 1
    assert json.loads(read_rows[0])["position"] is None  # it was sealed after the snapshot

    council = client(world, world.as_org(world.council))
    request = ExportRequest(
        kind="ledger_entries",
        format="jsonl",
        place_id=world.place,
        period_start=QUARTER_START,
        period_end=QUARTER_END,
        rows="own",
    )
    url = world.db.engine.url.render_as_string(hide_password=False)
    async with exports_made(world.app.state.export_worker, url, world.db.schema):
        asked_for = await council.create_export(request, idempotency_key=key())
        done = await council.wait_for_export(asked_for.id, within_s=30)
    await council.download_export(done, tmp_path / "ledger.jsonl.gz")
    assert (tmp_path / "ledger.jsonl.gz").stat().st_size == done.byte_count
    assert [one.id for one in (await council.list_exports()).items] == [done.id]
    await council.delete_export(done.id)
    waiting = await council.create_export(request, idempotency_key=key())
    with pytest.raises(ExportNotDone):
        await council.wait_for_export(waiting.id, within_s=0)
