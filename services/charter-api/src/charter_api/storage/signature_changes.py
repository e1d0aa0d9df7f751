"""Reading and writing the dated changes of signatures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import raise_for_constraint
from charter_api.domain.charter import SignatureEnded
from charter_api.domain.standing import Change, ChangeDecidedAlready, SignaturePeriod
from charter_api.storage.signatures import register_on
from charter_api.storage.tables import charters, signature_changes, signing_people

MAX_FORGOTTEN = 500
"""Names removed in one transaction."""


async def add_signing_people(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write the erasable names of several who signed."""
    if rows:
        await tx.execute(insert(signing_people), rows)


async def add_first_changes(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write the signing of signatures that this transaction made: nobody else can have changed them."""
    if rows:
        await tx.execute(insert(signature_changes), rows)


async def add_signing_person(tx: AsyncConnection, person_id: UUID, name: str, given_by: UUID | None) -> None:
    """Write the erasable name of who signed; `given_by` is the signed-in person who gave it, if one was."""
    await tx.execute(insert(signing_people).values(id=person_id, name=name, given_by=given_by))


async def forget_names_given_by(tx: AsyncConnection, person: UUID) -> int:
    """Remove the names that a person gave who is erased, and say how many they were."""
    return (await tx.execute(delete(signing_people).where(signing_people.c.given_by == person))).rowcount


async def names_of(tx: AsyncConnection, signature_id: UUID) -> list[UUID]:
    """Where the names of who signed and renewed a signature stand, as many as are left."""
    query = (
        select(signing_people.c.id)
        .join(signature_changes, signature_changes.c.person_id == signing_people.c.id)
        .where(signature_changes.c.signature_id == signature_id)
    )
    return list((await tx.execute(query)).scalars())


async def names_of_ended(tx: AsyncConnection, ended_by: date) -> list[UUID]:
    """Where names stand of signatures that had ended by a day, a bounded number."""
    found = register_on(ended_by).subquery()
    query = (
        select(signing_people.c.id)
        .join(signature_changes, signature_changes.c.person_id == signing_people.c.id)
        .join(found, found.c.id == signature_changes.c.signature_id)
        .where(found.c.state.in_(("lapsed", "withdrawn", "merged")))
        .order_by(signing_people.c.id)
        .limit(MAX_FORGOTTEN)
    )
    return list((await tx.execute(query)).scalars())


async def forget_names(tx: AsyncConnection, person_ids: Collection[UUID]) -> None:
    """Remove names that nothing is signed with."""
    await tx.execute(delete(signing_people).where(signing_people.c.id.in_(person_ids)))


async def add_change(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a change; one whose number, period or end is there already is refused."""
    try:
        await tx.execute(insert(signature_changes).values(**row))
    except IntegrityError as error:
        raise_for_constraint(
            error,
            {
                "uq_signature_changes_end": lambda: SignatureEnded("The signature was withdrawn before."),
                "uq_signature_changes_period": _decided,
                "uq_signature_changes_notice": _decided,
                "pk_signature_changes": _decided,
                "ck_signature_changes_number_bounded": _decided,
            },
        )


async def next_register_number(tx: AsyncConnection) -> int:
    """A number in the register of all signatures that no other certificate has."""
    sequence = func.pg_get_serial_sequence("signatures", "register_number")
    number: int = (await tx.execute(select(func.nextval(sequence)))).scalar_one()
    return number


def _decided() -> ChangeDecidedAlready:
    return ChangeDecidedAlready("Another change of the signature was recorded before this one.")


async def changes_of(tx: AsyncConnection, signature_id: UUID) -> list[RowMapping]:
    """Every change of a signature in its order, with the version of the charter that it names."""
    query = (
        select(signature_changes, charters.c.version.label("charter_version"))
        .outerjoin(charters, charters.c.id == signature_changes.c.charter_id)
        .where(signature_changes.c.signature_id == signature_id)
        .order_by(signature_changes.c.number)
    )
    return list((await tx.execute(query)).mappings())


def as_changes(rows: Sequence[RowMapping]) -> list[Change]:
    """What the rules need of the rows."""
    return [
        Change(
            kind=row["kind"],
            effective_on=row["effective_on"],
            period=None
            if row["starts_on"] is None
            else SignaturePeriod(row["starts_on"], row["renewal_due_on"], row["expires_on"]),
            reason=row["reason"],
        )
        for row in rows
    ]


async def unannounced(tx: AsyncConnection, state: str, notice: str, day: date, limit: int) -> list[UUID]:
    """Signatures in a state whose notice of it was not given for their period yet, a bounded number."""
    found = register_on(day).subquery()
    given = exists().where(
        signature_changes.c.signature_id == found.c.id,
        signature_changes.c.period == found.c.period,
        signature_changes.c.kind == notice,
    )
    query = select(found.c.id).where(found.c.state == state, ~given).order_by(found.c.id).limit(limit)
    return list((await tx.execute(query)).scalars())
