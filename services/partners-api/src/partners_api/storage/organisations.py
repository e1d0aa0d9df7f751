"""Stores and finds organisations with their identifiers."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, Text, and_, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import WriteConflict
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.identifiers import OrganisationIdentifier
from partners_api.domain.organisations import IdentifierOwned, Organisation, OrganisationState
from partners_api.storage.tables import organisation_identifiers as identifiers
from partners_api.storage.tables import organisations

OrganisationOrder = Literal["name", "-created_at"]

_ERRORS = {
    "uq_organisation_identifiers_owned": lambda: IdentifierOwned(
        "A verified organisation has one of these identifiers; name that organisation instead."
    ),
    "uq_organisations_operator": lambda: WriteConflict(
        "another process recorded the operator at the same moment"
    ),
}
_SORT_NAME = func.lower(organisations.c.legal_name, type_=Text)


async def insert_organisation(
    tx: AsyncConnection, organisation: Organisation, *, is_operator: bool = False
) -> None:
    """Store a new organisation; a verified one whose identifier another has raises `IdentifierOwned`."""
    with constraint_errors(_ERRORS):
        await tx.execute(insert(organisations).values(**_row_of(organisation), is_operator=is_operator))
    await add_identifiers(tx, organisation, organisation.identifiers, organisation.created_at)


async def add_identifiers(
    tx: AsyncConnection, organisation: Organisation, added: Sequence[OrganisationIdentifier], now: datetime
) -> None:
    """Store further identifiers; `IdentifierOwned` for a verified one when another has one of them."""
    rows = [
        {
            "organisation_id": organisation.id,
            "organisation_state": organisation.state,
            "scheme": identifier.scheme,
            "number": identifier.id,
            "claimed_at": now,
        }
        for identifier in added
    ]
    with constraint_errors(_ERRORS):
        if rows:
            await tx.execute(insert(identifiers), rows)


async def drop_identifiers(
    tx: AsyncConnection, organisation_id: UUID, dropped: Sequence[OrganisationIdentifier]
) -> None:
    """Remove identifiers of an organisation whose row is locked."""
    gone = [(each.scheme, each.id) for each in dropped]
    if gone:
        named = tuple_(identifiers.c.scheme, identifiers.c.number).in_(gone)
        await tx.execute(delete(identifiers).where(identifiers.c.organisation_id == organisation_id, named))


async def purge_claims(tx: AsyncConnection, now: datetime, lasts: timedelta, limit: int) -> int:
    """Forget identifiers that unverified organisations claim for too long, and say how many."""
    old = (
        select(identifiers.c.organisation_id, identifiers.c.scheme, identifiers.c.number)
        .where(identifiers.c.organisation_state == "unverified", identifiers.c.claimed_at <= now - lasts)
        .limit(limit)
    )
    key = tuple_(identifiers.c.organisation_id, identifiers.c.scheme, identifiers.c.number)
    # The state is looked at again: an organisation may be verified at this very moment.
    still = identifiers.c.organisation_state == "unverified"
    return (await tx.execute(delete(identifiers).where(key.in_(old), still))).rowcount


async def point_to(tx: AsyncConnection, merged_ids: Sequence[UUID], survivor_id: UUID) -> None:
    """Let these records, which are locked, lead to another: all at once, so that no chain is ever there."""
    leading = update(organisations).where(organisations.c.id.in_(merged_ids))
    changed = {"merged_into": survivor_id, "merged_ids": [], "version": organisations.c.version + 1}
    await tx.execute(leading.values(changed))


async def update_organisation(tx: AsyncConnection, organisation: Organisation) -> None:
    """Store the changed organisation, whose row is locked; its identifiers follow its state by themselves."""
    with constraint_errors(_ERRORS):
        await tx.execute(
            update(organisations).where(organisations.c.id == organisation.id).values(**_row_of(organisation))
        )


async def load_organisation(
    tx: AsyncConnection, organisation_id: UUID, *, for_change: bool = False
) -> Organisation | None:
    """The record of that id itself, its row locked if it is about to change."""
    query = select(organisations).where(organisations.c.id == organisation_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return (await _with_identifiers(tx, [row]))[0] if row is not None else None


async def load_organisations(tx: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """The organisations to which these ids lead, by the id asked for."""
    wanted = set(ids)
    found = await _of_ids(tx, wanted)
    leading = {each.id: each.merged_into for each in found.values() if each.merged_into is not None}
    survivors = await _of_ids(tx, set(leading.values()) - wanted) if leading else {}
    known = {**found, **survivors}
    return {each: known[leading.get(each, each)] for each in found}


async def records_of_same(tx: AsyncConnection, ids: Collection[UUID]) -> list[UUID]:
    """The ids of every record of the organisations to which these ids lead, merged ones among them."""
    leading = func.coalesce(organisations.c.merged_into, organisations.c.id)
    survivors = select(leading).where(organisations.c.id.in_(ids)).scalar_subquery()
    same = or_(organisations.c.id.in_(survivors), organisations.c.merged_into.in_(survivors))
    return list((await tx.scalars(select(organisations.c.id).where(same))).all())


async def records_of_survivor(tx: AsyncConnection, organisation_id: UUID) -> list[UUID]:
    """The ids of a record that leads nowhere and of those that lead to it; none of one that was merged."""
    own = and_(organisations.c.id == organisation_id, organisations.c.merged_into.is_(None))
    same = or_(own, organisations.c.merged_into == organisation_id)
    return list((await tx.scalars(select(organisations.c.id).where(same))).all())


async def lock_organisations(tx: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """The records of these ids themselves, locked in one order, so that nobody waits for each other."""
    query = select(organisations).where(organisations.c.id.in_(set(ids))).order_by(organisations.c.id)
    rows = (await tx.execute(query.with_for_update())).all()
    return {found.id: found for found in await _with_identifiers(tx, rows)}


async def _of_ids(tx: AsyncConnection, ids: set[UUID]) -> dict[UUID, Organisation]:
    rows = (await tx.execute(select(organisations).where(organisations.c.id.in_(ids)))).all()
    return {found.id: found for found in await _with_identifiers(tx, rows)}


async def find_operator(tx: AsyncConnection) -> Organisation | None:
    """The organisation that operates the platform, its row locked, if it is recorded."""
    row = (
        await tx.execute(select(organisations).where(organisations.c.is_operator).with_for_update())
    ).one_or_none()
    return (await _with_identifiers(tx, [row]))[0] if row is not None else None


async def page_organisations(
    tx: AsyncConnection,
    *,
    identifier: OrganisationIdentifier | None,
    name_contains: str | None,
    state: OrganisationState | None,
    order: OrganisationOrder,
    cursor: str | None,
    limit: int,
) -> tuple[list[Organisation], str | None]:
    """One page of the organisations that match, and the cursor of the next."""
    query: Select[Any] = select(organisations, _SORT_NAME.label("sort_name"))
    # Whom a portal speaks of is nobody's to look up: it would tell who bids.
    query = query.where(~organisations.c.is_merged, organisations.c.state != "asserted")
    if identifier is not None:
        claimed = select(identifiers.c.organisation_id).where(
            identifiers.c.scheme == identifier.scheme, identifiers.c.number == identifier.id
        )
        query = query.where(organisations.c.id.in_(claimed))
    if state is not None:
        query = query.where(organisations.c.state == state)
    if name_contains is not None:
        query = query.where(_SORT_NAME.contains(name_contains.lower(), autoescape=True))
    if order == "name":
        columns = [_SORT_NAME, organisations.c.id]
    else:
        columns = [organisations.c.created_at.desc(), organisations.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: _sort_values(row, order))
    return await _with_identifiers(tx, cut), following


def _sort_values(row: Row[Any], order: OrganisationOrder) -> list[Any]:
    return [row.sort_name if order == "name" else row.created_at, row.id]


def _row_of(organisation: Organisation) -> dict[str, Any]:
    return {
        "id": organisation.id,
        "legal_name": organisation.legal_name,
        "kind": organisation.kind,
        "state": organisation.state,
        "is_sme": organisation.is_sme,
        "is_vcse": organisation.is_vcse,
        "postcode": organisation.postcode,
        "website": organisation.website,
        "data_status": organisation.data_status,
        "version": organisation.version,
        "created_at": organisation.created_at,
        "merged_ids": list(organisation.merged_ids),
    }


async def _with_identifiers(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Organisation]:
    """The organisations of these rows, in their order; one query for all their identifiers."""
    query = (
        select(identifiers.c.organisation_id, identifiers.c.scheme, identifiers.c.number)
        .where(identifiers.c.organisation_id.in_([row.id for row in rows]))
        .order_by(identifiers.c.scheme, identifiers.c.number)
    )
    by_organisation: dict[UUID, list[OrganisationIdentifier]] = {}
    for found in (await tx.execute(query)).all() if rows else []:
        stated = OrganisationIdentifier(found.scheme, found.number)
        by_organisation.setdefault(found.organisation_id, []).append(stated)
    return [_organisation(row, by_organisation.get(row.id, [])) for row in rows]


def _organisation(row: Row[Any], stated: Sequence[OrganisationIdentifier]) -> Organisation:
    return Organisation(
        id=row.id,
        legal_name=row.legal_name,
        kind=row.kind,
        state=row.state,
        identifiers=tuple(stated),
        is_sme=row.is_sme,
        is_vcse=row.is_vcse,
        postcode=row.postcode,
        website=row.website,
        data_status=row.data_status,
        version=row.version,
        created_at=row.created_at,
        merged_into=row.merged_into,
        merged_ids=tuple(row.merged_ids),
    )
