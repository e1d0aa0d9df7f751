"""What the canned answers share: moments, hashes, and a fixed id for each kind of thing and number."""

from datetime import UTC, datetime
from uuid import UUID

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
HASH = "a" * 64
LEDGER_HASH = "b" * 64
CONTENT_HASH = "c" * 64


def uid(kind: str, number: int = 1) -> UUID:
    """A fixed id for each kind of thing and number."""
    return UUID(f"01890000-{ord(kind[0]):04x}-7{ord(kind[1]):03x}-8000-{number:012d}")


PLACE = uid("place")
EDITION = uid("edition")
CHARTER = uid("charter")
PUBLICATION = uid("publication", 2)
