"""A token is believed only if everything about it holds, now."""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey
from nacl.signing import VerifyKey
from tests.unit.common_web.conftest import NOW

from cdp_common.contracts.partners import RevocationPage
from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import TokenMint
from cdp_common.web import verifier as verifier_module
from cdp_common.web.identity import (
    Caller,
    KeysUnavailable,
    TokenExpired,
    TokenInvalid,
    TokenRevoked,
    TokenVerifier,
)

ORG = UUID("01a20000-0000-7000-8000-00000000000a")
OTHER = UUID("01a20000-0000-7000-8000-00000000000b")
PERSON = UUID("01a20000-0000-7000-8000-00000000000c")
PLACE = UUID("01a20000-0000-7000-8000-00000000000d")


class Issuer:
    """What a verifier reads, with counters and faults to order."""

    def __init__(self, mint: TokenMint) -> None:
        self.mint = mint
        self.jwks: Any = None
        self.fault: Exception | None = None
        self.revocation_fault: Exception | None = None
        self.key_reads = 0

    async def fetch_jwks(self) -> Any:
        self.key_reads += 1
        if self.fault is not None:
            raise self.fault
        return self.jwks if self.jwks is not None else await self.mint.fetch_jwks()

    async def fetch_revocations(self, after: int) -> RevocationPage:
        if self.revocation_fault is not None:
            raise self.revocation_fault
        return await self.mint.fetch_revocations(after)

    def verifier(self, clock: FixedClock) -> TokenVerifier:
        return TokenVerifier(
            self.mint.issuer, self.mint.audience, self.fetch_jwks, self.fetch_revocations, clock
        )


@pytest.fixture
def issuer(token_mint: TokenMint) -> Issuer:
    return Issuer(token_mint)


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload or b"")
    return claims


def changed(mint: TokenMint, changes: dict[str, Any]) -> str:
    """A good token but for some claims; None takes one away."""
    claims = {**claims_of(mint.token()), **changes}
    return mint.sign({name: value for name, value in claims.items() if value is not None})


async def test_a_good_token_gives_its_caller(verifier, token_mint):
    token = token_mint.token(
        org=ORG,
        act=OTHER,
        person=PERSON,
        client_id="portal",
        scopes=["bids:write", "bids:read"],
        roles={PLACE: ["officer", "evaluator"]},
        jti="token-1",
    )
    caller = await verifier.verify(token)
    assert caller == Caller(
        client_id="portal",
        org=ORG,
        act=OTHER,
        sub=PERSON,
        scopes=frozenset({"bids:read", "bids:write"}),
        roles={PLACE: frozenset({"officer", "evaluator"})},
        jti="token-1",
        token=token,
        expires_at=NOW + timedelta(minutes=10),
    )
    assert caller.is_delegate
    assert not caller.is_internal
    assert token not in repr(caller)


async def test_a_client_without_a_person_has_no_subject(verifier, token_mint):
    caller = await verifier.verify(token_mint.token(org=ORG))
    assert (caller.sub, caller.org, caller.act, caller.is_delegate) == (None, ORG, ORG, False)


async def test_the_internal_scope_makes_a_service(verifier, token_mint):
    assert (await verifier.verify(token_mint.token(scopes=["events:internal"]))).is_internal


@pytest.mark.parametrize("claim", ["iss", "aud", "client_id", "org", "act", "sub", "iat", "exp", "jti"])
async def test_each_claim_is_needed(verifier, token_mint, claim):
    with pytest.raises(TokenInvalid):
        await verifier.verify(changed(token_mint, {claim: None}))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://other.test"},
        {"iss": "http://issuer.test/"},
        {"aud": "cdp-live"},
        {"aud": ["cdp-live"]},
        {"org": "somebody"},
        {"org": 7},
        {"act": {}},
        {"act": str(ORG)},
        {"sub": "somebody"},
        {"client_id": 7},
        {"jti": ""},
        {"scope": ["bids:write"]},
        {"roles": []},
        {"roles": {"durham": ["officer"]}},
        {"roles": {str(PLACE): [7]}},
        {"exp": "2026-11-02"},
        {"exp": 10**30},
        {"iat": True},
        {"iat": int((NOW + timedelta(seconds=6)).timestamp())},
        {"nbf": int((NOW + timedelta(seconds=6)).timestamp())},
    ],
)
async def test_a_claim_of_the_wrong_form_or_value_is_refused(verifier, token_mint, claims):
    with pytest.raises(TokenInvalid):
        await verifier.verify(changed(token_mint, claims))


