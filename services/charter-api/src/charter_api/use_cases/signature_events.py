"""What is told of a signature's changes: one event per change, numbered as the change is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.db.events import Audience, NewEvent

PUBLIC: Audience = ("public",)
_NO_DAYS: Mapping[str, str] = MappingProxyType({})


def signatory_alone(organisation_id: UUID) -> Audience:
    """Whom a reminder is for: the signatory, and the platform's own services."""
    return (f"org:{organisation_id}", "internal")


def signature_event(
    signature: RowMapping | Mapping[str, Any],
    kind: str,
    number: int,
    effective_on: date,
    *,
    audience: Audience = PUBLIC,
    days: Mapping[str, str] = _NO_DAYS,
) -> NewEvent:
    """The event `signature.<kind>`; it names the organisation and never a person or a reason."""
    into = signature.get("merged_into")
    return NewEvent(
        type=f"signature.{kind}",
        aggregate_type="signature",
        aggregate_id=signature["id"],
        aggregate_version=number,
        place_id=signature["place_id"],
        audience=audience,
        data={
            "signature_id": str(signature["id"]),
            "charter_id": str(signature["charter_id"]),
            "organisation_id": str(signature["organisation_id"]),
            "organisation_name": signature["organisation_name"],
            "effective_on": effective_on.isoformat(),
            "level": signature["level"],
            "merged_into": into if into is None else str(into),
            **days,
        },
        effective_on=effective_on,
    )
