"""Stores on what grounds organisations were verified, and which domains prove which identifiers."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.identifiers import OrganisationIdentifier
from partners_api.domain.verification import Verification
from partners_api.storage.verification_tables import (
    identifier_domains,
    organisation_merges,
    organisation_verifications,
)


async def insert_verification(
    tx: AsyncConnection, verification: Verification, *, client_id: str, by_person: UUID | None
) -> None:
    """Store a verification with its grounds."""
    await tx.execute(
        insert(organisation_verifications).values(
            id=verification.id,
            organisation_id=verification.organisation_id,
            method=verification.method,
            evidence=verification.evidence,
            domain=verification.domain,
            identifiers=[each.text for each in verification.identifiers],
            client_id=client_id,
            by_person=by_person,
            decided_at=verification.decided_at,
        )
    )


async def keep_identifier_domain(
    tx: AsyncConnection,
    identifier: OrganisationIdentifier,
    domain: str,
    *,
    source: str,
    client_id: str,
    now: datetime,
) -> datetime:
    """Store that the domain belongs to whoever has the identifier, and say since when that is recorded."""
    table = identifier_domains
    row = {"scheme": identifier.scheme, "number": identifier.id, "domain": domain}
    stated = upsert(table).values(**row, source=source, client_id=client_id, recorded_at=now)
    await tx.execute(stated.on_conflict_do_nothing())
    query = select(table.c.recorded_at).where(*[table.c[name] == value for name, value in row.items()])
    recorded_at: datetime = (await tx.execute(query)).scalar_one()
    return recorded_at


async def domains_of(
    tx: AsyncConnection, identifiers: Iterable[OrganisationIdentifier]
) -> dict[OrganisationIdentifier, set[str]]:
    """The domains that trusted records tie to these identifiers."""
    wanted = [(each.scheme, each.id) for each in identifiers]
    table = identifier_domains
    query = select(table).where(tuple_(table.c.scheme, table.c.number).in_(wanted))
    found: dict[OrganisationIdentifier, set[str]] = {}
    for row in (await tx.execute(query)).all() if wanted else []:
        found.setdefault(OrganisationIdentifier(row.scheme, row.number), set()).add(row.domain)
    return found


async def insert_merge(
    tx: AsyncConnection,
    organisation_id: UUID,
    survivor_id: UUID,
    *,
    reason: str,
    client_id: str,
    by_person: UUID | None,
    now: datetime,
) -> None:
    """Store who merged a record into which other, and why."""
    await tx.execute(
        insert(organisation_merges).values(
            organisation_id=organisation_id,
            survivor_id=survivor_id,
            reason=reason,
            client_id=client_id,
            by_person=by_person,
            decided_at=now,
        )
    )