async def test_another_machines_clock_may_be_five_seconds_ahead(verifier, token_mint):
    await verifier.verify(token_mint.token(iat=int((NOW + timedelta(seconds=5)).timestamp())))


async def test_a_token_for_several_audiences_is_for_each(verifier, token_mint):
    await verifier.verify(token_mint.token(aud=["cdp-other", "cdp-test"]))


async def test_a_token_may_live_fifteen_minutes_and_no_longer(verifier, token_mint):
    await verifier.verify(token_mint.token(lifetime=timedelta(minutes=15)))
    with pytest.raises(TokenInvalid):
        await verifier.verify(token_mint.token(lifetime=timedelta(minutes=15, seconds=1)))


@pytest.mark.parametrize("was_seen", [True, False])
async def test_a_token_is_over_at_its_second(verifier, token_mint, clock, was_seen):
    token = token_mint.token(lifetime=timedelta(seconds=30))
    if was_seen:
        await verifier.verify(token)
    clock.advance(timedelta(seconds=29))
    if was_seen:
        await verifier.verify(token)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        await verifier.verify(token)


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "dpop+jwt"}, {"kid": "other"}, {"kid": ""}])
async def test_the_header_must_be_an_access_tokens(verifier, token_mint, header):
    claims = claims_of(token_mint.token())
    await verifier.verify(token_mint.sign(claims))
    with pytest.raises(TokenInvalid):
        await verifier.verify(token_mint.sign(claims, **header))


async def test_only_the_published_key_and_only_ed25519_is_believed(verifier, token_mint):
    (published,) = (await token_mint.fetch_jwks())["keys"]
    claims = claims_of(token_mint.token())
    header = {"kid": "test-key", "typ": "at+jwt"}
    forged = OKPKey.generate_key("Ed25519")
    # The classic confusion: the public key's bytes as the secret of an HMAC.
    secret = OctKey.import_key(str(published["x"]))
    rsa = RSAKey.generate_key(2048)
    for alg, key in (("Ed25519", forged), ("HS256", secret), ("RS256", rsa)):
        token = jwt.encode({**header, "alg": alg}, claims, key, algorithms=[alg])
        with pytest.raises(TokenInvalid):
            await verifier.verify(token)


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "e30.e30.", "..", "é.é.é", "a.b.c.d.e"])
async def test_what_is_no_token_is_refused(verifier, token):
    with pytest.raises(TokenInvalid):
        await verifier.verify(token)


async def test_a_changed_token_is_refused_although_the_real_one_was_seen(verifier, token_mint):
    token = token_mint.token(scopes=["bids:read"])
    await verifier.verify(token)
    head, _, signature = token.split(".")
    body = token_mint.token(scopes=["bids:write"]).split(".")[1]
    with pytest.raises(TokenInvalid):
        await verifier.verify(f"{head}.{body}.{signature}")


async def test_a_revoked_token_stops_at_the_next_reading_though_it_is_cached(verifier, token_mint):
    token, other = token_mint.token(jti="one"), token_mint.token(jti="two")
    await verifier.verify(token)
    token_mint.revoke_token("one")
    await verifier.refresh_revocations()
    with pytest.raises(TokenRevoked):
        await verifier.verify(token)
    await verifier.verify(other)


async def test_a_revoked_client_loses_the_tokens_issued_until_then(verifier, token_mint, clock):
    before = token_mint.token(client_id="portal")
    same_second = token_mint.token(client_id="portal")
    other = token_mint.token(client_id="bidder")
    token_mint.revoke_client("portal")
    await verifier.refresh_revocations()
    for token in (before, same_second):
        with pytest.raises(TokenRevoked):
            await verifier.verify(token)
    await verifier.verify(other)
    clock.advance(timedelta(seconds=1))
    await verifier.verify(token_mint.token(client_id="portal"))


async def test_the_later_of_two_revocations_of_a_client_counts(verifier, token_mint, clock):
    token_mint.revoke_client("portal", at=NOW)
    token_mint.revoke_client("portal", at=NOW - timedelta(hours=1))
    await verifier.refresh_revocations()
    with pytest.raises(TokenRevoked):
        await verifier.verify(token_mint.token(client_id="portal"))


async def test_all_pages_of_revocations_are_read(token_mint, clock):
    for number in range(7):
        token_mint.revoke_token(f"t{number}")
    asked: list[int] = []

    async def two_at_a_time(after: int) -> RevocationPage:
        asked.append(after)
        items = (await token_mint.fetch_revocations(after)).items[:2]
        return RevocationPage(items=items, next_after=after + len(items))

    verifier = TokenVerifier("http://issuer.test", "cdp-test", token_mint.fetch_jwks, two_at_a_time, clock)
    with pytest.raises(TokenRevoked):
        await verifier.verify(token_mint.token(jti="t6"))
    assert asked == [0, 2, 4, 6, 7]
    await verifier.refresh_revocations()
    assert asked == [0, 2, 4, 6, 7, 7]


