"""Who did something for whom it was done for, as it is stored with what they did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text, Uuid


def actor_columns(prefix: str = "") -> tuple[Column[Any], ...]:
    """The client's own organisation, the client, and the person at it; null where none was kept."""
    return (
        Column(f"{prefix or 'acted_'}by", Uuid),
        Column(f"{prefix}client_id", Text),
        Column(f"{prefix}person_id", Uuid),
    )
