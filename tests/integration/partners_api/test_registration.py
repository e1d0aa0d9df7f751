"""An organisation registers itself and has a working client at once in the sandbox."""

from datetime import timedelta
from typing import Any

import httpx2
from sqlalchemy import func, select
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import http_client
from partners_api.domain.scopes import REGISTRATION_SCOPES, UNVERIFIED_LIVE_SCOPES
from partners_api.main import create_app
from partners_api.settings import Settings
from partners_api.storage.tables import client_credentials, clients, organisations

COMPANY = {"scheme": "GB-COH", "id": "01234567"}


def request(**organisation: Any) -> dict[str, Any]:
    draft = {"legal_name": "Weardale Joinery Ltd", "kind": "private", **organisation}
    return {"organisation": draft, "client_name": "Bidding portal"}


async def test_registration_gives_an_unverified_organisation_and_a_working_client(world: World) -> None:
    answer = await world.made("/v1/registrations", request(identifiers=[COMPANY], postcode="DL13 2AA"))

    assert answer["organisation"]["state"] == "unverified"
    assert answer["organisation"]["identifiers"] == [COMPANY]
    assert answer["organisation"]["created_at"] == "2026-11-22T10:00:00Z"
    assert "postcode" not in answer["organisation"]
    assert answer["client"]["scopes"] == sorted(REGISTRATION_SCOPES)
    assert answer["client"]["authentication"] == "client_secret_basic"
    token = await world.token(answer["client"]["client_id"], answer["client"]["client_secret"])
    read = await world.get(f"/v1/clients/{answer['client']['client_id']}", token=token)
    assert read.status_code == 200
    assert read.json()["client_secret"] is None


async def test_the_same_key_gives_the_first_answer_again_secret_included(world: World) -> None:
    key = "0197f0c2-0000-7000-8000-0000000000aa"
    first = await world.post("/v1/registrations", request(), key=key)
    second = await world.post("/v1/registrations", request(), key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    other = await world.post("/v1/registrations", request(legal_name="Another Ltd"), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_registration_answers_alike_for_an_identifier_that_a_verified_organisation_has(
    world: World,
) -> None:
    owner = {"legal_name": "Owner Ltd", "kind": "private", "identifiers": [COMPANY]}
    await world.made("/v1/organisations", owner, token=await world.operator())

    known = await world.made("/v1/registrations", request(identifiers=[COMPANY]))
    unknown = await world.made(
        "/v1/registrations", request(identifiers=[{"scheme": "GB-COH", "id": "07654321"}])
    )

    assert known.keys() == unknown.keys()
    assert known["organisation"]["state"] == unknown["organisation"]["state"] == "unverified"
    assert known["client"]["scopes"] == unknown["client"]["scopes"]


async def test_a_client_that_brings_its_public_key_gets_no_secret(world: World) -> None:
    public = world.operator_key.as_dict(private=False)
    answer = await world.made("/v1/registrations", {**request(), "public_jwk": public})

    assert answer["client"]["authentication"] == "private_key_jwt"
    assert answer["client"]["client_secret"] is None
    assertion = world.assertion(answer["client"]["client_id"], world.operator_key)
    assert (await world.ask_with(assertion)).status_code == 200


async def test_a_private_key_is_refused_and_nothing_is_kept(world: World) -> None:
    async with world.db.begin() as tx:
        before = await tx.scalar(select(func.count()).select_from(organisations))
    private = world.operator_key.as_dict(private=True)
    response = await world.post("/v1/registrations", {**request(), "public_jwk": private})

    assert (response.status_code, response.json()["code"]) == (422, "private_key_sent")
    assert response.json()["errors"][0]["pointer"] == "/public_jwk/d"
    assert str(private["d"]) not in response.text
    async with world.db.begin() as tx:
        assert await tx.scalar(select(func.count()).select_from(organisations)) == before


async def test_an_identifier_stated_twice_is_refused(world: World) -> None:
    spelt_otherwise = {"scheme": "GB-COH", "id": "0123 4567"}
    response = await world.post("/v1/registrations", request(identifiers=[COMPANY, spelt_otherwise]))

    assert (response.status_code, response.json()["code"]) == (422, "identifier_repeated")
    assert response.json()["errors"][0]["pointer"] == "/organisation/identifiers/1"


async def test_a_malformed_identifier_is_refused_where_it_stands(world: World) -> None:
    malformed = {"scheme": "GB-COH", "id": "12"}
    response = await world.post("/v1/registrations", request(identifiers=[COMPANY, malformed]))

    assert (response.status_code, response.json()["code"]) == (422, "identifier_malformed")
    assert response.json()["errors"][0]["pointer"] == "/organisation/identifiers/1"


async def test_a_missing_idempotency_key_is_refused(world: World) -> None:
    response = await world.http.post("/v1/registrations", json=request())

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


async def test_in_live_a_registered_client_only_reads(world: World, settings: Settings) -> None:
    live = settings.model_copy(update={"mode": "live"})
    async with http_client(create_app(live, database=world.db, clock=world.clock)) as http:
        headers = {"Idempotency-Key": "0197f0c2-0000-7000-8000-0000000000ab"}
        answer = await http.post("/v1/registrations", json=request(), headers=headers)

    assert answer.status_code == 201
    assert answer.json()["client"]["scopes"] == sorted(UNVERIFIED_LIVE_SCOPES)


async def test_only_the_digest_of_a_secret_is_stored(world: World) -> None:
    registered = await world.registered()
    async with world.db.begin() as tx:
        row = (
            await tx.execute(
                select(client_credentials).join(clients).where(clients.c.client_id == registered.client_id)
            )
        ).one()

    assert registered.secret.startswith("cdps_")
    assert len(registered.secret) == 48
    assert len(row.secret_digest) == 32
    assert registered.secret.encode() not in row.secret_digest


async def test_registration_tells_the_feed_without_the_name(world: World) -> None:
    registered = await world.registered("Jane Smith trading as Smith Joinery")
    told = [each for each in await world.events() if each["aggregate_id"] == str(registered.organisation_id)]

    assert [each["type"] for each in told] == ["organisation.created"]
    assert told[0]["data"] == {
        "organisation_id": str(registered.organisation_id),
        "kind": "private",
        "state": "unverified",
        "data_status": "actual",
    }


async def test_one_address_registers_so_many_in_a_minute_and_more_a_little_later(
    world: World, settings: Settings
) -> None:
    few = settings.model_copy(update={"registrations_per_minute": 2, "tokens_per_minute": 1})
    async with http_client(create_app(few, database=world.db, clock=world.clock)) as http:

        async def registered() -> httpx2.Response:
            return await http.post(
                "/v1/registrations", json=request(), headers={"Idempotency-Key": str(new_id())}
            )

        first, second, third = [await registered() for _ in range(3)]
        world.clock.advance(timedelta(seconds=30))
        later = await registered()
        tokens = [await http.post("/oauth/token", data={}) for _ in range(2)]

    assert [each.status_code for each in (first, second, third, later)] == [201, 201, 429, 201]
    assert [each.headers["ratelimit"] for each in (first, second, third)] == [
        '"registrations";r=1;t=30',
        '"registrations";r=0;t=60',
        '"registrations";r=0;t=60',
    ]
    assert third.headers["ratelimit-policy"] == '"registrations";q=2;w=60'
    assert (third.headers["retry-after"], third.json()["code"]) == ("30", "too_many_requests")
    assert [each.status_code for each in tokens] == [400, 429]
    assert tokens[1].headers["ratelimit-policy"] == '"tokens";q=1;w=60'
