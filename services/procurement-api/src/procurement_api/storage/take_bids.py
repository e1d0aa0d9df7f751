"""Taking first versions of bids for one tender by one statement, which is its whole transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from cdp_common.db.database import Database

_CALL = f"SELECT take_bids({', '.join(f'${number}' for number in range(1, 21))})"


class FirstVersion(NamedTuple):
    """All rows of one first version of a bid, and the lock of its request's key."""

    lock: int
    record: Mapping[str, Any]
    bid: Mapping[str, Any]
    version: Mapping[str, Any]
    event: Mapping[str, Any]


async def take_bids(
    db: Database, tender_id: UUID, tender_version: int, given: Sequence[FirstVersion]
) -> Sequence[bool] | None:
    """Of each whether everything of it is written; None when the tender is not of that version any more.

    Nothing is written of those whose key is in use, or who may not bid, or have a bid. The statement locks as
    submitting does otherwise: the tender's submissions shared, each request's key for itself.
    """
    records = [each.record for each in given]
    bids = [each.bid for each in given]
    versions = [each.version for each in given]
    events = [each.event for each in given]
    taken: Any = await db.call(
        _CALL,
        tender_id,
        tender_version,
        [each.lock for each in given],
        *_columns(records, "record_key", "fingerprint", "answer", "expires_at"),
        *_columns(bids, "id", "tenderer_organisation_id", "portal_organisation_id", "tenderer_key"),
        *_columns(versions, "received_at", "sealed", "commitment", "acted_by"),
        [event["id"] for event in events],
        [_only(event["audience"]) for event in events],
        [_json(event["data"]) for event in events],
        [event["traceparent"] for event in events],
        [_json(event["actor"]) for event in events],
    )
    return None if taken is None else [one is True for one in taken]


def _columns(rows: Sequence[Mapping[str, Any]], *names: str) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in names]


def _only(audience: Sequence[str]) -> str:
    [reader] = audience
    return reader


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
