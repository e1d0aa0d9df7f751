"""Somebody without an account reads a draft by a token that ends: by itself, and with the draft."""

from datetime import timedelta

from sqlalchemy import text
from tests.integration.partners_api.editors import Newsroom, newsroom
from tests.integration.partners_api.world import Json, World

from partners_api.use_cases.purge_expired import purge_expired

CONTENT = {"title": "A garden", "summary": "How it came about.", "body": "Once *upon* a time."}
PATH = "/v1/hub-previews"


async def drafted(world: World, room: Newsroom, slug: str) -> str:
    page = {**CONTENT, "kind": "story", "slug": slug}
    made = await world.made(f"{room.path}/hub-pages", page, token=room.author)
    return f"/v1/hub-drafts/{made['id']}"


async def opened(world: World, draft: str, token: str, hours: int | None = None) -> Json:
    return await world.made(f"{draft}/preview-tokens", {"hours": hours}, token=token)


async def read(world: World, token: str | None) -> tuple[int, Json]:
    headers = {} if token is None else {"Preview-Token": token}
    answer = await world.call("GET", PATH, headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


async def refused(world: World, *tokens: str | None) -> set[tuple[int, str, str]]:
    answers = [await read(world, token) for token in tokens]
    return {(status, said["code"], said["detail"]) for status, said in answers}


async def stored(world: World) -> list[bytes]:
    async with world.db.begin() as tx:
        return list((await tx.execute(text("SELECT token_digest FROM hub_previews"))).scalars())


async def test_a_draft_is_read_by_its_token_until_it_is_published_or_withdrawn(world: World) -> None:
    room = await newsroom(world)
    draft, other = await drafted(world, room, "garden"), await drafted(world, room, "bench")
    note = {"version": 1, "outcome": "returned", "note": "Which school?"}
    await world.made(f"{draft}/reviews", note, token=room.reviewer)
    ours, theirs = await opened(world, draft, room.author), await opened(world, other, room.reviewer)
    assert len(ours["token"]) == 43  # 32 bytes
    assert ours["token"].encode() not in b"".join(await stored(world))
    status, shown = await read(world, ours["token"])
    assert (status, shown["state"], shown["version"]) == (200, "drafted", 1)
    assert shown["body_html"] == "<p>Once <em>upon</em> a time.</p>\n"
    assert shown["expires_at"] == ours["expires_at"]
    assert "Which school?" not in str(shown)
    assert (await read(world, theirs["token"]))[1]["slug"] == "bench"
    # Whoever reads later reads what was made of it since.
    await world.made(f"{draft}/versions", {**CONTENT, "title": "Our garden"}, token=room.author)
    assert (await read(world, ours["token"]))[1]["title"] == "Our garden"
    nothing = {(404, "preview_not_found", "The token opens no draft.")}
    assert await refused(world, None, "", "x", ours["token"] + "x", ours["token"].lower()) == nothing

    await world.made(f"{draft}/reviews", {"version": 2, "outcome": "approved"}, token=room.reviewer)
    assert (await read(world, ours["token"]))[1]["state"] == "reviewed"
    await world.made(f"{draft}/publication", {"version": 2}, token=room.publisher)
    assert await refused(world, ours["token"]) == nothing
    none = await world.post(f"{draft}/preview-tokens", {}, token=room.author)
    assert (none.status_code, none.json()["code"]) == (409, "hub_step_out_of_turn")
    # The next version has tokens of its own, and they go when the page is withdrawn.
    await world.made(f"{draft}/versions", CONTENT, token=room.author)
    again = await opened(world, draft, room.author)
    assert await refused(world, ours["token"]) == nothing
    assert (await read(world, again["token"]))[1]["version"] == 3
    await world.made(f"{draft}/withdrawal", {"reason": "The school asked"}, token=room.publisher)
    assert await refused(world, again["token"]) == nothing
    assert (await read(world, theirs["token"]))[0] == 200
    assert len(await stored(world)) == 1


async def test_tokens_end_by_themselves_and_are_counted_for_each_page(world: World) -> None:
    room = await newsroom(world)
    draft = await drafted(world, room, "garden")
    for hours in (0, 169):
        asked = await world.post(f"{draft}/preview-tokens", {"hours": hours}, token=room.author)
        assert (asked.status_code, asked.json()["code"]) == (422, "invalid_input")
    tokens = [(await opened(world, draft, room.author, 1))["token"] for _ in range(20)]
    full = await world.post(f"{draft}/preview-tokens", {}, token=room.author)
    assert (full.status_code, full.json()["code"]) == (409, "too_many_previews")
    world.clock.advance(timedelta(hours=1, microseconds=-1))
    await purge_expired(world.db, world.clock())
    assert (await read(world, tokens[0]))[0] == 200
    assert len(await stored(world)) == 20
    world.clock.advance(timedelta(microseconds=1))
    assert {status for status, _, _ in await refused(world, *tokens)} == {404}
    last = await opened(world, draft, await world.operator(), 168)  # those that are over make room
    await purge_expired(world.db, world.clock())
    assert len(await stored(world)) == 1
    assert (await read(world, last["token"]))[0] == 200
