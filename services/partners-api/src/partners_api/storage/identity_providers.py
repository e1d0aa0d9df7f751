"""Stores and finds the providers at which people sign in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.identity_providers import Audience, IdentityProvider, IssuerTaken
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.storage.person_tables import identity_provider_organisations as trusts
from partners_api.storage.person_tables import identity_providers as providers


def _organisation_not_recorded() -> OrganisationNotRecorded:
    error = FieldError("/organisation_ids", OrganisationNotRecorded.code, "one of these is not recorded")
    return OrganisationNotRecorded("There is no organisation of one of these ids.", errors=[error])


_ERRORS = {
    "uq_identity_providers_issuer": lambda: IssuerTaken("A provider with this issuer is trusted already."),
    "fk_identity_provider_organisations_organisation_id": _organisation_not_recorded,
}


async def insert_provider(tx: AsyncConnection, provider: IdentityProvider) -> None:
    """Store a new provider; raises `IssuerTaken` or `OrganisationNotRecorded`."""
    row = {
        "id": provider.id,
        "name": provider.name,
        "kind": provider.kind,
        "issuer": provider.issuer,
        "audiences": [
            {"audience": each.audience, "client_ids": list(each.client_ids)} for each in provider.audiences
        ],
        "jwks_uri": provider.jwks_uri,
        "jwks": dict(provider.jwks) if provider.jwks is not None else None,
        "algorithms": list(provider.algorithms),
        "subject_claim": provider.subject_claim,
        "trusted_for_all": provider.trusted_for_all,
        "created_at": provider.created_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(providers).values(row))
        trusted = [
            {"provider_id": provider.id, "organisation_id": each}
            for each in sorted(provider.organisation_ids)
        ]
        if trusted:
            await tx.execute(insert(trusts), trusted)


async def mark_provider_ended(tx: AsyncConnection, provider_id: UUID, now: datetime) -> None:
    """Store that a provider is trusted no more."""
    await tx.execute(update(providers).where(providers.c.id == provider_id).values(ended_at=now))


async def load_provider(
    tx: AsyncConnection, provider_id: UUID, *, for_change: bool = False
) -> IdentityProvider | None:
    """The provider of that id, its row locked if its trust is about to end."""
    query = select(providers).where(providers.c.id == provider_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return await _provider(tx, row) if row is not None else None


async def find_provider(
    tx: AsyncConnection, issuer: str, *, for_token: bool = False
) -> IdentityProvider | None:
    """The provider in force with that issuer; `for_token` keeps its end waiting for the token issued."""
    query = select(providers).where(providers.c.issuer == issuer, providers.c.ended_at.is_(None))
    row = (await tx.execute(query.with_for_update(read=True) if for_token else query)).one_or_none()
    return await _provider(tx, row) if row is not None else None


async def page_providers(
    tx: AsyncConnection, *, cursor: str | None, limit: int
) -> tuple[list[IdentityProvider], str | None]:
    """One page of the providers there ever were, the newest first."""
    columns = [providers.c.created_at.desc(), providers.c.id.desc()]
    rows = (await tx.execute(keyset(select(providers), columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.created_at, row.id])
    return [await _provider(tx, row) for row in cut], following


async def _provider(tx: AsyncConnection, row: Row[Any]) -> IdentityProvider:
    trusted = select(trusts.c.organisation_id).where(trusts.c.provider_id == row.id)
    return IdentityProvider(
        id=row.id,
        name=row.name,
        kind=row.kind,
        issuer=row.issuer,
        audiences=tuple(Audience(each["audience"], tuple(each["client_ids"])) for each in row.audiences),
        jwks_uri=row.jwks_uri,
        jwks=row.jwks,
        algorithms=tuple(row.algorithms),
        subject_claim=row.subject_claim,
        trusted_for_all=row.trusted_for_all,
        organisation_ids=frozenset((await tx.execute(trusted)).scalars()),
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
