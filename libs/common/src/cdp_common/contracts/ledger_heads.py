"""What travels of the heads of places' ledgers: the last block, signed, and the keys to verify it with."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, Sha256


class LedgerHead(Contract):
    """The head of a place's chain of blocks: whoever keeps it can tell later that nothing before changed."""

    place_id: UUID
    block_number: int
    position: int
    """The last entry's, counted from 1."""
    block_hash: Sha256
    sealed_at: datetime
    head_jws: str = Field(
        description="A compact JWS (Ed25519) over the canonical JSON of place_id, block_number, position and"
        " block_hash; its type is cdp-ledger-head+jws."
    )


class LedgerKeys(Contract):
    """The public keys with which heads of ledgers are verified (RFC 7517)."""

    keys: list[dict[str, Any]]
