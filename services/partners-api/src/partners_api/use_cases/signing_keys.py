"""Makes, rotates and publishes the keys with which tokens are signed."""

from datetime import datetime, timedelta

from cdp_common.contracts.partners import JwkSet
from cdp_common.db.database import Database
from partners_api.domain.signing_keys import is_due, published_at, verifies_until
from partners_api.domain.tokens import MAX_TOKEN_LIFETIME
from partners_api.storage.signing_keys import (
    insert_first_key,
    insert_next_key,
    limit_key,
    load_signing_keys,
)
from partners_api.use_cases.jose import new_signing_key
from partners_api.use_cases.token_issuer import TokenIssuer


async def ensure_signing_key(database: Database, issuer: TokenIssuer, now: datetime) -> None:
    """Make the first key unless there is one; of several that start at once, one makes it."""
    async with database.begin() as tx:
        if not await load_signing_keys(tx):
            await insert_first_key(tx, new_signing_key(issuer.secret_key(), 1, now))


async def rotate_signing_key(
    database: Database, issuer: TokenIssuer, now: datetime, *, age: timedelta = timedelta(0)
) -> str | None:
    """Announce a new key and give its id; None while the newest has signed for less than `age`.

    It signs after a lead in which every verifier reads it. The one before verifies until its last token
    is over.
    """
    async with database.begin() as tx:
        newest = (await load_signing_keys(tx))[0]
        if age and not is_due(newest, now, age):
            return None
        following = new_signing_key(issuer.secret_key(), newest.generation + 1, now + issuer.key_lead)
        await insert_next_key(tx, following)
        await limit_key(tx, newest.kid, verifies_until(following.signs_from, MAX_TOKEN_LIFETIME))
    return following.kid


async def read_jwks(database: Database, now: datetime) -> JwkSet:
    """The public keys that verify now."""
    async with database.begin() as tx:
        keys = await load_signing_keys(tx)
    return JwkSet(keys=[dict(key.public_jwk) for key in published_at(keys, now)])
