"""The feed of revocations: positions are seen in order, and none appears behind a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from partners_api.storage.tables import revocation_positions, revocations


@dataclass(frozen=True)
class Revocation:
    """A client, or a single token, that is no longer good; kept until every token it concerns is over."""

    position: int
    kind: Literal["client", "token"]
    value: str
    revoked_at: datetime
    expires_at: datetime


async def revoke(
    tx: AsyncConnection,
    kind: Literal["client", "token"],
    revoked: Sequence[tuple[str, datetime]],
    now: datetime,
) -> None:
    """Add (value, end) pairs to the feed; those that stand there already are left alone.

    The row with the last position stays locked until commit: positions become visible in their order.
    """
    if not revoked:
        return
    last = (await tx.execute(select(revocation_positions.c.position).with_for_update())).scalar_one()
    known = select(revocations.c.value).where(
        revocations.c.kind == kind, revocations.c.value.in_([value for value, _ in revoked])
    )
    standing = set((await tx.execute(known)).scalars())
    fresh = {value: expires_at for value, expires_at in revoked if value not in standing}
    if not fresh:
        return
    rows = [
        {"position": position, "kind": kind, "value": value, "revoked_at": now, "expires_at": expires_at}
        for position, (value, expires_at) in enumerate(fresh.items(), last + 1)
    ]
    await tx.execute(insert(revocations), rows)
    await tx.execute(update(revocation_positions).values(position=last + len(rows)))


async def read_revocations(tx: AsyncConnection, *, after: int, limit: int) -> list[Revocation]:
    """Revocations after a position, in order."""
    query = select(revocations).where(revocations.c.position > after)
    rows = (await tx.execute(query.order_by(revocations.c.position).limit(limit))).all()
    return [_revocation(row) for row in rows]


async def purge_revocations(tx: AsyncConnection, now: datetime) -> int:
    """Forget revocations of tokens that are over by themselves, and say how many."""
    return (await tx.execute(delete(revocations).where(revocations.c.expires_at <= now))).rowcount


def _revocation(row: Row[Any]) -> Revocation:
    return Revocation(row.position, row.kind, row.value, row.revoked_at, row.expires_at)
