"""Identifiers are claimed by many and owned by one; who is verified, and how, is written down."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import standing_client
from cdp_common.testing.plugin import MakeSavepointDatabase
from partners_api.domain.scopes import REGISTRATION_SCOPES, UNVERIFIED_LIVE_SCOPES
from partners_api.domain.verification import DnsUnavailable
from partners_api.main import create_app
from partners_api.settings import PACKAGE, SCHEMA, Settings
from partners_api.use_cases.purge_expired import purge_expired

COMPANY = {"scheme": "GB-COH", "id": "01234567"}
CHARITY = {"scheme": "GB-CHC", "id": "1234567"}
VOUCHED = {"method": "vouched", "evidence": "register entry seen"}
DOMAIN = "joinery.example"


@pytest.fixture
async def live_world(
    savepoint_database: MakeSavepointDatabase, settings: Settings, clock: FixedClock
) -> AsyncIterator[World]:
    """A service of a live deployment."""
    live = settings.model_copy(update={"mode": "live"})
    database = await savepoint_database(PACKAGE, SCHEMA)
    app = create_app(live, database=database, clock=clock)
    async with standing_client(app) as http:
        made = World(app, http, database, clock)
        await made.provision()
        yield made


async def verify(world: World, registered: Registered, body: Json, token: str) -> Any:
    path = f"/v1/organisations/{registered.organisation_id}/verification"
    return await world.post(path, body, token=token)


async def identifiers(world: World, registered: Registered) -> list[Json]:
    found = (await world.get(f"/v1/organisations/{registered.organisation_id}")).json()
    return list(found["identifiers"])


async def test_one_of_several_claimants_owns_the_identifier_and_the_others_keep_what_they_had(
    wide_world: World,
) -> None:
    world, operator = wide_world, await wide_world.operator()
    several = [await world.registered(f"Claimant {n} Ltd", identifiers=[COMPANY]) for n in range(8)]
    answers = await asyncio.gather(*[verify(world, each, VOUCHED, operator) for each in several])
    outcomes = sorted(answer.json().get("code", "verified") for answer in answers)

    assert outcomes == ["identifier_owned"] * 7 + ["verified"]
    states = [
        (await world.get(f"/v1/organisations/{each.organisation_id}")).json()["state"] for each in several
    ]
    assert sorted(states) == ["unverified"] * 7 + ["verified"]
    async with world.db.begin() as tx:
        written = await tx.scalar(text("SELECT count(*) FROM organisation_verifications"))
    assert written == 1


async def test_who_vouches_is_written_down_and_may_vouch(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    joinery = await world.registered(identifiers=[COMPANY])
    managing, manager = await world.manager(operator, place["id"])
    own = await world.token_of(joinery)
    refused = {
        "the organisation itself": (VOUCHED, own, "may_not_verify"),
        "without evidence": ({"method": "vouched"}, manager, "verification_incomplete"),
        "somebody else's domain": ({"method": "dns", "domain": DOMAIN}, manager, "not_your_organisation"),
    }
    for what, (body, token, code) in refused.items():
        assert (await verify(world, joinery, body, token)).json()["code"] == code, what
    made = await verify(world, joinery, VOUCHED, manager)
    again = await verify(world, joinery, VOUCHED, manager)

    assert made.status_code == 201
    assert (made.json()["evidence"], made.json()["identifiers"]) == ("register entry seen", [COMPANY])
    assert (again.status_code, again.json()["code"]) == (409, "already_verified")
    async with world.db.begin() as tx:
        rows = (await tx.execute(text("SELECT method, client_id FROM organisation_verifications"))).all()
    assert [tuple(row) for row in rows] == [("vouched", managing.client_id)]
    assert [e["data"]["state"] for e in await world.events() if e["type"] == "organisation.changed"] == [
        "verified"
    ]


async def test_in_live_a_newcomer_reads_until_its_organisation_is_verified(live_world: World) -> None:
    world = live_world
    joinery = await world.registered(identifiers=[COMPANY])
    token = await world.token_of(joinery)
    client = f"/v1/clients/{joinery.client_id}"
    operator = await world.operator()
    before = (await world.get(client, token=operator)).json()["scopes"]
    assert (await verify(world, joinery, VOUCHED, token)).json()["code"] == "may_not_verify"
    assert (await verify(world, joinery, VOUCHED, operator)).status_code == 201
    after = (await world.get(client, token=operator)).json()["scopes"]

    assert (before, after) == (sorted(UNVERIFIED_LIVE_SCOPES), sorted(REGISTRATION_SCOPES))
    assert (
        await world.ask(
            {"grant_type": "client_credentials", "scope": "bids:write"},
            basic=(joinery.client_id, joinery.secret),
        )
    ).status_code == 200


class Dns:
    """What stands in the domain name system."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.fails = False

    async def look_up(self, name: str) -> Sequence[str]:
        if self.fails:
            raise DnsUnavailable("no answer")
        return self.records.get(name, [])


