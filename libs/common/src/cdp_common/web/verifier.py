"""Verifies access tokens against the issuer's keys and revocations, both polled in the background."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64decode
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from pydantic_core import from_json

from cdp_common.contracts.partners import Revocation, RevocationPage
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.caller import Caller, KeysUnavailable, TokenExpired, TokenInvalid, TokenRevoked

ALGORITHM: Final = "Ed25519"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - the name of a token type
CACHE_SIZE = 10_000
CACHE_TIME = timedelta(seconds=60)
MAX_LIFETIME = timedelta(minutes=15)
CLOCK_GRACE_S = 5
POLL_INTERVAL_S = 2.0
ON_DEMAND_INTERVAL_S = 1.0
FETCH_TIMEOUT_S = 5.0
MAX_PAGES_PER_POLL = 100

FetchJwks = Callable[[], Awaitable[Mapping[str, Any]]]
"""Gives the issuer's key set, `{"keys": [...]}`."""
FetchRevocations = Callable[[int], Awaitable[RevocationPage]]
"""Gives the revocations after a position."""

_USUAL_CLAIMS = frozenset(
    {
        *("iss", "aud", "exp", "iat", "jti", "client_id", "sub"),
        *("org", "act", "scope", "roles", "person_asserted"),
    }
)
_ED25519_ALONE = jws.JWSRegistry(algorithms=[ALGORITHM])

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Verified:
    caller: Caller
    issued_at: datetime
    kid: str
    forget_at: datetime


