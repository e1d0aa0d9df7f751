"""Entries as they go out on the wire, and the events that tell of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.signature_imports import SignatureEntry, SignatureEntryChanged
from cdp_common.db.events import NewEvent
from cdp_common.web.caller import Caller
from charter_api.domain.entry import EntryState, OwnRecord, state_now


def entry_answer(row: RowMapping, today: date) -> SignatureEntry:
    """An entry as it stands today."""
    return SignatureEntry(
        id=row["id"],
        charter_id=row["charter_id"],
        place_id=row["place_id"],
        state=state_now(row["state"], row["expires_on"], today),
        entered_by=row["entered_by"],
        entered_at=row["entered_at"],
        expires_on=row["expires_on"],
        organisation_id=row["organisation_id"],
        identifier=row["identifier"],
        legal_name=row["legal_name"],
        kind=row["kind"],
        signed_by_role=row["signed_by_role"],
        decided_at=row["decided_at"],
        reason=row["reason"],
        **row["stated"],
    )


def entry_event(row: RowMapping | dict[str, Any], state: EntryState) -> NewEvent:
    """`signature_entry.made` or `.ended`: the network and, where it is known, the organisation read it."""
    payload = SignatureEntryChanged(
        entry_id=row["id"],
        charter_id=row["charter_id"],
        entered_by=row["entered_by"],
        organisation_id=row["organisation_id"],
        state=state,
    )
    audience = ["internal", f"org:{row['entered_by']}"]
    if row["organisation_id"] is not None:
        audience.append(f"org:{row['organisation_id']}")
    is_new = state == "pending"
    return NewEvent(
        type="signature_entry.made" if is_new else "signature_entry.ended",
        aggregate_type="signature_entry",
        aggregate_id=row["id"],
        aggregate_version=1 if is_new else 2,
        place_id=row["place_id"],
        audience=tuple(audience),
        data=payload.model_dump(mode="json"),
    )


async def own_record(partners: PartnersClient, caller: Caller) -> OwnRecord:
    """The organisation that the caller acts for, as entries may name it."""
    organisation = await partners.get_organisation(caller.org)
    proved = organisation.identifiers if organisation.state == "verified" else []
    return OwnRecord(
        ids=frozenset[UUID]({caller.org, *organisation.ids}),
        identifiers=frozenset(f"{one.scheme}:{one.id}" for one in proved),
    )
