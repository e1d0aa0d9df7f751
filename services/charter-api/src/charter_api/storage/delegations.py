"""The copy of who lets whom sign, and reading it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import DelegationChanged
from charter_api.storage.entry_tables import delegations

SIGN_SCOPE = "charter:sign"
MAX_DELEGATORS = 5_000
"""How many organisations are looked for behind the identifiers of one file."""


async def add_delegation(tx: AsyncConnection, made: DelegationChanged) -> None:
    """Keep a delegation; one that is there already, revoked or not, stays as it is."""
    row = {
        "id": made.delegation_id,
        "organisation_id": made.organisation_id,
        "delegate_organisation_id": made.delegate_organisation_id,
        "scopes": made.scopes,
    }
    await tx.execute(insert(delegations).values(row).on_conflict_do_nothing())


async def end_delegation(tx: AsyncConnection, delegation_id: UUID, revoked_at: datetime) -> None:
    """Mark a delegation as revoked."""
    await tx.execute(
        update(delegations).where(delegations.c.id == delegation_id).values(revoked_at=revoked_at)
    )


async def who_lets_sign(tx: AsyncConnection, delegate: UUID) -> frozenset[UUID]:
    """The organisations that let this one sign the Charter for them."""
    query = (
        select(delegations.c.organisation_id)
        .where(
            delegations.c.delegate_organisation_id == delegate,
            delegations.c.revoked_at.is_(None),
            delegations.c.scopes.contains([SIGN_SCOPE]),
        )
        .distinct()
        .limit(MAX_DELEGATORS)
    )
    return frozenset((await tx.execute(query)).scalars())