class TokenVerifier:
    """Turns an access token into its `Caller`, or refuses it. One per process."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        fetch_jwks: FetchJwks,
        fetch_revocations: FetchRevocations,
        clock: Clock = utc_now,
        *,
        poll_interval_s: float = POLL_INTERVAL_S,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._fetch_jwks = fetch_jwks
        self._clock = clock
        self._claims = self._claims_registry()
        self._poll_interval_s = poll_interval_s
        self._keys: dict[str, VerifyKey] = {}
        self._keys_read = False
        self._on_demand = asyncio.Lock()
        self._demanded_at = float("-inf")
        self._revocations = _Revocations(fetch_revocations)
        self._cache: OrderedDict[bytes, _Verified] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """The caller whom the token speaks for; raises when it is not valid now."""
        if not self._is_ready:
            await self._ensure_ready()
        now = self._clock()
        digest = hashlib.sha256(token.encode()).digest()
        verified = self._cached(digest, now)
        if verified is None:
            verified = await self._read(token, now)
            self._remember(digest, verified)
        if verified.caller.expires_at <= now:
            raise TokenExpired("The access token has expired; ask for a new one.")
        if self._revocations.covers(verified.caller, verified.issued_at):
            raise TokenRevoked("The access token, or its client, has been revoked.")
        return verified.caller

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[None]:
        """Read keys and revocations every two seconds while the context is open."""
        tasks = [
            asyncio.create_task(self._repeat("jwks", self.refresh_keys)),
            asyncio.create_task(self._repeat("revocations", self.refresh_revocations)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def refresh_keys(self) -> None:
        """Read the issuer's key set now; what a withdrawn key had signed is forgotten."""
        async with asyncio.timeout(FETCH_TIMEOUT_S):
            keys = _ed25519_keys(await self._fetch_jwks())
        withdrawn = {kid for kid, key in self._keys.items() if keys.get(kid) != key}
        self._keys, self._keys_read = keys, True
        if withdrawn:
            self._cache = OrderedDict((k, v) for k, v in self._cache.items() if v.kid not in withdrawn)

    async def refresh_revocations(self) -> None:
        """Read the revocations published since the last time."""
        await self._revocations.refresh(self._clock())

    async def _repeat(self, name: str, refresh: Callable[[], Awaitable[None]]) -> None:
        failing = False
        while True:
            try:
                await refresh()
                failing = False
            except Exception as fault:
                # What was read before stays in force: tokens live 15 minutes at most, and without the
                # issuer there are no new ones.
                if not failing:
                    _log.warning("issuer_unreachable", reading=name, fault=type(fault).__name__)
                failing = True
            await asyncio.sleep(self._poll_interval_s)

    @property
    def _is_ready(self) -> bool:
        return self._keys_read and self._revocations.was_read

    async def _ensure_ready(self) -> None:
        """Before the first poll has come back: read once, and say 503 rather than 401 if that fails."""
        if not self._is_ready:
            await self._read_on_demand(lambda: self._is_ready)
        if not self._is_ready:
            raise KeysUnavailable("The issuer's keys have not been read yet; try again shortly.")

    async def _read_on_demand(self, is_enough: Callable[[], bool]) -> None:
        """Read now unless somebody just did; those who ask meanwhile wait for the same reading."""
        async with self._on_demand:
            if is_enough() or time.monotonic() - self._demanded_at < ON_DEMAND_INTERVAL_S:
                return
            self._demanded_at = time.monotonic()
            try:
                await self.refresh_keys()
                if not self._revocations.was_read:
                    await self.refresh_revocations()
            except Exception as fault:
                _log.warning("issuer_unreachable", reading="on demand", fault=type(fault).__name__)

    def _cached(self, digest: bytes, now: datetime) -> _Verified | None:
        verified = self._cache.get(digest)
        if verified is None:
            return None
        if verified.forget_at <= now:
            del self._cache[digest]
            return None
        self._cache.move_to_end(digest)
        return verified

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        self._cache[digest] = verified
        while len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)

    async def _read(self, token: str, now: datetime) -> _Verified:
        kid = _key_id(token)
        if kid not in self._keys:
            await self._read_on_demand(lambda: kid in self._keys)  # it may be newer than the last poll
        key = self._keys.get(kid)
        if key is None:
            raise TokenInvalid("The access token is not signed with a current key of the issuer.")
        claims = _signed_claims(token, key)
        try:
            if not self._plainly_hold(claims, now):
                self._claims.validate(claims)
        except ExpiredTokenError as fault:
            raise TokenExpired("The access token has expired; ask for a new one.") from fault
        except (JoseError, ValueError, TypeError, AttributeError) as fault:
            raise TokenInvalid("The access token's claims do not hold.") from fault
        caller, issued_at = _caller(claims, token)
        return _Verified(caller, issued_at, kid, min(caller.expires_at, now + CACHE_TIME))

    def _plainly_hold(self, claims: Mapping[str, Any], now: datetime) -> bool:
        """Whether these are the usual claims and hold: told by comparing, which spares the library's search.

        Of others the library says whether they hold, and what is wrong.
        """
        now_s = now.timestamp()
        issued_at, expires_at = claims.get("iat"), claims.get("exp")
        return (
            claims.keys() <= _USUAL_CLAIMS
            and claims.get("iss") == self._issuer
            and claims.get("aud") == self._audience
            and type(issued_at) is int
            and issued_at <= now_s
            and type(expires_at) is int
            and expires_at > now_s
            and all(type(claims.get(name)) is str and claims[name] for name in ("jti", "client_id", "sub"))
        )

    def _claims_registry(self) -> jwt.JWTClaimsRegistry:
        needed: jwt.ClaimsOption = {"essential": True}
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock().timestamp()),
            leeway=CLOCK_GRACE_S,  # for `iat`: another machine's clock; `verify` allows `exp` no grace
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp=needed,
            iat=needed,
            jti=needed,
            client_id=needed,
            sub=needed,
        )


class _Revocations:
    """The revocations in force, by kind; those of tokens that are over anyway are dropped."""

    def __init__(self, fetch: FetchRevocations) -> None:
        self._fetch = fetch
        self._after = 0
        self._by_value: dict[tuple[str, str], Revocation] = {}
        self._reading = asyncio.Lock()
        self.was_read = False

    async def refresh(self, now: datetime) -> None:
        async with self._reading:
            for _ in range(MAX_PAGES_PER_POLL):
                async with asyncio.timeout(FETCH_TIMEOUT_S):
                    page = await self._fetch(self._after)
                for revocation in page.items:
                    self._add(revocation)
                if not page.items or page.next_after <= self._after:
                    break
                self._after = page.next_after
            self._by_value = {k: r for k, r in self._by_value.items() if r.expires_at > now}
            self.was_read = True

    def _add(self, revocation: Revocation) -> None:
        key = (revocation.kind, revocation.value)
        known = self._by_value.get(key)
        if known is None or known.revoked_at < revocation.revoked_at:
            self._by_value[key] = revocation

    def covers(self, caller: Caller, issued_at: datetime) -> bool:
        if ("token", caller.jti) in self._by_value:
            return True
        revoked = self._by_value.get(("client", caller.client_id))
        return revoked is not None and issued_at <= revoked.revoked_at


