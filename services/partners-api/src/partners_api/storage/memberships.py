"""Stores and finds memberships; the database itself refuses two that share a day."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Row,
    Text,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.memberships import Membership, MembershipOverlaps
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.storage.tables import memberships, organisations
from partners_api.storage.verification_tables import organisation_merges

_SORT_NAME = func.lower(organisations.c.legal_name, type_=Text)
_OWN = organisations.alias("own_record")
"""The record under which a membership stands; `organisations` is the one to which it leads."""


def _organisation_not_recorded() -> OrganisationNotRecorded:
    error = FieldError("/organisation_id", OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


_ERRORS = {
    "ex_memberships_overlap": lambda: MembershipOverlaps(
        "The organisation is a member of this place on some of these days already."
    ),
    "fk_memberships_organisation_id": _organisation_not_recorded,
}


async def insert_membership(tx: AsyncConnection, membership: Membership, now: datetime) -> None:
    """Store a new membership; raises `MembershipOverlaps` or `OrganisationNotRecorded`."""
    row = {
        "id": membership.id,
        "place_id": membership.place_id,
        "organisation_id": membership.organisation_id,
        "role": membership.role,
        "valid_from": membership.valid_from,
        "valid_to": membership.valid_to,
        "named_totals_agreed": membership.named_totals_agreed,
        "assumed": membership.assumed,
        "source": membership.source,
        "end_source": membership.end_source,
        "version": membership.version,
        "created_at": now,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(memberships).values(row))


async def update_end(tx: AsyncConnection, membership: Membership) -> None:
    """Store the end of a membership whose row is locked."""
    await tx.execute(
        update(memberships)
        .where(memberships.c.id == membership.id)
        .values(valid_to=membership.valid_to, end_source=membership.end_source, version=membership.version)
    )


async def load_membership(
    tx: AsyncConnection, membership_id: UUID, *, for_change: bool = False
) -> Membership | None:
    """The membership, its row locked if it is about to change."""
    query = select(memberships).where(memberships.c.id == membership_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _membership(row) if row is not None else None


async def was_ever_member(tx: AsyncConnection, place_id: UUID, records: Collection[UUID]) -> bool:
    """Whether an organisation, by any of its records, is, was or will be a member of the place; no membership
    is ever removed."""
    query = select(memberships.c.id).where(
        memberships.c.place_id == place_id, memberships.c.organisation_id.in_(records)
    )
    return await tx.scalar(query.limit(1)) is not None


async def require_no_overlap(tx: AsyncConnection, membership: Membership, records: Collection[UUID]) -> None:
    """Refuse days on which the organisation is a member by another of its records, unseen by a constraint."""
    query = select(memberships.c.id).where(
        memberships.c.place_id == membership.place_id,
        memberships.c.organisation_id.in_([each for each in records if each != membership.organisation_id]),
        or_(memberships.c.valid_to.is_(None), memberships.c.valid_to >= membership.valid_from),
    )
    if membership.valid_to is not None:
        query = query.where(memberships.c.valid_from <= membership.valid_to)
    if await tx.scalar(query.limit(1)) is not None:
        raise _ERRORS["ex_memberships_overlap"]()


async def page_memberships(
    tx: AsyncConnection, place_id: UUID, *, as_of: date | None, cursor: str | None, limit: int
) -> tuple[list[Membership], str | None]:
    """One page of a place's memberships by organisation name, those of one day or all there ever were.

    The name is that of the record to which each leads. Of one day an organisation stands once from the day on
    which its records were merged.
    """
    query = (
        select(memberships, _SORT_NAME.label("sort_name"))
        .join(_OWN, _OWN.c.id == memberships.c.organisation_id)
        .join(organisations, organisations.c.id == func.coalesce(_OWN.c.merged_into, _OWN.c.id))
        .where(memberships.c.place_id == place_id)
    )
    if as_of is not None:
        query = query.where(_lasts_on(as_of), ~_stands_under_another(place_id, as_of))
    columns = [_SORT_NAME, memberships.c.valid_from, memberships.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.sort_name, row.valid_from, row.id])
    return [_membership(row) for row in cut], following


async def page_memberships_of(
    tx: AsyncConnection,
    organisation_ids: Collection[UUID],
    *,
    as_of: date | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Membership], str | None]:
    """One page of what stands under these records, each one's together, the earliest first."""
    query = select(memberships).where(memberships.c.organisation_id.in_(organisation_ids))
    if as_of is not None:
        query = query.where(_lasts_on(as_of))
    columns = [memberships.c.organisation_id, memberships.c.valid_from, memberships.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.organisation_id, row.valid_from, row.id])
    return [_membership(row) for row in cut], following


def _lasts_on(day: date, of: FromClause = memberships) -> ColumnElement[bool]:
    lasts = or_(of.c.valid_to.is_(None), of.c.valid_to >= day)
    return and_(of.c.valid_from <= day, lasts)


def _stands_under_another(place_id: UUID, day: date) -> ColumnElement[bool]:
    """Whether a membership of a record that was merged by a day is beside one of the same organisation on it:
    that of the record that stayed by then, else that of the record with the lower id.

    Mergers of later days change nothing of it.
    """
    other, stays = memberships.alias("other"), _stays_on(place_id, day)
    own, beside = stays.alias("own_stays"), stays.alias("other_stays")
    same = (
        select(other.c.id)
        .select_from(other)
        .join(own, own.c.record == memberships.c.organisation_id)
        .outerjoin(beside, beside.c.record == other.c.organisation_id)
        .where(
            other.c.place_id == place_id,
            other.c.organisation_id != memberships.c.organisation_id,
            _lasts_on(day, other),
            func.coalesce(beside.c.survivor, other.c.organisation_id) == own.c.survivor,
            or_(beside.c.record.is_(None), other.c.organisation_id < memberships.c.organisation_id),
        )
    )
    return exists(same.correlate(memberships))


def _stays_on(place_id: UUID, day: date) -> CTE:
    """Of the place's records that were merged by a day, each with the record that it led to then."""
    merges = organisation_merges.c
    by_then = func.date(func.timezone("UTC", merges.decided_at)) <= day
    of_place = select(memberships.c.organisation_id).where(memberships.c.place_id == place_id)
    first = select(merges.organisation_id.label("record"), merges.survivor_id.label("survivor"))
    leads = first.where(by_then, merges.organisation_id.in_(of_place)).cte("leads", recursive=True)
    # Pairs that were found are not found again: whatever stands there, it ends.
    leads = leads.union(
        select(leads.c.record, merges.survivor_id).where(merges.organisation_id == leads.c.survivor, by_then)
    )
    goes_on = exists().where(merges.organisation_id == leads.c.survivor, by_then)
    return select(leads).where(~goes_on).cte("stays")


def _membership(row: Row[Any]) -> Membership:
    return Membership(
        id=row.id,
        place_id=row.place_id,
        organisation_id=row.organisation_id,
        role=row.role,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        named_totals_agreed=row.named_totals_agreed,
        assumed=row.assumed,
        source=row.source,
        end_source=row.end_source,
        version=row.version,
    )
