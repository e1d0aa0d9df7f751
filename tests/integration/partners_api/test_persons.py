"""People: they come from a provider that is trusted, do what their roles allow, and can be erased."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text
from tests.integration.partners_api.people import ISSUER, People
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.identifiers import new_id


@pytest.fixture
async def people(world: World) -> People:
    return People(world, await world.operator())


@pytest.fixture
async def place(world: World, people: People) -> Json:
    return await world.place(people.operator)


async def claims(world: World, response: httpx2.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    keys = (await world.get("/.well-known/jwks.json")).json()["keys"]
    token = response.json()["access_token"]
    return dict(jwt.decode(token, OKPKey.import_key(keys[0]), algorithms=["Ed25519"]).claims)


def error_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


async def test_a_person_signs_in_elsewhere_and_does_here_what_client_and_roles_allow(
    world: World, people: People, place: Json
) -> None:
    council = await world.registered("Council", kind="public")
    await people.trusted(council.organisation_id)
    ada = await people.person("ada")
    await people.role(ada, council, place, "signatory")
    signed_in = await people.sign_in(people.id_token("ada", name="Ada Example"), council)
    said = await claims(world, signed_in)

    assert signed_in.json()["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert said["scope"] == (
        "agreements:read agreements:write charter:sign events:read pledges:write reports:read "
        "statements:sign tenders:read valuations:run"
    )
    assert {name: said[name] for name in ("sub", "org", "act", "client_id", "roles")} == {
        "sub": ada["id"],
        "org": str(council.organisation_id),
        "act": {"org": str(council.organisation_id)},
        "client_id": council.client_id,
        "roles": {place["id"]: ["signatory"]},
    }
    assert (said["exp"] - said["iat"], "person_asserted" in said) == (300, False)
    own = (await world.get(f"/v1/persons/{ada['id']}", token=signed_in.json()["access_token"])).json()
    assert (own["name"], own["signs_in_at"], own["roles"][0]["role"]) == ("Ada Example", ISSUER, "signatory")
    fewer = await people.sign_in(people.id_token("ada"), council, scope="charter:sign")
    assert (await claims(world, fewer))["scope"] == "charter:sign"


async def test_whom_nobody_gave_a_role_or_trusts_for_the_organisation_gets_nothing(
    world: World, people: People, place: Json
) -> None:
    council, other = await world.registered("Council"), await world.registered("Other")
    provider = await people.trusted(council.organisation_id)
    ada = await people.person("ada")
    role = await people.role(ada, council, place, "officer")
    stranger = OKPKey.generate_key("Ed25519")
    refused = {
        "a person without a role": (people.id_token("bob"), council, "invalid_target"),
        "an organisation that it does not speak for": (
            people.id_token("ada"),
            other,
            "invalid_target",
        ),
        "a key of somebody else": (people.id_token("ada", key=stranger), council, "invalid_request"),
        "another issuer": (people.id_token("ada", iss="https://x.example"), council, "invalid_request"),
        "no token at all": ("x.y.z", council, "invalid_request"),
    }
    for what, (id_token, at, error) in refused.items():
        assert error_of(await people.sign_in(id_token, at)) == (400, error), what
    assert error_of(await people.sign_in(people.id_token("ada"), council, nonce="n")) == (
        400,
        "invalid_request",
    )
    assert error_of(await people.sign_in(people.id_token("ada"), council, scope="clients:write")) == (
        400,
        "invalid_scope",
    )
    wrong = Registered(council.organisation_id, council.client_id, "cdps_wrong")
    assert error_of(await people.sign_in(people.id_token("ada"), wrong)) == (401, "invalid_client")
    token = (await people.sign_in(people.id_token("ada"), council)).json()["access_token"]
    assert (await world.get("/v1/events", token=token)).status_code == 200
    await world.call("DELETE", f"/v1/person-roles/{role['id']}", token=people.operator)
    await world.learn_revocations()
    assert (await world.get("/v1/events", token=token)).json()["code"] == "token_revoked"
    assert error_of(await people.sign_in(people.id_token("ada"), council)) == (400, "invalid_target")
    await people.role(ada, council, place, "officer")
    token = (await people.sign_in(people.id_token("ada"), council)).json()["access_token"]
    for _ in range(2):
        path = f"/v1/identity-providers/{provider['id']}"
        assert (await world.call("DELETE", path, token=people.operator)).status_code == 204
    await world.learn_revocations()
    assert (await world.get("/v1/events", token=token)).json()["code"] == "token_revoked"
    assert error_of(await people.sign_in(people.id_token("ada"), council)) == (400, "invalid_request")


async def test_a_person_acts_at_a_portal_for_an_organisation_that_lets_it(
    world: World, people: People, place: Json
) -> None:
    council, portal = await world.registered("Council"), await world.registered("Portal")
    await people.trusted(council.organisation_id)
    await people.role(await people.person("ada"), council, place, "officer")
    resource = f"urn:cdp:organisation:{council.organisation_id}"
    alone = await people.sign_in(people.id_token("ada"), portal, resource=resource)
    lent = {"delegate_organisation_id": str(portal.organisation_id), "scopes": ["bids:read", "reports:write"]}
    delegation = await world.made("/v1/delegations", lent, token=await world.token_of(council))
    response = await people.sign_in(people.id_token("ada"), portal, resource=resource)
    said = await claims(world, response)

    assert error_of(alone) == (400, "invalid_target")
    assert (said["org"], said["act"]) == (
        str(council.organisation_id),
        {"org": str(portal.organisation_id)},
    )
    assert (said["scope"], said["roles"]) == ("bids:read reports:write", {place["id"]: ["officer"]})
    await world.call("DELETE", f"/v1/delegations/{delegation['id']}", token=await world.token_of(council))
    await world.learn_revocations()
    token = response.json()["access_token"]
    assert (await world.get("/v1/events", token=token)).json()["code"] == "token_revoked"


async def test_a_trusted_portal_asserts_its_user_who_is_the_same_number_again(
    world: World, people: People
) -> None:
    portal = await world.registered("Portal")
    draft = {"organisation_id": str(portal.organisation_id), "name": "P"}
    trusted = await world.made(
        "/v1/clients", {**draft, "scopes": ["bids:read", "persons:assert"]}, token=people.operator
    )
    basic = (trusted["client_id"], trusted["client_secret"])
    asked = {"grant_type": "client_credentials"}
    first, again, other, nobody = [
        await claims(world, await world.ask(asked | user, basic=basic))
        for user in ({"asserted_user": "u1"}, {"asserted_user": "u1"}, {"asserted_user": "u2"}, {})
    ]
    untrusted = await world.ask(asked | {"asserted_user": "u1"}, basic=(portal.client_id, portal.secret))

    assert first["person_asserted"] is True
    assert first["sub"] == again["sub"] != other["sub"]
    assert (nobody["sub"], "person_asserted" in nobody) == (trusted["client_id"], False)
    assert first["scope"] == nobody["scope"] == "bids:read persons:assert"
    assert error_of(untrusted) == (400, "unauthorized_client")
    role = {
        "person_id": first["sub"],
        "organisation_id": str(portal.organisation_id),
        "place_id": str(new_id()),
        "role": "officer",
    }
    refused = await world.post("/v1/person-roles", role, token=people.operator)
    assert (refused.status_code, refused.json()["code"]) == (422, "role_needs_sign_in")
    token = await world.token(*basic)
    assert (await world.call("DELETE", f"/v1/persons/{first['sub']}", token=token)).status_code == 204
    fresh = await claims(world, await world.ask(asked | {"asserted_user": "u1"}, basic=basic))
    assert fresh["sub"] != first["sub"]


async def test_erasing_a_person_leaves_a_number_and_nothing_by_which_it_could_be_known(
    world: World, people: People, place: Json
) -> None:
    council = await world.registered("Council")
    await people.trusted()
    named = {"name": "Ada Example", "email": "ada@council.example"}
    ada = await people.person("ada-subject", **named)
    assert (ada["name"], ada["email"]) == tuple(named.values())
    assert (await people.person("ada-subject"))["id"] == ada["id"]
    await people.role(ada, council, place, "officer")
    token = (await people.sign_in(people.id_token("ada-subject"), council)).json()["access_token"]
    path = f"/v1/persons/{ada['id']}"
    elsewhere = await world.token_of(await world.registered("Other"))
    assert (await world.call("DELETE", path, token=elsewhere)).json()["code"] == "person_not_found"
    for _ in range(2):
        assert (await world.call("DELETE", path, token=people.operator)).status_code == 204

    left = (await world.get(path, token=people.operator)).json()
    assert {name: left[name] for name in ("id", "name", "email", "roles")} == {
        "id": ada["id"],
        "name": None,
        "email": None,
        "roles": [],
    }
    assert left["erased_at"] is not None
    await world.learn_revocations()
    assert (await world.get("/v1/events", token=token)).json()["code"] == "token_revoked"
    assert error_of(await people.sign_in(people.id_token("ada-subject"), council)) == (400, "invalid_target")
    async with world.db.begin() as tx:
        for table in ("persons", "person_details", "person_roles", "issued_tokens", "events"):
            rows = (await tx.execute(text(f"SELECT t::text FROM {table} t"))).scalars().all()
            assert not [row for row in rows if "Ada" in row or "ada@" in row or "ada-subject" in row], table
    kinds = [event["type"] for event in await world.events() if event["type"].startswith("person.")]
    assert kinds == ["person.role_granted", "person.role_ended", "person.erased"]
    assert (await people.person("ada-subject"))["id"] != ada["id"]


async def test_managers_record_people_and_give_roles_in_their_place_alone(
    world: World, people: People, place: Json
) -> None:
    await people.trusted()
    elsewhere = await world.place(people.operator, "essex")
    council, _ = await world.manager(people.operator, place["id"])
    boss = await people.person("boss")
    await people.role(boss, council, place, "programme_manager")
    draft = {"organisation_id": str(council.organisation_id), "name": "Desk", "scopes": ["persons:write"]}
    desk = await world.made("/v1/clients", draft, token=people.operator)
    at_desk = Registered(council.organisation_id, desk["client_id"], desk["client_secret"])
    manager = (await people.sign_in(people.id_token("boss"), at_desk)).json()["access_token"]
    recorded = await world.made("/v1/persons", {"issuer": ISSUER, "subject": "ada"}, token=manager)
    role = {
        "person_id": recorded["id"],
        "organisation_id": str(council.organisation_id),
        "place_id": place["id"],
        "role": "evaluator",
    }
    given = await world.made("/v1/person-roles", role, token=manager)
    answers = {
        "again": await world.post("/v1/person-roles", role, token=manager),
        "elsewhere": await world.post(
            "/v1/person-roles", {**role, "place_id": elsewhere["id"]}, token=manager
        ),
        "nobody": await world.post(
            "/v1/person-roles", {**role, "person_id": str(new_id())}, token=people.operator
        ),
        "unknown issuer": await world.post(
            "/v1/persons", {"issuer": "https://x.example", "subject": "a"}, token=manager
        ),
    }

    assert {what: (answer.status_code, answer.json()["code"]) for what, answer in answers.items()} == {
        "again": (409, "person_role_held"),
        "elsewhere": (403, "manager_needed"),
        "nobody": (422, "person_unknown"),
        "unknown issuer": (422, "identity_provider_unknown"),
    }
    async with world.db.begin() as tx:
        query = text("SELECT granted_by, granted_by_person FROM person_roles WHERE id = :id")
        by = (await tx.execute(query, {"id": given["id"]})).one()
    assert (by.granted_by, str(by.granted_by_person)) == (desk["client_id"], boss["id"])


async def test_one_provider_for_an_issuer_and_a_change_of_it_keeps_its_people(
    world: World, people: People, place: Json
) -> None:
    council = await world.registered("Council")
    first = await people.trusted()
    ada = await people.person("ada")
    await people.role(ada, council, place, "officer")
    twice = await world.post("/v1/identity-providers", people.draft(), token=people.operator)
    unknown = people.draft(new_id(), issuer="https://second.example")
    refused = await world.post("/v1/identity-providers", unknown, token=people.operator)
    assert (twice.status_code, twice.json()["code"]) == (409, "issuer_taken")
    assert (refused.status_code, refused.json()["code"]) == (422, "organisation_not_recorded")

    await world.call("DELETE", f"/v1/identity-providers/{first['id']}", token=people.operator)
    await people.trusted(subject_claim="oid")
    world.clock.advance(timedelta(seconds=2))
    said = await claims(world, await people.sign_in(people.id_token("x", oid="ada"), council))
    assert said["sub"] == ada["id"]
    listed = (await world.get("/v1/identity-providers", token=people.operator)).json()["items"]
    assert [each["ended_at"] is None for each in listed] == [True, False]
