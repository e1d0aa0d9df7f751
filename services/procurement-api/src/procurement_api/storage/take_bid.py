"""Taking a first version of a bid by one statement, which is its whole transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cdp_common.db.database import Database
from cdp_common.db.idempotency import Once

_CALL = "SELECT take_bid($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
TAKEN = "taken"
CHANGED = "changed"


async def take_bid(
    db: Database,
    tender: Mapping[Any, Any],
    once: Once,
    record: Mapping[str, Any],
    bid: Mapping[str, Any],
    version: Mapping[str, Any],
    event: Mapping[str, Any],
) -> object:
    """`taken` when everything is written, `changed` when the tender is not what it was; else nothing is.

    The statement locks as submitting does otherwise: the tender's submissions shared, the request's key for
    itself. It answers `running` or `repeated` for a key in use, `refused` for who may not, or has a bid.
    """
    return await db.call(
        _CALL,
        tender["id"],
        tender["version"],
        bid["portal_organisation_id"],
        once.lock,
        record["record_key"],
        record["fingerprint"],
        record["answer"],
        record["expires_at"],
        version["received_at"],
        _json(bid),
        _json(version),
        _json(event),
    )


def _json(row: Mapping[str, Any]) -> str:
    return msgspec.json.encode(row).decode()
