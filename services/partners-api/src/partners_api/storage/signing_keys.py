"""Stores and finds signing keys; a generation is made once, whoever else tries at the same moment."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import WriteConflict
from partners_api.domain.signing_keys import SigningKey
from partners_api.storage.tables import signing_keys

_ERRORS = {
    "uq_signing_keys_generation": lambda: WriteConflict("another process rotated the key at the same moment")
}


def _row_of(key: SigningKey) -> dict[str, object]:
    return {
        "kid": key.kid,
        "generation": key.generation,
        "public_jwk": dict(key.public_jwk),
        "private_key_sealed": key.private_key_sealed,
        "signs_from": key.signs_from,
        "verifies_until": key.verifies_until,
    }


async def insert_first_key(tx: AsyncConnection, key: SigningKey) -> None:
    """Store the first generation unless it is stored already."""
    await tx.execute(
        upsert(signing_keys)
        .values(_row_of(key))
        .on_conflict_do_nothing(constraint="uq_signing_keys_generation")
    )


async def insert_next_key(tx: AsyncConnection, key: SigningKey) -> None:
    """Store the next generation; raises `WriteConflict` when somebody else did."""
    with constraint_errors(_ERRORS):
        await tx.execute(insert(signing_keys).values(_row_of(key)))


async def limit_key(tx: AsyncConnection, kid: str, verifies_until: datetime) -> None:
    """Store until when a key verifies."""
    await tx.execute(
        update(signing_keys).where(signing_keys.c.kid == kid).values(verifies_until=verifies_until)
    )


async def load_signing_keys(tx: AsyncConnection) -> list[SigningKey]:
    """Every key kept, the newest first; there are never more than a few."""
    rows = (await tx.execute(select(signing_keys).order_by(signing_keys.c.generation.desc()))).all()
    return [
        SigningKey(
            kid=row.kid,
            generation=row.generation,
            public_jwk=row.public_jwk,
            private_key_sealed=row.private_key_sealed,
            signs_from=row.signs_from,
            verifies_until=row.verifies_until,
        )
        for row in rows
    ]


async def purge_keys(tx: AsyncConnection, now: datetime) -> int:
    """Remove keys whose last token is over, and say how many."""
    return (await tx.execute(delete(signing_keys).where(signing_keys.c.verifies_until <= now))).rowcount
