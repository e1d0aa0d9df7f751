"""Stores and finds delegations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.delegations import Delegation, DelegationExists
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.storage.tables import delegations


def _delegate_not_recorded() -> OrganisationNotRecorded:
    pointer = "/delegate_organisation_id"
    error = FieldError(pointer, OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


_ERRORS = {
    "uq_delegations_live": lambda: DelegationExists(
        "A delegation to this organisation is in force; revoke it before making another."
    ),
    "fk_delegations_delegate_organisation_id": _delegate_not_recorded,
}


async def insert_delegation(tx: AsyncConnection, delegation: Delegation) -> None:
    """Store a new delegation; raises `DelegationExists` or `OrganisationNotRecorded`."""
    row = {
        "id": delegation.id,
        "organisation_id": delegation.organisation_id,
        "delegate_organisation_id": delegation.delegate_organisation_id,
        "scopes": list(delegation.scopes),
        "created_at": delegation.created_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(delegations).values(row))


async def mark_revoked(tx: AsyncConnection, delegation_id: UUID, now: datetime) -> None:
    """Store the end of a delegation whose row is locked."""
    await tx.execute(update(delegations).where(delegations.c.id == delegation_id).values(revoked_at=now))


async def end_delegations_of(tx: AsyncConnection, organisation_id: UUID, now: datetime) -> list[Delegation]:
    """End the delegations that the organisation has given or received, and say which."""
    concerned = or_(
        delegations.c.organisation_id == organisation_id,
        delegations.c.delegate_organisation_id == organisation_id,
    )
    ended = update(delegations).where(concerned, delegations.c.revoked_at.is_(None)).values(revoked_at=now)
    return [_delegation(row) for row in (await tx.execute(ended.returning(delegations))).all()]


async def load_delegation(
    tx: AsyncConnection, delegation_id: UUID, *, for_change: bool = False
) -> Delegation | None:
    """The delegation of that id, its row locked if it is about to end."""
    query = select(delegations).where(delegations.c.id == delegation_id)
    locked = query.with_for_update(key_share=True) if for_change else query
    row = (await tx.execute(locked)).one_or_none()
    return _delegation(row) if row is not None else None


async def find_live_delegation(
    tx: AsyncConnection, organisation_id: UUID, delegate_organisation_id: UUID
) -> Delegation | None:
    """The delegation in force between the two, locked so that its end waits for the token issued under it."""
    query = select(delegations).where(
        delegations.c.organisation_id == organisation_id,
        delegations.c.delegate_organisation_id == delegate_organisation_id,
        delegations.c.revoked_at.is_(None),
    )
    row = (await tx.execute(query.with_for_update(read=True))).one_or_none()
    return _delegation(row) if row is not None else None


async def page_delegations(
    tx: AsyncConnection, organisation_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[Delegation], str | None]:
    """One page of the delegations given or received by the organisation, the newest first."""
    own = or_(
        delegations.c.organisation_id == organisation_id,
        delegations.c.delegate_organisation_id == organisation_id,
    )
    columns = [delegations.c.created_at.desc(), delegations.c.id.desc()]
    rows = (await tx.execute(keyset(select(delegations).where(own), columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.created_at, row.id])
    return [_delegation(row) for row in cut], following


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        id=row.id,
        organisation_id=row.organisation_id,
        delegate_organisation_id=row.delegate_organisation_id,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
