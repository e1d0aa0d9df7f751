"""What is an invented sample says so wherever it is read: statements, programmes, ideas, search hits."""

from tests.integration.partners_api.editors import newsroom, published
from tests.integration.partners_api.world import Json, World

SAMPLE, ACTUAL = "synthetic_sample", "actual"


async def read(world: World, path: str) -> list[Json]:
    items: list[Json] = (await world.get(path)).json()["items"]
    return items


async def test_a_sample_says_that_it_is_one_and_what_says_nothing_is_actual(world: World) -> None:
    room = await newsroom(world)
    programme = {"title": "P", "valid_from": "2023-01-01", "source": "test", "objectives": ["O6"]}
    statement = {"title": "S", "text": "We will.", "commitments": [], "source": "test"}
    for code, marked in (("real", {}), ("invented", {"data_status": SAMPLE})):
        stated = {**programme, "code": code, **marked}
        made = await world.made(f"{room.path}/programmes", stated, token=room.operator)
        listed = {each["code"]: each["data_status"] for each in await read(world, f"{room.path}/programmes")}
        assert listed[code] == made["data_status"] == (SAMPLE if marked else ACTUAL)

        version = await world.made(
            f"{room.path}/statements", {**statement, "version": code, **marked}, token=room.operator
        )
        shown = (await world.get(f"/v1/statements/{version['id']}")).json()
        assert shown["data_status"] == version["data_status"] == (SAMPLE if marked else ACTUAL)

        sent = await world.made(f"{room.path}/ideas", {"title": code, "text": "T", **marked})
        decision = {"outcome": "shown", "reason": "as agreed"}
        received = await world.get(f"/v1/received-ideas/{sent['id']}", token=room.reviewer)
        moderation = {"token": room.reviewer, "if_match": received.headers["etag"]}
        await world.post(f"/v1/ideas/{sent['id']}/moderation", decision, **moderation)
        assert (await world.get(f"/v1/ideas/{sent['id']}")).json()["data_status"] == (
            SAMPLE if marked else ACTUAL
        )

        page = await published(world, room, slug=code, title=f"Gardens {code}", **marked)
        [hit] = await read(world, f"/v1/hub/search?place=county-durham&q={code}")
        assert (hit["id"], hit["data_status"]) == (page["id"], page["data_status"])
        assert hit["data_status"] == (SAMPLE if marked else ACTUAL)
