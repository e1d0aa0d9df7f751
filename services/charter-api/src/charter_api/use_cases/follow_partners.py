"""What charter-api takes from the feed of partners-api: who lets whom sign, and whose name is forgotten."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope
from cdp_common.contracts.partners import DelegationChanged
from cdp_common.contracts.persons import PersonErased
from charter_api.storage.delegations import add_delegation, end_delegation
from charter_api.storage.signature_changes import forget_names_given_by

SOURCE = "partners"


async def follow_partners(tx: AsyncConnection, event: EventEnvelope) -> None:
    """Apply one event; applying it again changes nothing."""
    if event.type == "delegation.created":
        await add_delegation(tx, DelegationChanged.model_validate(event.data))
    elif event.type == "delegation.revoked":
        revoked = DelegationChanged.model_validate(event.data)
        await end_delegation(tx, revoked.delegation_id, event.occurred_at)
    elif event.type == "person.erased":
        # What was signed stays: its certificate names the organisation and never a person.
        await forget_names_given_by(tx, PersonErased.model_validate(event.data).person_id)
