"""Reads the feed of revocations, for every service that judges tokens."""

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from partners_api.storage.revocations import read_revocations as load_revocations

MAX_PAGE = 500


async def read_revocations(database: Database, after: int) -> wire.RevocationPage:
    """Revocations after a position; `next_after` is the position to ask for next."""
    async with database.begin() as tx:
        found = await load_revocations(tx, after=after, limit=MAX_PAGE)
    items = [
        wire.Revocation(
            position=each.position,
            kind=each.kind,
            value=each.value,
            revoked_at=each.revoked_at,
            expires_at=each.expires_at,
        )
        for each in found
    ]
    return wire.RevocationPage(items=items, next_after=items[-1].position if items else after)
