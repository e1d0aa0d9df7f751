"""The Statement of Intent: published for good, signed once by each partner."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.partners_api.world import Registered, World

from cdp_common.kernel.identifiers import new_id

Json = dict[str, Any]
VERSION: Json = {
    "version": "2022",
    "title": "Statement of Intent",
    "text": "We will collaborate proactively.",
    "commitments": ["C1"],
    "source": "programme documents",
}
SIGNATURE: Json = {"signed_on": "2022-09-29", "signed_by_role": "Chief Executive", "assumed": True}


async def published(world: World, operator: str, place_id: str, **fields: Any) -> Json:
    return await world.made(f"/v1/places/{place_id}/statements", {**VERSION, **fields}, token=operator)


async def partner(world: World, operator: str, place_id: str, name: str) -> Registered:
    registered = await world.registered(name)
    joining = {
        "organisation_id": str(registered.organisation_id),
        "valid_from": "2022-09-29",
        "source": "test",
    }
    await world.made(f"/v1/places/{place_id}/memberships", {**joining, "source": "test"}, token=operator)
    return registered


async def test_partners_sign_and_are_listed_by_name(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    statement = await published(world, operator, place["id"])
    path = f"/v1/statements/{statement['id']}"
    for name in ("livin", "Bernicia"):
        signer = await partner(world, operator, place["id"], name)
        made = await world.made(f"{path}/signatures", SIGNATURE, token=await world.token_of(signer))
        assert (made["organisation_name"], made["signed_by_role"]) == (name, "Chief Executive")
        assert made["organisation_id"] == str(signer.organisation_id)

    read = (await world.get(path)).json()
    assert [each["organisation_name"] for each in read["signatures"]] == ["Bernicia", "livin"]
    assert {**read, "signatures": []} == statement
    told = [e["type"] for e in await world.events() if e["type"].startswith("statement.")]
    assert told == ["statement.published", "statement.signed", "statement.signed"]


async def test_an_organisation_signs_a_version_once(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    path = f"/v1/statements/{(await published(world, operator, place['id']))['id']}"
    token = await world.token_of(await partner(world, operator, place["id"], "livin"))
    await world.made(f"{path}/signatures", SIGNATURE, token=token)
    again = await world.post(f"{path}/signatures", SIGNATURE, token=token)

    assert (again.status_code, again.json()["code"]) == (409, "statement_already_signed")
    assert len((await world.get(path)).json()["signatures"]) == 1


async def test_only_partners_sign_and_not_in_the_future(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    path = f"/v1/statements/{(await published(world, operator, place['id']))['id']}/signatures"
    stranger = await world.token_of(await world.registered("Stranger Ltd"))
    member = await world.token_of(await partner(world, operator, place["id"], "livin"))
    refused = await world.post(path, SIGNATURE, token=stranger)
    tomorrow = await world.post(path, {**SIGNATURE, "signed_on": "2026-11-23"}, token=member)
    today = await world.post(path, {**SIGNATURE, "signed_on": "2026-11-22"}, token=member)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_a_member")
    assert (tomorrow.status_code, tomorrow.json()["code"]) == (422, "signed_in_future")
    assert today.status_code == 201


async def test_a_version_is_published_once(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    await published(world, operator, place["id"])
    again = await world.post(f"/v1/places/{place['id']}/statements", VERSION, token=operator)

    assert (again.status_code, again.json()["code"]) == (409, "statement_version_taken")


@pytest.mark.parametrize(("commitments", "pointer"), [(["C9"], "0"), (["C1", "C1"], "1")])
async def test_a_statement_names_commitments_of_its_place_each_once(
    world: World, commitments: list[str], pointer: str
) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    body = {**VERSION, "commitments": commitments}
    response = await world.post(f"/v1/places/{place['id']}/statements", body, token=operator)

    assert (response.status_code, response.json()["code"]) == (422, "commitment_unknown")
    assert response.json()["errors"][0]["pointer"] == f"/commitments/{pointer}"
    assert (await world.get(f"/v1/places/{place['id']}/statements")).json()["items"] == []


async def test_versions_are_listed_from_the_newest(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    for version in ("2022", "2024", "2025"):
        await published(world, operator, place["id"], version=version)
    first = (await world.get(f"/v1/places/{place['id']}/statements?limit=2")).json()
    second = (await world.get(first["next"])).json()

    assert [each["version"] for each in first["items"] + second["items"]] == ["2025", "2024", "2022"]


async def test_what_is_not_there_cannot_be_signed_or_read(world: World) -> None:
    token = await world.token_of(await world.registered())
    signing = await world.post(f"/v1/statements/{new_id()}/signatures", SIGNATURE, token=token)
    reading = await world.get(f"/v1/statements/{new_id()}")
    listing = await world.get(f"/v1/places/{new_id()}/statements")

    assert [each.json()["code"] for each in (signing, reading, listing)] == [
        "statement_not_found",
        "statement_not_found",
        "place_not_found",
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statements SET text = 'other'",
        "DELETE FROM statements",
        "UPDATE statement_signatures SET assumed = false",
        "DELETE FROM statement_signatures",
    ],
)
async def test_the_database_itself_keeps_statements_and_signatures(world: World, change: str) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    statement = await published(world, operator, place["id"])
    token = await world.token_of(await partner(world, operator, place["id"], "livin"))
    await world.made(f"/v1/statements/{statement['id']}/signatures", SIGNATURE, token=token)

    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        async with world.db.begin() as tx:
            await tx.execute(text(change))
