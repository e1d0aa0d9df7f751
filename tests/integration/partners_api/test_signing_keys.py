"""Signing keys: one first key however many start at once, rotation with an overlap, encrypted at rest."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from joserfc import jws
from joserfc.jwk import OKPKey
from sqlalchemy import delete, select
from tests.integration.partners_api.world import World

from partners_api.issuer import issuer_of
from partners_api.settings import Settings
from partners_api.storage.signing_keys import load_signing_keys
from partners_api.storage.tables import signing_keys
from partners_api.use_cases.jose import sign_token
from partners_api.use_cases.purge_expired import purge_expired
from partners_api.use_cases.signing_keys import (
    ensure_signing_key,
    rotate_signing_key,
)


async def published(world: World) -> list[str]:
    return [key["kid"] for key in (await world.get("/.well-known/jwks.json")).json()["keys"]]


def kid_of(token: str) -> str:
    kid: str = jws.extract_compact(token.encode()).headers()["kid"]
    return kid


async def test_what_is_published_is_public_and_named_by_its_thumbprint(world: World) -> None:
    (key,) = (await world.get("/.well-known/jwks.json")).json()["keys"]

    assert sorted(key) == ["alg", "crv", "kid", "kty", "use", "x"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
    assert key["kid"] == OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": key["x"]}).thumbprint()


async def test_of_several_that_start_at_once_one_makes_the_key(wide_world: World, settings: Settings) -> None:
    world = wide_world
    async with world.db.begin() as tx:
        await tx.execute(delete(signing_keys))
    issuer = issuer_of(settings)
    await asyncio.gather(*(ensure_signing_key(world.db, issuer, world.clock()) for _ in range(5)))

    assert len(await published(world)) == 1


async def test_a_new_key_is_published_before_it_signs_and_the_old_one_after(
    world: World, settings: Settings
) -> None:
    old_token = await world.operator()
    (old,) = await published(world)
    new = await rotate_signing_key(world.db, issuer_of(settings), world.clock())

    assert await published(world) == [new, old]
    assert kid_of(await world.operator()) == old
    world.clock.advance(timedelta(seconds=9))
    assert kid_of(await world.operator()) == old
    world.clock.advance(timedelta(seconds=1))
    new_token = await world.operator()
    assert kid_of(new_token) == new
    await world.app.state.verifier.refresh_keys()
    for token in (old_token, new_token):
        assert (await world.get("/v1/events", token=token)).status_code == 200
    world.clock.advance(timedelta(seconds=899))
    assert await published(world) == [new, old]
    world.clock.advance(timedelta(seconds=1))
    assert await published(world) == [new]
    await purge_expired(world.db, world.clock())
    async with world.db.begin() as tx:
        assert [key.kid for key in await load_signing_keys(tx)] == [new]


async def test_a_rotation_by_the_clock_waits_until_the_key_has_signed_for_long_enough(
    world: World, settings: Settings
) -> None:
    (old,) = await published(world)
    issuer, age = issuer_of(settings), timedelta(days=90)
    world.clock.advance(age - timedelta(seconds=1))
    assert await rotate_signing_key(world.db, issuer, world.clock(), age=age) is None
    assert await published(world) == [old]
    world.clock.advance(timedelta(seconds=1))
    new = await rotate_signing_key(world.db, issuer, world.clock(), age=age)
    assert await published(world) == [new, old]
    again = await rotate_signing_key(world.db, issuer, world.clock(), age=age)  # the job is tried once more
    assert (again, await published(world)) == (None, [new, old])


async def test_of_two_rotations_at_the_same_moment_one_is_refused(
    wide_world: World, settings: Settings
) -> None:
    world = wide_world
    issuer = issuer_of(settings)
    done = await asyncio.gather(
        *(rotate_signing_key(world.db, issuer, world.clock()) for _ in range(2)), return_exceptions=True
    )
    codes = sorted(getattr(each, "code", "rotated") for each in done)

    assert codes in (["rotated", "write_conflict"], ["rotated", "rotated"])
    assert len(await published(world)) == 1 + codes.count("rotated")


async def test_a_private_key_is_readable_with_the_secret_key_alone(world: World, settings: Settings) -> None:
    async with world.db.begin() as tx:
        (key,) = await load_signing_keys(tx)
        row = (await tx.execute(select(signing_keys))).one()

    assert '"d"' not in str(row.public_jwk)
    assert b'"d"' not in row.private_key_sealed
    assert sign_token(key, issuer_of(settings).secret_key(), {}).count(".") == 2
    with pytest.raises(InvalidTag):
        sign_token(key, bytes(32), {})
    with pytest.raises(InvalidTag):
        sign_token(replace(key, kid="another"), issuer_of(settings).secret_key(), {})