async def test_polling_makes_a_revocation_count_by_itself(token_mint):
    verifier = token_mint.verifier(poll_interval_s=0.01)
    token = token_mint.token(jti="one")
    async with verifier.polling():
        await verifier.verify(token)
        token_mint.revoke_token("one")
        await asyncio.sleep(0.2)
        with pytest.raises(TokenRevoked):
            await verifier.verify(token)


async def test_a_failing_poll_goes_on_and_keeps_what_was_read(issuer, clock, token_mint):
    verifier = TokenVerifier(
        token_mint.issuer,
        token_mint.audience,
        issuer.fetch_jwks,
        issuer.fetch_revocations,
        clock,
        poll_interval_s=0.01,
    )
    async with verifier.polling():
        await verifier.verify(token_mint.token())
        issuer.fault = issuer.revocation_fault = ConnectionError("down")
        seen = issuer.key_reads
        await asyncio.sleep(0.2)
        assert issuer.key_reads >= seen + 3
        await verifier.verify(token_mint.token())


@pytest.mark.parametrize("which", ["fault", "revocation_fault"])
async def test_before_anything_was_read_an_outage_is_503_and_no_judgement(issuer, clock, token_mint, which):
    setattr(issuer, which, ConnectionError("down"))
    verifier = issuer.verifier(clock)
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await verifier.verify(token_mint.token())
    assert issuer.key_reads == 1  # one reading a second, however many ask


async def test_keys_of_other_kinds_are_left_aside(issuer, clock, token_mint):
    (good,) = (await token_mint.fetch_jwks())["keys"]
    issuer.jwks = {
        "keys": [
            {"kty": "RSA", "kid": "test-key", "n": "AQAB", "e": "AQAB"},
            {**good, "kid": None},
            {**good, "use": "enc", "kid": "enc"},
            {"kty": "OKP", "crv": "X25519", "x": good["x"], "kid": "x"},
            good,
        ]
    }
    await issuer.verifier(clock).verify(token_mint.token())


async def test_an_unknown_key_is_looked_up_once_a_second_at_most(issuer, clock, token_mint, monkeypatch):
    moment = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    verifier = issuer.verifier(clock)
    (old,) = (await token_mint.fetch_jwks())["keys"]
    issuer.jwks = {"keys": [{**old, "kid": "old"}]}
    token = token_mint.token()
    results = await asyncio.gather(*(verifier.verify(token) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [TokenInvalid] * 5
    assert issuer.key_reads == 1
    issuer.jwks = None
    moment = 100.9
    with pytest.raises(TokenInvalid):
        await verifier.verify(token)
    assert issuer.key_reads == 1
    moment = 101.0
    await verifier.verify(token)
    assert issuer.key_reads == 2


async def test_a_withdrawn_key_takes_its_cached_tokens_along(issuer, clock, token_mint):
    verifier = issuer.verifier(clock)
    token = token_mint.token()
    await verifier.verify(token)
    replacement = OKPKey.generate_key("Ed25519", parameters={"kid": "test-key"}).as_dict(private=False)
    issuer.jwks = {"keys": [replacement]}
    await verifier.refresh_keys()
    with pytest.raises(TokenInvalid):
        await verifier.verify(token)


async def test_a_seen_token_is_not_verified_again_for_a_minute(verifier, token_mint, clock, monkeypatch):
    decoded: list[str] = []
    decode = verifier_module._signed_claims

    def counted(token: str, key: VerifyKey) -> Any:
        decoded.append(token)
        return decode(token, key)

    monkeypatch.setattr(verifier_module, "_signed_claims", counted)
    token = token_mint.token()
    for _ in range(5):
        await verifier.verify(token)
    clock.advance(timedelta(seconds=59))
    await verifier.verify(token)
    assert len(decoded) == 1
    clock.advance(timedelta(seconds=1))
    await verifier.verify(token)
    assert len(decoded) == 2


async def test_the_cache_forgets_the_least_recent_first(verifier, token_mint, monkeypatch):
    monkeypatch.setattr(verifier_module, "CACHE_SIZE", 2)
    first, second, third = (token_mint.token(jti=str(number)) for number in range(3))
    for token in (first, second, first, third):
        await verifier.verify(token)
    assert [known.caller.jti for known in verifier._cache.values()] == ["0", "2"]
