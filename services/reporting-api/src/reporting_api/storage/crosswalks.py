"""The crosswalks of editions as they are kept here: an edition never changes once published, nor do these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.errors import FieldError
from reporting_api.domain.crosswalks import Crosswalk, CrosswalkUnknown
from reporting_api.storage.copy_tables import editions


async def keep_crosswalks(tx: AsyncConnection, edition_hash: str, found: Iterable[Crosswalk]) -> None:
    """Remember an edition's crosswalks, none included; what is known already stays as it is."""
    await tx.execute(
        update(editions)
        .where(editions.c.edition_hash == edition_hash, editions.c.crosswalks.is_(None))
        .values(crosswalks=[_document(crosswalk) for crosswalk in found])
    )


async def editions_without_crosswalks(tx: AsyncConnection) -> list[str]:
    """The hashes of the editions that are kept here and whose crosswalks were never asked for."""
    query = select(editions.c.edition_hash).where(editions.c.crosswalks.is_(None))
    return list((await tx.execute(query.order_by(editions.c.edition_hash))).scalars())


async def crosswalks_of(tx: AsyncConnection, hashes: Collection[str]) -> dict[str, list[Crosswalk]]:
    """The crosswalks of these editions, by edition hash."""
    query = select(editions.c.edition_hash, editions.c.crosswalks).where(editions.c.edition_hash.in_(hashes))
    rows = (await tx.execute(query)).all()
    return {row.edition_hash: [_crosswalk(document) for document in row.crosswalks or ()] for row in rows}


async def require_scheme(tx: AsyncConnection, scheme: str) -> None:
    """Refuse a scheme that no edition kept here has a crosswalk of."""
    known = select(editions.c.edition_hash).where(editions.c.crosswalks.contains([{"scheme": scheme}]))
    if (await tx.execute(known.limit(1))).first() is None:
        fault = FieldError("?group_by", "crosswalk_unknown", f"no edition has a crosswalk {scheme}")
        raise CrosswalkUnknown("No edition has a crosswalk of this scheme.", errors=[fault])


def _document(crosswalk: Crosswalk) -> dict[str, Any]:
    return {
        "scheme": crosswalk.scheme,
        "title": crosswalk.title,
        "categories": dict(crosswalk.categories),
        "shares": {
            measure: {category: format(share, "f") for category, share in shares.items()}
            for measure, shares in crosswalk.shares.items()
        },
    }


def _crosswalk(document: Mapping[str, Any]) -> Crosswalk:
    return Crosswalk(
        document["scheme"],
        document["title"],
        document["categories"],
        {
            measure: {category: Decimal(share) for category, share in shares.items()}
            for measure, shares in document["shares"].items()
        },
    )
