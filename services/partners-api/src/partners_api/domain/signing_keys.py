"""The life of a signing key: announced, signing, then only verifying until its last token is over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cdp_common.kernel.errors import Unavailable


class NoSigningKey(Unavailable):
    """No key may sign at this moment: the first one is made when the service starts."""

    code = "no_signing_key"
    title = "No token can be signed at the moment"
    retry_after_s = 2


@dataclass(frozen=True)
class SigningKey:
    """One key pair, the private half encrypted; generations follow each other without a gap."""

    kid: str
    generation: int
    public_jwk: Mapping[str, str]
    private_key_sealed: bytes = field(repr=False)
    signs_from: datetime
    verifies_until: datetime | None


def signing_at(keys: Sequence[SigningKey], now: datetime) -> SigningKey:
    """The key that signs now: the newest whose time has come."""
    due = [key for key in keys if key.signs_from <= now]
    if not due:
        raise NoSigningKey("There is no signing key yet; try again shortly.")
    return max(due, key=lambda key: key.generation)


def published_at(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """The keys that verify now, newest first: the next one once announced, old ones till their end."""
    alive = [key for key in keys if key.verifies_until is None or key.verifies_until > now]
    return sorted(alive, key=lambda key: key.generation, reverse=True)


def verifies_until(successor_signs_from: datetime, token_lifetime: timedelta) -> datetime:
    """When the last token of a key is over, once its successor has begun to sign."""
    return successor_signs_from + token_lifetime


def is_due(newest: SigningKey, now: datetime, age: timedelta) -> bool:
    """Whether a key is so old that the next one is to be announced."""
    return newest.signs_from <= now - age
