"""Reading and writing portal appointments, and who was found to have bid."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.merges import columns_resolved, record_ids
from cdp_common.db.paging import keyset
from procurement_api.domain.tenderers import PortalAppointed
from procurement_api.storage.portal_tables import bid_attestations, bid_tenderers, portal_appointments


def _appointments() -> Select[Any]:
    return select(*columns_resolved(portal_appointments, "portal_organisation_id"))


def _appointed() -> PortalAppointed:
    return PortalAppointed("The portal is appointed for this tender.")


async def add_appointment(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write an appointment; a portal that is appointed for the tender is refused."""
    if await is_appointed(tx, row["tender_id"], row["portal_organisation_id"]):
        raise _appointed()  # also under a record that was merged into the portal's: no constraint knows
    with constraint_errors({"uq_portal_appointments_live": _appointed}):
        await tx.execute(insert(portal_appointments).values(**row))


async def appointment_by_id(tx: AsyncConnection, appointment_id: UUID) -> RowMapping | None:
    """The appointment, held until commit, or None."""
    query = _appointments().where(portal_appointments.c.id == appointment_id)
    query = query.with_for_update(of=portal_appointments)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def revoke_appointment(tx: AsyncConnection, appointment_id: UUID, revoked: Mapping[str, Any]) -> None:
    """End an appointment: when, and by whom."""
    query = update(portal_appointments).where(portal_appointments.c.id == appointment_id)
    await tx.execute(query.values(**revoked))


async def appointments_page(
    tx: AsyncConnection, tender_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The tender's appointments, revoked ones included, oldest first."""
    query = _appointments().where(portal_appointments.c.tender_id == tender_id)
    return list((await tx.execute(keyset(query, [portal_appointments.c.id], cursor, limit))).mappings())


async def is_appointed(tx: AsyncConnection, tender_id: UUID, organisation_id: UUID) -> bool:
    """Whether the organisation is a portal that may submit bids for the tender now."""
    columns = portal_appointments.c
    query = select(columns.id).where(
        columns.tender_id == tender_id,
        columns.portal_organisation_id.in_(record_ids(organisation_id)),
        columns.revoked_at.is_(None),
    )
    return await tx.scalar(query.limit(1)) is not None


async def add_tenderers(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write who bid."""
    if rows:
        await tx.execute(insert(bid_tenderers), rows)


async def add_attestation(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write who authorised a bid."""
    await tx.execute(insert(bid_attestations).values(**row))


async def tenderers_of(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """Who bid, in the order in which they were stated."""
    columns = bid_tenderers.c
    query = select(*columns_resolved(bid_tenderers, "organisation_id")).where(columns.bid_id.in_(bid_ids))
    return list((await tx.execute(query.order_by(columns.bid_id, columns.position))).mappings())


async def attestations_of(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """Who authorised the bids."""
    query = select(bid_attestations).where(bid_attestations.c.bid_id.in_(bid_ids))
    return list((await tx.execute(query)).mappings())
