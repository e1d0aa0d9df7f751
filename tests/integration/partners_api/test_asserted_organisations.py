"""Organisations that only a portal speaks of: recorded once, told to nobody, and in the way of nobody."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.db.common_tables import events
from cdp_common.kernel.identifiers import new_id
from partners_api.storage.tables import organisations

PATH = "/v1/organisations/asserted"
COMPANY = {"scheme": "GB-COH", "id": "01234567"}
PORTAL, BUYER = str(new_id()), str(new_id())


def draft(**changes: Any) -> Json:
    """A company as a portal states it to a buyer."""
    stated = {
        "portal_organisation_id": PORTAL,
        "buyer_organisation_id": BUYER,
        "identifier": COMPANY,
        "legal_name": "Weardale Kitchens Ltd",
        "data_status": "synthetic_sample",
        **changes,
    }
    return {name: value for name, value in stated.items() if value is not None}


async def stated(world: World, service: str, **changes: Any) -> Json:
    response = await world.post(PATH, draft(**changes), token=service)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


async def test_an_organisation_is_one_for_each_portal_and_buyer_and_identity(world: World):
    service = await world.service()
    first = await stated(world, service)
    assert (first["state"], first["identifiers"], first["kind"]) == ("asserted", [COMPANY], "private")
    # The name is what a person typed; the identifier says who it is.
    assert await stated(world, service, legal_name="WEARDALE KITCHENS LIMITED") == first
    local = await stated(world, service, identifier=None, portal_local_id="b-1")
    others = [
        local,
        await stated(world, service, identifier=None, portal_local_id="b-2"),
        await stated(world, service, portal_organisation_id=str(new_id())),
        await stated(world, service, buyer_organisation_id=str(new_id())),
    ]
    assert len({first["id"], *(each["id"] for each in others)}) == 5
    assert await stated(world, service, identifier=None, portal_local_id="b-1") == local


async def test_nobody_is_told_of_it_and_the_identifier_stays_free(world: World):
    service, operator = await world.service(), await world.operator()
    made = await stated(world, service)
    found = (await world.get("/v1/organisations?identifier=GB-COH:01234567")).json()["items"]
    assert found == []
    assert (await world.get(f"/v1/organisations/{made['id']}")).json() == made
    async with world.db.begin() as tx:
        query = select(events.c.type, events.c.audience).where(events.c.aggregate_id == made["id"])
        assert [tuple(row) for row in await tx.execute(query)] == [("organisation.created", ["internal"])]
    real = {"legal_name": "Weardale Kitchens Ltd", "kind": "private", "identifiers": [COMPANY]}
    verified = await world.made("/v1/organisations", real, token=operator)
    assert verified["state"] == "verified"
    [listed] = (await world.get("/v1/organisations?identifier=GB-COH:01234567")).json()["items"]
    assert listed["id"] == verified["id"]


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"identifier": None}, "invalid"),
        ({"portal_local_id": "b-1"}, "invalid"),
        ({"identifier": {"scheme": "GB-COH", "id": "12"}}, "identifier_malformed"),
    ],
)
async def test_one_identity_of_its_registers_form_is_stated(world: World, changes: Json, code: str):
    response = await world.post(PATH, draft(**changes), token=await world.service())
    assert (response.status_code, [error["code"] for error in response.json()["errors"]]) == (422, [code])


async def test_stated_many_times_at_once_it_is_recorded_once(wide_world: World):
    world = wide_world
    service = await world.service()

    async def state_it() -> httpx2.Response:
        return await world.post(PATH, draft(), token=service)

    answers = await asyncio.gather(*(state_it() for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    async with world.db.begin() as tx:
        query = select(func.count()).select_from(organisations).where(organisations.c.state == "asserted")
        assert await tx.scalar(query) == 1


async def test_a_record_is_claimed_by_the_verified_holder_of_its_identifier_alone(world: World):
    service, operator = await world.service(), await world.operator()
    named = await stated(world, service)
    local = await stated(world, service, identifier=None, portal_local_id="b-1")
    claimant = await world.registered("Weardale Kitchens Ltd", identifiers=[COMPANY])
    other = await world.registered("Kitchens of Weardale Ltd")

    async def merge(one: Any, into: Any) -> httpx2.Response:
        body = {"survivor_id": str(into), "reason": "claims its bids"}
        path = f"/v1/organisations/{one}"
        etag = (await world.get(path)).headers.get("etag")
        return await world.post(f"{path}/merge", body, token=operator, if_match=etag)

    async def verify(registered: Registered) -> None:
        path = f"/v1/organisations/{registered.organisation_id}/verification"
        answer = await world.post(path, {"method": "vouched", "evidence": "register seen"}, token=operator)
        assert answer.status_code in (200, 201), answer.text

    before = await world.events()
    refused = [
        await merge(named["id"], claimant.organisation_id),
        await merge(local["id"], claimant.organisation_id),
        await merge(claimant.organisation_id, named["id"]),
    ]
    await verify(other)
    verified_only = await world.events()
    refused.append(await merge(named["id"], other.organisation_id))
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(409, "claim_unproven")}
    assert await world.events() == verified_only
    assert len(verified_only) == len(before) + 1
    for each in (named, local):
        assert (await world.get(f"/v1/organisations/{each['id']}")).json() == each

    await verify(claimant)
    assert (await merge(named["id"], claimant.organisation_id)).status_code == 200
    claimed = await merge(local["id"], claimant.organisation_id)
    assert claimed.json()["merged_ids"] == sorted([named["id"], local["id"]])
    assert claimed.json()["identifiers"] == [COMPANY]