async def test_a_domain_that_a_trusted_record_ties_to_an_identifier_proves_that_one(
    live_world: World,
) -> None:
    world, dns = live_world, Dns()
    world.app.state.look_up_txt = dns.look_up
    joinery = await world.registered(identifiers=[COMPANY, CHARITY])
    token, operator = await world.token_of(joinery), await world.operator()
    wanted = {"method": "dns", "domain": DOMAIN}
    path = f"/v1/organisations/{joinery.organisation_id}/domain-proof?domain={DOMAIN}"
    proof = (await world.get(path, token=token)).json()
    untied = await verify(world, joinery, wanted, token)
    tie = {"identifier": COMPANY, "domain": DOMAIN, "source": "invitation of 1 May"}
    assert (await world.post("/v1/identifier-domains", tie, token=token)).status_code == 403
    for _ in range(2):
        assert (await world.post("/v1/identifier-domains", tie, token=operator)).status_code == 201
    missing = await verify(world, joinery, wanted, token)
    dns.fails = True
    unreachable = await verify(world, joinery, wanted, token)
    dns.fails = False
    dns.records[proof["record_name"]] = ["v=spf1 -all", proof["record_value"]]
    stranger = await world.token_of(await world.registered("Stranger Ltd", identifiers=[COMPANY]))
    by_another = await verify(world, joinery, wanted, stranger)
    made = await verify(world, joinery, wanted, token)

    assert proof["record_name"] == f"_cdp-verification.{DOMAIN}"
    assert [
        (each.status_code, each.json()["code"]) for each in (untied, missing, unreachable, by_another)
    ] == [
        (422, "domain_not_tied"),
        (409, "domain_proof_missing"),
        (503, "dns_unavailable"),
        (403, "not_your_organisation"),
    ]
    assert (made.status_code, made.json()["identifiers"]) == (201, [COMPANY])
    assert await identifiers(world, joinery) == [COMPANY]


async def test_a_claim_runs_out_after_thirty_days_and_a_verified_identifier_does_not(world: World) -> None:
    operator = await world.operator()
    claimant = await world.registered("Claimant Ltd", identifiers=[COMPANY])
    owner = await world.registered("Owner", identifiers=[CHARITY])
    await verify(world, owner, VOUCHED, operator)
    world.clock.advance(timedelta(days=30) - timedelta(seconds=1))
    await purge_expired(world.db, world.clock())
    before = await identifiers(world, claimant)
    world.clock.advance(timedelta(seconds=1))
    await purge_expired(world.db, world.clock())

    assert before == [COMPANY]
    assert await identifiers(world, claimant) == []
    assert await identifiers(world, owner) == [CHARITY]


# ------------------------------------------------------------------ merging
async def merged(world: World, one: Any, into: Any, token: str) -> Any:
    body = {"survivor_id": str(into), "reason": "the same company"}
    path = f"/v1/organisations/{one}"
    etag = (await world.get(path)).headers.get("etag")
    return await world.call("POST", f"{path}/merge", body, token=token, if_match=etag)


