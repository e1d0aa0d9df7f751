"""Loading, publishing and reading editions."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from tests.integration.toms_engine.packs import licensed_pack, measure, pack
from tests.integration.toms_engine.world import World, faults

from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.toms import Edition
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import TestDatabases
from toms_engine.domain.canonical import edition_hash
from toms_engine.storage.editions import catalogue_of
from toms_engine.use_cases.pack_content import content_of_pack

UNKNOWN_HASH = "f" * 64


async def event_types(world: World) -> list[str]:
    headers = world.mint.headers(scopes=["events:internal"])
    feed = (await world.http.get("/v1/events", headers=headers)).json()
    return [event["type"] for event in feed["items"]]


async def test_a_pack_becomes_a_draft(world: World):
    loaded = await world.load(pack())
    assert loaded.status_code == 201
    edition = Edition.model_validate(loaded.json())
    assert (edition.state, edition.published_at, edition.measure_count) == ("draft", None, 3)
    assert edition.edition_hash == edition_hash(content_of_pack(FrameworkPack.model_validate(pack())))
    assert edition.crosswalks == []
    assert loaded.headers["Location"] == f"/v1/editions/{edition.id}"
    read = await world.http.get(loaded.headers["Location"], headers=world.writer())
    assert read.headers["ETag"] == loaded.headers["ETag"]
    assert [crosswalk["scheme"] for crosswalk in read.json()["crosswalks"]] == ["pillars"]
    assert await event_types(world) == ["edition.drafted"]


async def test_what_is_stored_gives_the_same_hash_again(world: World):
    for sent in (pack(), licensed_pack()):
        edition = (await world.load(sent)).json()
        async with world.db.begin() as tx:
            book = await catalogue_of(tx, edition["id"])
        assert book is not None
        assert edition_hash(book.content) == edition["edition_hash"]


async def test_the_same_key_gives_the_first_answer_again(world: World):
    key = str(new_id())
    first = await world.load(pack(), key=key)
    again = await world.load(pack(), key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert await world.count("editions") == 1
    other = await world.load(pack(title="Another"), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_an_import_needs_a_key(world: World):
    answer = await world.http.post("/v1/frameworks", json=pack(), headers=world.writer())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert await world.count("frameworks") == 0


async def test_the_same_pack_gives_the_same_edition(world: World):
    first = await world.load(pack())
    again = await world.load(pack())
    assert again.status_code == 200
    assert again.json() == first.json()
    assert await event_types(world) == ["edition.drafted"]


async def test_the_same_pack_gives_the_published_edition(world: World):
    published = await world.published(pack())
    again = await world.load(pack())
    assert (again.status_code, again.json()["state"]) == (200, "published")
    assert again.json()["id"] == published["id"]


async def test_another_pack_replaces_the_draft(world: World):
    first = await world.load(pack())
    second = await world.load(pack(title="Better", measures=[measure("M1")], crosswalks=[]))
    assert second.status_code == 200
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["edition_hash"] != first.json()["edition_hash"]
    assert (second.json()["title"], second.json()["measure_count"]) == ("Better", 1)
    stale = await world.publish(first)
    assert (stale.status_code, stale.json()["code"]) == (412, "if_match_stale")
    assert (await world.publish(second)).status_code == 200
    assert await event_types(world) == ["edition.drafted", "edition.drafted", "edition.published"]


async def test_another_pack_under_a_published_code_is_refused(world: World):
    published = await world.published(pack())
    refused = await world.load(pack(title="Better"))
    assert (refused.status_code, refused.json()["code"]) == (409, "edition_code_taken")
    read = await world.http.get(f"/v1/editions/{published['id']}")
    assert read.json() == published


async def test_publication_is_told_to_everybody(world: World):
    world.clock.advance(timedelta(minutes=5))
    published = await world.published(pack())
    assert (published["state"], published["published_at"]) == ("published", "2026-11-22T10:05:00Z")
    outsider = world.mint.headers(scopes=["events:read"])
    feed = (await world.http.get("/v1/events", headers=outsider)).json()
    [event] = feed["items"]
    assert event["type"] == "edition.published"
    assert event["effective_on"] == "2025-01-01"
    assert event["data"] == {
        "framework": "family-measures",
        "edition": "2026",
        "edition_hash": published["edition_hash"],
        "title": "Family measures",
        "derived_from": None,
    }


async def test_an_edition_is_published_once(world: World):
    published = await world.published(pack())
    read = await world.http.get(f"/v1/editions/{published['id']}")
    again = await world.publish(read)
    assert (again.status_code, again.json()["code"]) == (409, "edition_already_published")
    without = await world.http.post(f"/v1/editions/{published['id']}/publish", headers=world.writer())
    assert (without.status_code, without.json()["code"]) == (428, "if_match_missing")


async def test_two_publications_at_once_publish_once(wide_world: World):
    draft = await wide_world.load(pack())
    answers = await asyncio.gather(wide_world.publish(draft), wide_world.publish(draft))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert await event_types(wide_world) == ["edition.drafted", "edition.published"]


async def test_two_imports_at_once_make_one_edition(wide_world: World):
    answers = await asyncio.gather(*(wide_world.load(pack()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_every_fault_of_a_pack_is_reported_and_nothing_stored(world: World):
    refused = await world.load(pack(measures=[measure(outcome="O9"), measure(proxy="none-such")]))
    assert (refused.status_code, refused.json()["code"]) == (422, "pack_refused")
    assert faults(refused) == [
        ("/measures/1/code", "code_duplicate"),
        ("/measures/0/outcome", "outcome_unknown"),
        ("/measures/1/proxy", "proxy_unknown"),
    ]
    assert await world.count("editions") == 0
    assert await world.count("frameworks") == 0
    assert await event_types(world) == []


async def test_a_pack_with_more_words_than_an_answer_holds_is_refused(world: World):
    outcomes = [{"code": f"O{index}", "theme": "T1", "title": "£" * 300} for index in range(1, 150)]
    refused = await world.load(pack(outcomes=outcomes))
    assert (refused.status_code, refused.json()["code"]) == (413, "pack_too_large")
    assert await world.count("editions") == 0


async def test_a_framework_belongs_to_who_brought_it(world: World):
    draft = await world.load(pack())
    other = world.other_writer()
    refused = await world.load(pack(edition="2027"), other)
    assert (refused.status_code, refused.json()["code"]) == (403, "framework_not_yours")
    hidden = await world.publish(draft, other)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "edition_not_found")
    assert (await world.publish(draft)).status_code == 200
    forbidden = await world.publish(draft, other)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "framework_not_yours")


async def test_drafts_show_to_their_owner_alone(world: World):
    draft = (await world.load(pack())).json()
    paths = (
        f"/v1/editions/{draft['id']}",
        f"/v1/editions/by-hash/{draft['edition_hash']}",
        f"/v1/editions/{draft['id']}/measures",
    )
    without_scope = world.mint.headers(org=world.owner)
    for path in paths:
        assert (await world.http.get(path, headers=world.writer())).status_code == 200
        for headers in ({}, world.other_writer(), world.valuer(), without_scope):
            hidden = await world.http.get(path, headers=headers)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "edition_not_found")


async def test_lists_hold_what_is_published_and_own_drafts(world: World):
    await world.published(pack(framework="b-measures"))
    await world.published(pack(framework="a-measures", edition="2025"))
    await world.load(pack(framework="a-measures", edition="2026"))

    async def listed(headers=None, **query):
        page = (await world.http.get("/v1/editions", params=query, headers=headers or {})).json()
        return [(item["framework"], item["edition"]) for item in page["items"]]

    published = [("a-measures", "2025"), ("b-measures", "2026")]
    assert await listed() == published
    assert await listed(world.other_writer()) == published
    assert await listed(world.writer()) == [published[0], ("a-measures", "2026"), published[1]]
    assert await listed(world.writer(), state="draft") == [("a-measures", "2026")]
    assert await listed(state="draft") == []
    assert await listed(framework="b-measures") == [published[1]]


async def test_lists_come_in_pages(world: World):
    for code in ("2024", "2025", "2026"):
        await world.published(pack(edition=code))
    first = (await world.http.get("/v1/editions", params={"limit": 2})).json()
    assert [item["edition"] for item in first["items"]] == ["2024", "2025"]
    second = (await world.http.get(first["next"])).json()
    assert ([item["edition"] for item in second["items"]], second["next"]) == (["2026"], None)


async def test_an_edition_that_is_not_there(world: World):
    for path in (f"/v1/editions/{new_id()}", f"/v1/editions/by-hash/{UNKNOWN_HASH}"):
        answer = await world.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "edition_not_found")


async def test_an_unchanged_edition_is_not_sent_again(world: World):
    published = await world.published(pack())
    path = f"/v1/editions/by-hash/{published['edition_hash']}"
    read = await world.http.get(path)
    again = await world.http.get(path, headers={"If-None-Match": read.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


CHANGES = (
    "UPDATE editions SET title = 'Another'",
    "UPDATE editions SET state = 'draft', published_at = NULL",
    "DELETE FROM editions",
    "TRUNCATE editions CASCADE",
    "UPDATE measures SET title = 'Another'",
    "DELETE FROM measures",
    "TRUNCATE measures",
    "INSERT INTO measures SELECT m.* FROM measures m",
    "UPDATE proxies SET central_gbp = 1",
    "DELETE FROM proxies",
    "TRUNCATE proxies CASCADE",
    "INSERT INTO proxies SELECT p.* FROM proxies p",
    "DELETE FROM frameworks",
    "UPDATE frameworks SET owner_org = gen_random_uuid()",
)


async def test_the_database_refuses_to_change_what_is_published(wide_world: World, databases: TestDatabases):
    await wide_world.published(pack())
    before = await everything(wide_world)
    owner = create_async_engine(databases.owner_url(wide_world.db), connect_args={"ssl": False})
    for engine in (wide_world.db.engine, owner):
        for statement in CHANGES:
            with pytest.raises(DBAPIError, match=r"refused|permission denied"):
                async with engine.begin() as tx:
                    await tx.execute(text(statement))
    await owner.dispose()
    assert await everything(wide_world) == before


async def everything(world: World) -> list[object]:
    async with world.db.begin() as tx:
        return list((await tx.execute(text("SELECT * FROM frameworks, editions, measures, proxies"))).all())


async def test_a_draft_can_still_be_changed_in_the_database(wide_world: World):
    await wide_world.load(pack())
    async with wide_world.db.begin() as tx:
        await tx.execute(text("DELETE FROM measures WHERE code = 'M3'"))
    assert await wide_world.count("measures") == 2


@pytest.mark.parametrize("day", ["0", "1767225600", "-86400", "tomorrow"])
async def test_a_number_of_seconds_is_no_day(day: str, world: World):
    refused = await world.http.get("/v1/editions", params={"effective_on": day})
    assert (refused.status_code, faults(refused)) == (422, [("?effective_on", "wrong_format")])
