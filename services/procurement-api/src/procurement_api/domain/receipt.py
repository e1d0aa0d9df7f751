"""How long sealed content is made, and in which order a tender's log holds its submissions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

# Sealed content has this length or it doubled, as often as needed, so that its length tells little about it.
PADDING_BYTES = 4096


def padded(content: bytes) -> bytes:
    """`content` with spaces up to the next of few lengths: JSON readers skip them."""
    length = PADDING_BYTES
    while length < len(content):
        length *= 2
    return content.ljust(length)


def log_order(received_at: datetime, bid_id: UUID, version: int) -> tuple[datetime, str, int]:
    """What the leaves of a tender's log are sorted by; no two submissions share it."""
    return received_at, str(bid_id), version
