"""Provisioning: the operator and the clients of the services, as often as asked."""

import asyncio
from datetime import timedelta

import pytest
from joserfc.jwk import OKPKey
from tests.integration.partners_api.world import OPERATOR_SCOPES, World

from cdp_common.db.database import WriteConflict
from partners_api.domain.clients import ClientRevoked
from partners_api.domain.scopes import ScopeUnknown
from partners_api.use_cases.provision_platform import (
    ClientDiffers,
    Declaration,
    DeclaredClient,
    DeclaredOperator,
    provision_platform,
)


def declared(key: OKPKey, **fields: object) -> Declaration:
    client = DeclaredClient.model_validate(
        {
            "client_id": "gateway",
            "name": "Gateway",
            "public_jwk": dict(key.as_dict(private=False)),
            "scopes": ["events:internal"],
            "kind": "service",
            **fields,
        }
    )
    return Declaration(
        operator=DeclaredOperator(legal_name="Durham County Council", kind="public"), clients=[client]
    )


async def test_a_second_run_changes_nothing(world: World) -> None:
    before = await world.events()
    first = await world.provision()
    second = await world.provision()

    assert first == second
    assert set(second.clients.values()) == {"unchanged"}
    assert await world.events() == before
    operator = (await world.get(f"/v1/organisations/{first.operator_organisation_id}")).json()
    assert (operator["legal_name"], operator["state"]) == ("Durham County Council", "verified")


async def test_the_operator_works_for_the_provisioned_organisation(world: World) -> None:
    caller = await world.app.state.verifier.verify(await world.operator())

    assert caller.org == (await world.provision()).operator_organisation_id
    assert sorted(caller.scopes) == OPERATOR_SCOPES


async def test_a_new_key_takes_the_place_of_the_old_and_ends_its_tokens(world: World) -> None:
    token = await world.service()
    old, new = world.service_key, OKPKey.generate_key("Ed25519")
    world.clock.advance(timedelta(seconds=1))
    done = await provision_platform(
        world.db, declared(new, scopes=["events:internal", "bids:read"]), world.clock
    )
    await world.learn_revocations()

    assert done.clients == {"gateway": "changed"}
    assert (await world.ask_with(world.assertion("gateway", old))).status_code == 401
    answer = await world.ask_with(world.assertion("gateway", new))
    assert answer.json()["scope"] == "bids:read events:internal"
    assert (await world.get("/v1/events", token=token)).json()["code"] == "token_revoked"


async def test_a_renamed_operator_is_renamed(world: World) -> None:
    declaration = Declaration(operator=DeclaredOperator(legal_name="Durham CC", kind="public"), clients=[])
    done = await provision_platform(world.db, declaration, world.clock)

    read = (await world.get(f"/v1/organisations/{done.operator_organisation_id}")).json()
    assert read["legal_name"] == "Durham CC"


async def test_a_revoked_client_does_not_come_back(world: World) -> None:
    operator = await world.operator()
    await world.call("DELETE", "/v1/clients/gateway", token=operator)

    with pytest.raises(ClientRevoked):
        await world.provision()


async def test_what_does_not_fit_is_refused_whole(world: World) -> None:
    key = OKPKey.generate_key("Ed25519")
    with pytest.raises(ClientDiffers):
        await provision_platform(world.db, declared(key, kind="operator"), world.clock)
    with pytest.raises(ScopeUnknown):
        await provision_platform(world.db, declared(key, client_id="other", scopes=["no:such"]), world.clock)

    assert set((await world.provision()).clients.values()) == {"unchanged"}


async def test_two_that_provision_at_the_same_moment_agree(wide_world: World) -> None:
    world = wide_world
    key = OKPKey.generate_key("Ed25519")
    done = await asyncio.gather(
        *(provision_platform(world.db, declared(key, client_id="new"), world.clock) for _ in range(3)),
        return_exceptions=True,
    )

    outcomes = sorted("conflict" if isinstance(each, WriteConflict) else each.clients["new"] for each in done)  # type: ignore[union-attr]  # anything else may fail the test
    assert outcomes.count("created") == 1
    assert set(outcomes) <= {"created", "unchanged", "conflict"}