async def test_both_ids_of_a_merged_record_lead_to_the_one_that_stays(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    old = await world.registered("Joinery (old)", identifiers=[COMPANY])
    stays = await world.registered("Joinery Ltd", identifiers=[CHARITY])
    await verify(world, stays, VOUCHED, operator)
    portal = await world.registered("Portal Ltd")
    lent = {"delegate_organisation_id": str(portal.organisation_id), "scopes": ["bids:read"]}
    await world.made("/v1/delegations", lent, token=await world.token_of(old))
    joining = {"organisation_id": str(old.organisation_id), "valid_from": "2024-01-01", "source": "test"}
    member = await world.made(f"/v1/places/{place['id']}/memberships", joining, token=operator)
    token = await world.token_of(old)
    answer = await merged(world, old.organisation_id, stays.organisation_id, operator)
    again = await merged(world, old.organisation_id, stays.organisation_id, operator)

    assert (answer.status_code, again.status_code) == (200, 200)
    assert again.json() == answer.json()
    record = answer.json()
    assert (record["id"], record["merged_ids"]) == (str(stays.organisation_id), [str(old.organisation_id)])
    assert record["identifiers"] == [CHARITY, COMPANY]
    assert (await world.get(f"/v1/organisations/{old.organisation_id}")).json() == record
    ids = [str(old.organisation_id), str(stays.organisation_id)]
    batch = (await world.post("/v1/organisations/batch", {"ids": ids})).json()
    assert (batch["items"], batch["missing"]) == ([record], [])
    listed = (await world.get("/v1/organisations?name=joinery")).json()["items"]
    assert [each["id"] for each in listed] == [record["id"]]
    read = (await world.get(f"/v1/memberships/{member['id']}")).json()
    assert read["organisation"] == record
    for one in ids:
        assert (await world.get(f"/v1/memberships?organisation_id={one}")).json()["items"] == [read]
    await world.learn_revocations()
    assert (await world.get("/v1/delegations", token=token)).json()["code"] == "token_revoked"
    world.clock.advance(timedelta(seconds=2))
    fresh = await world.token_of(old)
    given = (await world.get("/v1/delegations", token=fresh)).json()["items"]
    assert given == []
    mine = (await world.get(f"/v1/clients/{old.client_id}", token=fresh)).json()
    assert mine["organisation_id"] == record["id"]
    kinds = [e["type"] for e in await world.events()]
    assert kinds.count("organisation.merged") == kinds.count("delegation.revoked") == 1


async def test_records_that_lead_elsewhere_follow_and_never_make_a_chain_or_a_circle(world: World) -> None:
    operator = await world.operator()
    a, b, c = [(await world.registered(name)).organisation_id for name in ("A", "B", "C")]
    assert (await merged(world, a, b, operator)).status_code == 200
    refused = [
        await merged(world, b, a, operator),
        await merged(world, a, c, operator),
        await merged(world, c, a, operator),
        await merged(world, c, c, operator),
    ]
    assert [each.json()["code"] for each in refused] == ["organisation_merged"] * 3 + ["merged_into_self"]
    assert refused[0].json()["survivor_id"] == str(b)
    assert (await merged(world, b, c, operator)).status_code == 200
    for each in (a, b, c):
        found = (await world.get(f"/v1/organisations/{each}")).json()
        assert (found["id"], found["merged_ids"]) == (str(c), sorted([str(a), str(b)]))
    patch = await world.call(
        "PATCH", f"/v1/organisations/{a}", {"legal_name": "X"}, token=operator, if_match='"x"'
    )
    assert (patch.status_code, patch.json()["code"]) == (409, "organisation_merged")
    async with world.db.begin() as tx:
        leading = (
            await tx.execute(text("SELECT id FROM organisations WHERE merged_into = :c"), {"c": c})
        ).all()
    assert {row.id for row in leading} == {a, b}


@pytest.mark.parametrize("target", ["a merged record", "itself"])
async def test_the_database_itself_refuses_a_chain_and_a_circle(world: World, target: str) -> None:
    operator = await world.operator()
    a, b, c = [(await world.registered(name)).organisation_id for name in ("A", "B", "C")]
    assert (await merged(world, a, b, operator)).status_code == 200
    into = {"a merged record": a, "itself": c}[target]
    with pytest.raises(Exception, match="fk_organisations_survivor"):
        async with world.db.begin() as tx:
            await tx.execute(
                text("UPDATE organisations SET merged_into = :into WHERE id = :c"), {"into": into, "c": c}
            )


async def test_a_verified_record_does_not_vanish_into_an_unverified_one(world: World) -> None:
    operator = await world.operator()
    known = await world.registered("Known", identifiers=[COMPANY])
    await verify(world, known, VOUCHED, operator)
    unknown = await world.registered("Unknown")
    refused = await merged(world, known.organisation_id, unknown.organisation_id, operator)
    own = await merged(world, unknown.organisation_id, known.organisation_id, await world.token_of(unknown))

    assert (refused.status_code, refused.json()["code"]) == (409, "survivor_less_known")
    assert (own.status_code, own.json()["code"]) == (403, "voucher_needed")
    assert await identifiers(world, known) == [COMPANY]
