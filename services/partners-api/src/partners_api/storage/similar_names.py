"""Finds organisations by names that are spelt a little differently, the most similar first."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Text, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.organisations import Organisation, OrganisationKind, OrganisationState
from partners_api.storage.organisations import load_organisations
from partners_api.storage.tables import organisations

LEAST_SIMILARITY = "0.4"
"""How similar a stretch of a name must be to what is looked for, from 0 to 1: two wrong letters in a word."""


@dataclass(frozen=True)
class Sought:
    """What is looked for: a name, and what the organisation must be where that is stated."""

    name: str
    kind: OrganisationKind | None
    state: OrganisationState | None
    is_sme: bool | None
    is_vcse: bool | None


async def page_similar(
    tx: AsyncConnection, sought: Sought, *, cursor: str | None, limit: int
) -> tuple[list[tuple[Organisation, int]], str | None]:
    """One page of the organisations with a similar name, each with its similarity in thousandths."""
    await tx.execute(select(func.set_config("pg_trgm.word_similarity_threshold", LEAST_SIMILARITY, True)))
    query, columns = _query(sought)
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.likeness, row.sort_name, row.id])
    ids: list[UUID] = [row.id for row in cut]
    found = await load_organisations(tx, ids)
    return [(found[row.id], row.likeness) for row in cut], following


def _query(sought: Sought) -> tuple[Select[Any], list[Any]]:
    name = func.lower(organisations.c.legal_name, type_=Text)
    wanted = literal(sought.name.lower(), Text)
    # Words in which it stands count most, then how much of the whole name it is.
    score = (func.word_similarity(wanted, name) * 2 + func.similarity(wanted, name)) / 3
    likeness = cast(func.round(score * 1000), Integer)  # whole thousandths: a page begins where one ended
    is_similar = wanted.op("<%", is_comparison=True)(name)
    query = select(organisations.c.id, name.label("sort_name"), likeness.label("likeness")).where(
        # Whom a portal speaks of is nobody's to look up: it would tell who bids.
        organisations.c.state != "asserted",
        ~organisations.c.is_merged,
        or_(is_similar, name.contains(sought.name.lower(), autoescape=True)),
    )
    for column, value in (
        (organisations.c.kind, sought.kind),
        (organisations.c.state, sought.state),
        (organisations.c.is_sme, sought.is_sme),
        (organisations.c.is_vcse, sought.is_vcse),
    ):
        if value is not None:
            query = query.where(column == value)
    return query, [likeness.desc(), name, organisations.c.id]