def _ed25519_keys(jwks: Mapping[str, Any]) -> dict[str, VerifyKey]:
    """The signing keys of a set by their id; keys of other kinds are not ours to use."""
    return {key["kid"]: _verify_key(key) for key in jwks["keys"] if _signs(key)}


def _verify_key(jwk: dict[str, Any]) -> VerifyKey:
    public = OKPKey.import_key(jwk).public_key
    assert isinstance(public, Ed25519PublicKey)
    return VerifyKey(public.public_bytes_raw())


def _signs(key: Mapping[str, Any]) -> bool:
    kind = (key.get("kty"), key.get("crv"), key.get("use", "sig"))
    return kind == ("OKP", ALGORITHM, "sig") and bool(key.get("kid"))


def _key_id(token: str) -> str:
    header, dot, _ = token.partition(".")
    if not dot:
        raise TokenInvalid("The access token is not a signed JSON Web Token.")
    return _key_id_of(header)


@lru_cache(maxsize=64)
def _key_id_of(encoded_header: str) -> str:
    """The key that a header names; an issuer writes the same header again and again while it has one key.

    Whatever else a header says is looked at here, so that of a token with a known one the signature is left.
    """
    try:
        header = jws.extract_compact(f"{encoded_header}.e30.AA".encode()).headers()
        # The library takes a list or a text for a header as long as it holds the word "alg".
        if not isinstance(header, dict) or {"crit", "b64"} & header.keys():
            raise TokenInvalid("The access token's header is of another form.")
        _ED25519_ALONE.check_header(header)
        _ED25519_ALONE.get_alg(header["alg"])
    except (JoseError, ValueError, TypeError, AttributeError) as fault:
        # Header parameters of the wrong kind come out of the library as the last two.
        raise TokenInvalid("The access token is not a signed JSON Web Token.") from fault
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise TokenInvalid("The access token does not name its key.")
    if str(header.get("typ", "")).lower() != TOKEN_TYPE:
        raise TokenInvalid("This is not an access token.")
    return kid


def _signed_claims(token: str, key: VerifyKey) -> dict[str, Any]:
    """What a token says whose header is known to be right, once its signature holds.

    The parts are taken apart here, which costs the JOSE library as much as a signature, and the signature is
    checked by libsodium in half of the time that OpenSSL takes.
    """
    signed, _, signature = token.encode().rpartition(b".")
    try:
        _, payload = signed.split(b".")
        key.verify(signed, urlsafe_b64decode(signature))
        claims = from_json(urlsafe_b64decode(payload))
    except (BadSignatureError, ValueError, RecursionError) as fault:
        raise TokenInvalid("The access token's signature does not hold.") from fault
    if not isinstance(claims, dict):
        raise TokenInvalid("The access token holds no claims.")
    return claims


def _caller(claims: Mapping[str, Any], token: str) -> tuple[Caller, datetime]:
    """The caller whom checked claims describe, and when the token was issued."""
    try:
        issued_at = datetime.fromtimestamp(int(claims["iat"]), UTC)
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        client_id, subject = _text(claims["client_id"]), _text(claims["sub"])
        roles = {UUID(place): frozenset(map(_text, held)) for place, held in claims.get("roles", {}).items()}
        caller = Caller(
            client_id=client_id,
            org=UUID(claims["org"]),
            act=UUID(claims["act"]["org"]),
            sub=None if subject == client_id else UUID(subject),
            scopes=frozenset(_text(claims.get("scope", "")).split()),
            roles=MappingProxyType(roles),
            jti=_text(claims["jti"]),
            token=token,
            expires_at=expires_at,
            is_person_asserted=claims.get("person_asserted") is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as fault:
        raise TokenInvalid(
            "The access token lacks a claim that this API needs, or its form is wrong."
        ) from fault
    if expires_at - issued_at > MAX_LIFETIME:
        raise TokenInvalid("The access token is valid for longer than this platform's tokens are.")
    return caller, issued_at


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is needed")
    return value
