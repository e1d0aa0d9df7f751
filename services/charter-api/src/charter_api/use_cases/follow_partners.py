"""What charter-api takes from the feed of partners-api: who lets whom sign, whose name is forgotten, and
which records of organisations were merged."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope
from cdp_common.contracts.organisations import OrganisationMerged
from cdp_common.contracts.partners import DelegationChanged
from cdp_common.contracts.persons import PersonErased
from cdp_common.db.consumer import Handle
from cdp_common.kernel.clock import Clock, utc_now
from charter_api.storage.delegations import add_delegation, end_delegation
from charter_api.storage.signature_changes import forget_names_given_by
from charter_api.use_cases.settle_merger import settle_merger

SOURCE = "partners"


def partners_follower(clock: Clock = utc_now) -> Handle:
    """Applies one event of the feed; applying it again changes nothing."""

    async def follow_partners(tx: AsyncConnection, event: EventEnvelope) -> None:
        if event.type == "delegation.created":
            await add_delegation(tx, DelegationChanged.model_validate(event.data))
        elif event.type == "delegation.revoked":
            revoked = DelegationChanged.model_validate(event.data)
            await end_delegation(tx, revoked.delegation_id, event.occurred_at)
        elif event.type == "person.erased":
            # What was signed stays: its certificate names the organisation and never a person.
            await forget_names_given_by(tx, PersonErased.model_validate(event.data).person_id)
        elif event.type == "organisation.merged":
            merged = OrganisationMerged.model_validate(event.data)
            await settle_merger(tx, merged, event.occurred_at, clock())

    return follow_partners
