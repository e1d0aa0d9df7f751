"""Pages of the Knowledge Hub: reviewed by another person before anybody sees them, every version kept."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.partners_api.editors import newsroom, published
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

STORY = {
    "kind": "story",
    "slug": "school-garden",
    "title": "A garden for a school",
    "summary": "Three partners built it in one spring.",
    "body": "Pupils *and* neighbours grow vegetables.\n\n<script>alert(1)</script>",
    "images": [{"url": "https://example.org/garden.jpg", "alt": "Children at a raised bed"}],
    "tags": {
        "objectives": ["O6"],
        "measures": ["OM-C01"],
        "areas": ["E01020831"],
        "human_values": ["belonging-to-a-group"],
    },
    "data_status": "synthetic_sample",
}


async def test_a_story_goes_from_draft_over_review_to_everybody_and_away_again(world: World) -> None:
    room = await newsroom(world)
    story = {**STORY, "organisation_ids": [str(room.about.organisation_id)]}
    made = await world.made(f"{room.path}/hub-pages", story, token=room.author)
    path, shown = f"/v1/hub-drafts/{made['id']}", f"/v1/hub-pages/{made['id']}"
    assert (made["state"], made["latest_version"], made["published_version"]) == ("drafted", 1, None)
    assert [
        (await world.get(shown)).status_code,
        (await world.get(shown, token=room.author)).status_code,
    ] == [
        404,
        404,
    ]
    preview = (await world.get(path, token=room.reviewer)).json()
    assert preview["content"] == {
        name: value for name, value in story.items() if name not in ("kind", "slug")
    } | {
        "images": [{**STORY["images"][0], "credit": None, "purpose": "illustration"}],  # type: ignore[index]
        "videos": [],
        "source": None,
    }
    approving = {"version": 1, "outcome": "approved"}
    for token, code in (
        (room.author, "reviewer_is_author"),
        (room.colleague, "reviewer_is_author"),  # another client of the same organisation tells nothing
        (room.stranger, "hub_page_not_found"),
    ):
        assert (await world.post(f"{path}/reviews", approving, token=token)).json()["code"] == code
    early = await world.post(f"{path}/publication", {"version": 1}, token=room.publisher)
    assert (early.status_code, early.json()["code"]) == (409, "hub_step_out_of_turn")
    returned = {"version": 1, "outcome": "returned", "note": "Which school?"}
    assert (await world.made(f"{path}/reviews", returned, token=room.reviewer))["state"] == "drafted"
    content = {name: value for name, value in story.items() if name not in ("kind", "slug")}
    await world.made(f"{path}/versions", content, token=room.author)
    late = await world.post(f"{path}/reviews", approving, token=room.reviewer)
    assert (late.status_code, late.json()["code"]) == (409, "hub_version_superseded")
    await world.made(f"{path}/reviews", {**approving, "version": 2}, token=room.reviewer)
    by_author = await world.post(f"{path}/publication", {"version": 2}, token=room.author)
    assert (by_author.status_code, by_author.json()["code"]) == (403, "manager_needed")
    await world.made(f"{path}/publication", {"version": 2}, token=room.publisher)

    read = (await world.get(shown)).json()
    assert (read["version"], read["title"], read["body"]) == (2, STORY["title"], STORY["body"])
    assert read["body_html"] == (
        "<p>Pupils <em>and</em> neighbours grow vegetables.</p>\n"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
    )
    assert read["data_status"] == "synthetic_sample"
    # A further version changes nothing of what is shown until it has come the same way.
    await world.made(f"{path}/versions", {**content, "title": "Another title"}, token=room.author)
    assert (await world.get(shown)).json() == read
    await world.made(f"{path}/withdrawal", {"reason": "The school asked for it"}, token=room.publisher)
    gone = await world.get(shown)
    assert (gone.status_code, gone.json()["code"]) == (410, "hub_page_withdrawn")
    history = (await world.get(path, token=room.author)).json()["history"]
    assert [(each["step"], each["version"]) for each in history] == [
        ("drafted", 1),
        ("returned", 1),
        ("drafted", 2),
        ("reviewed", 2),
        ("published", 2),
        ("drafted", 3),
        ("withdrawn", 2),
    ]
    earlier = (await world.get(f"{path}?version=1", token=room.author)).json()
    assert (earlier["version"], earlier["state"], earlier["content"]["title"]) == (
        1,
        "drafted",
        STORY["title"],
    )
    told = [each for each in await world.events() if each["type"].startswith("hub_page.")]
    assert [each["type"].removeprefix("hub_page.") for each in told] == [each["step"] for each in history]
    outside = (await world.get("/v1/events?limit=500", token=await world.token_of(room.about))).json()[
        "items"
    ]
    assert [each["type"] for each in outside if each["type"].startswith("hub_page.")] == [
        "hub_page.published",
        "hub_page.withdrawn",
    ]


async def test_what_is_published_is_found_by_kind_slug_tag_and_organisation(world: World) -> None:
    room = await newsroom(world)
    tags = STORY["tags"]
    about = [str(room.about.organisation_id)]
    first = await published(world, room, slug="one", tags=tags, organisation_ids=about)
    world.clock.advance(timedelta(minutes=1))
    second = await published(world, room, slug="two", kind="guidance")
    await world.made(f"{room.path}/hub-pages", {**STORY, "slug": "three"}, token=room.author)

    for query, expected in (
        ("", [second["id"], first["id"]]),
        ("?kind=guidance", [second["id"]]),
        ("?slug=one", [first["id"]]),
        ("?slug=three", []),
        ("?objective=O6", [first["id"]]),
        ("?objective=O1", []),
        ("?measure=OM-C01", [first["id"]]),
        ("?area=E01020831", [first["id"]]),
        ("?human_value=belonging-to-a-group", [first["id"]]),
        (f"?organisation_id={about[0]}", [first["id"]]),
        (f"?organisation_id={new_id()}", []),
    ):
        items = (await world.get(f"{room.path}/hub-pages{query}")).json()["items"]
        assert [each["id"] for each in items] == expected, query
    page = (await world.get(f"{room.path}/hub-pages?limit=1")).json()
    assert [each["id"] for each in (await world.get(page["next"])).json()["items"]] == [first["id"]]
    nobody = str(new_id())
    batch = (await world.post("/v1/hub-pages/batch", {"ids": [nobody, first["id"]]})).json()
    assert (batch["items"], batch["missing"]) == ([first], [nobody])
    drafts = (await world.get(f"{room.path}/hub-drafts?state=drafted", token=room.author)).json()["items"]
    assert [each["slug"] for each in drafts] == ["three"]


INCOMPLETE: list[tuple[dict[str, object], str, str]] = [
    ({"images": [{"url": "https://example.org/a.jpg"}]}, "invalid_input", "/images/0/alt"),
    ({"images": [{"url": "https://a.example", "alt": "  "}]}, "invalid_input", "/images/0/alt"),
    ({"images": [{"url": "javascript:x", "alt": "A"}]}, "invalid_input", "/images/0/url"),
    ({"videos": [{"url": "https://a.example", "title": "V"}]}, "invalid_input", "/videos/0/captions_url"),
    ({"tags": {"objectives": ["O6", "O9"]}}, "objective_unknown", "/tags/objectives/1"),
    ({"tags": {"human_values": ["wealth"]}}, "human_value_unknown", "/tags/human_values/0"),
    ({"organisation_ids": [str(new_id())]}, "organisation_not_recorded", "/organisation_ids/0"),
    ({"kind": "video"}, "hub_page_incomplete", "/videos"),
    ({"kind": "logo"}, "hub_page_incomplete", "/images"),
    ({"kind": "partner_overview"}, "hub_page_incomplete", "/organisation_ids"),
]


async def test_a_page_says_what_its_readers_need(world: World) -> None:
    room = await newsroom(world)
    for change, code, pointer in INCOMPLETE:
        response = await world.post(f"{room.path}/hub-pages", {**STORY, **change}, token=room.author)
        assert (response.status_code, response.json()["code"]) == (422, code)
        assert response.json()["errors"][0]["pointer"] == pointer
    assert (await world.get(f"{room.path}/hub-drafts", token=room.author)).json()["items"] == []


async def test_a_search_finds_what_is_published_and_marks_it_without_harm(world: World) -> None:
    room = await newsroom(world)
    hostile = 'Gardening <img src=x onerror=alert(1)> & "gardens" \ue000<b>x</b>\ue001 for all.'
    titled = await published(world, room, slug="a", title="Gardens", body="Nothing more.")
    video = {
        "url": "https://example.org/v",
        "title": "V",
        "captions_url": "https://example.org/v.vtt",
        "transcript": "We talk about *apprenticeships*.",
    }
    spoken = await published(world, room, slug="b", kind="video", body=hostile, videos=[video])
    draft = {**STORY, "slug": "c", "title": "Gardens again"}
    await world.made(f"{room.path}/hub-pages", draft, token=room.author)

    async def search(query: str) -> list[dict[str, object]]:
        response = await world.get(f"/v1/hub/search?place=county-durham&{query}")
        assert response.status_code == 200, response.text
        items: list[dict[str, object]] = response.json()["items"]
        return items

    assert [each["id"] for each in await search("q=garden")] == [
        titled["id"],
        spoken["id"],
    ]  # a title counts most
    assert [each["id"] for each in await search("q=garden&kind=video")] == [spoken["id"]]
    assert [each["id"] for each in await search("q=garden+-gardening")] == []  # one word to the stemmer
    assert [each["id"] for each in await search("q=%22apprenticeship%22")] == [spoken["id"]]
    for nothing in ("q=the", "q=%27%3A%2A%26%21%28", "q=%3Cscript%3E"):
        assert await search(nothing) == []
    [hit] = await search("q=gardening&kind=video")
    assert "<mark>Gardening</mark> &lt;img src=x onerror=alert(1)&gt; &amp; " in str(hit["snippet_html"])
    assert "<b>" not in str(hit["snippet_html"])
    assert {"text": "Gardening", "is_match": True} in hit["snippet"]  # type: ignore[operator]
    first = (await world.get("/v1/hub/search?place=county-durham&q=garden&limit=1")).json()
    second = (await world.get(first["next"])).json()
    assert [each["id"] for each in first["items"] + second["items"]] == [titled["id"], spoken["id"]]
    assert (await world.get("/v1/hub/search?place=nowhere&q=garden")).json()["code"] == "place_not_found"
    await world.made(f"/v1/hub-drafts/{titled['id']}/withdrawal", {"reason": "old"}, token=room.publisher)
    assert [each["id"] for each in await search("q=garden")] == [spoken["id"]]


async def test_contacts_come_and_go_without_a_trace(world: World) -> None:
    room = await newsroom(world)
    path = f"{room.path}/hub-contacts"
    nowhere = await world.post(path, {"label": "Team", "purpose": "bids"}, token=room.publisher)
    team = {"label": "Social value team", "purpose": "questions", "telephone": "+44 3000 000000"}
    made = await world.made(path, team, token=room.publisher)

    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "hub_contact_unreachable")
    assert (await world.get(path)).json()["items"] == [made]
    removed = await world.call("DELETE", f"/v1/hub-contacts/{made['id']}", token=room.publisher)
    again = await world.call("DELETE", f"/v1/hub-contacts/{made['id']}", token=room.publisher)
    assert [removed.status_code, again.status_code] == [204, 404]
    assert (await world.get(path)).json()["items"] == []


@pytest.mark.parametrize("table", ["hub_page_versions", "hub_page_steps"])
async def test_the_database_itself_keeps_versions_and_steps(world: World, table: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        async with world.db.begin() as tx:
            await tx.execute(text(f"DELETE FROM {table}"))
