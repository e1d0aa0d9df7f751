"""Keeping read copies of what others own, and reading them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Text, any_, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.entries import DataStatus, MeasureRef
from reporting_api.domain.reports import KnownMeasure
from reporting_api.storage.copy_tables import (
    areas,
    editions,
    measures,
    membership_versions,
    organisations,
    places,
)

MeasureKey = tuple[str, str]
"""Edition hash and code."""


@dataclass(frozen=True, slots=True)
class PlaceCopy:
    """A place as it is kept here: its short name, and the index that its need bands use."""

    id: UUID
    slug: str
    need_index: str | None


@dataclass(frozen=True, slots=True)
class EditionCopy:
    """An edition as it is kept here."""

    edition_hash: str
    framework: str
    edition: str
    title: str
    data_status: DataStatus


@dataclass(frozen=True, slots=True)
class MeasureCopy:
    """A measure as it is kept here; an edition never changes once published, and so this does not either."""

    edition_hash: str
    code: str
    title: str
    theme: str
    theme_title: str
    outcome: str
    outcome_title: str
    unit: str
    excludes: tuple[str, ...]
    price_year: int | None
    is_redistributable: bool
    licence_framework: str | None
    """The framework whose licence shows its pounds; none when anybody may see them."""
    data_status: DataStatus

    @property
    def known(self) -> KnownMeasure:
        """What reports are judged by."""
        return KnownMeasure(
            self.edition_hash, self.code, self.unit, self.theme, self.outcome, frozenset(self.excludes)
        )

    def reference(self, method_version: str) -> MeasureRef:
        """What ledger entries say of the measure, valued by a version of the method."""
        return MeasureRef(self.edition_hash, self.code, self.theme, self.outcome, method_version)


@dataclass(frozen=True, slots=True)
class AreaCopy:
    """A small area of an index of need as it is kept here."""

    need_index: str
    code: str
    name: str
    place_slug: str
    decile: int
    band: str


# ------------------------------------------------------------------ organisations
async def keep_names(tx: AsyncConnection, names: Mapping[UUID, str], now: datetime) -> None:
    """Remember what organisations are called; the latest word counts."""
    if not names:
        return
    # In one order, so that two who remember the same names never wait for each other.
    rows = [{"id": who, "name": names[who], "updated_at": now} for who in sorted(names)]
    statement = insert(organisations)
    changes = {"name": statement.excluded.name, "updated_at": now}
    changed = organisations.c.name != statement.excluded.name
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=changed), rows
    )


# ------------------------------------------------------------------ places
async def names_known(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of those among these organisations that are kept."""
    query = select(organisations.c.id, organisations.c.name).where(organisations.c.id.in_(ids))
    return {row.id: row.name for row in await tx.execute(query)}


async def keep_place(tx: AsyncConnection, place: PlaceCopy, now: datetime) -> None:
    """Remember a place; the latest word counts."""
    row = {"slug": place.slug, "need_index": place.need_index, "updated_at": now}
    statement = insert(places).values(id=place.id, **row)
    await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))


async def place_known(tx: AsyncConnection, place_id: UUID) -> PlaceCopy | None:
    """The place as it is kept here, or none."""
    query = select(places.c.id, places.c.slug, places.c.need_index).where(places.c.id == place_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else PlaceCopy(**row)


# ------------------------------------------------------------------ editions, measures, areas
async def keep_measures(
    tx: AsyncConnection, found_editions: Iterable[EditionCopy], found: Iterable[MeasureCopy]
) -> None:
    """Remember editions and measures; what is known already stays as it is."""
    edition_rows = [
        {
            "edition_hash": item.edition_hash,
            "framework": item.framework,
            "edition": item.edition,
            "title": item.title,
            "data_status": item.data_status,
        }
        for item in sorted(found_editions, key=lambda item: item.edition_hash)
    ]
    measure_rows = [
        {
            "edition_hash": item.edition_hash,
            "code": item.code,
            "title": item.title,
            "theme": item.theme,
            "theme_title": item.theme_title,
            "outcome": item.outcome,
            "outcome_title": item.outcome_title,
            "unit": item.unit,
            "excludes": list(item.excludes),
            "price_year": item.price_year,
            "is_redistributable": item.is_redistributable,
            "licence_framework": item.licence_framework,
        }
        for item in sorted(found, key=lambda item: (item.edition_hash, item.code))
    ]
    if edition_rows:
        await tx.execute(insert(editions).on_conflict_do_nothing(), edition_rows)
    if measure_rows:
        await tx.execute(insert(measures).on_conflict_do_nothing(), measure_rows)


async def measures_known(tx: AsyncConnection, keys: Collection[MeasureKey]) -> dict[MeasureKey, MeasureCopy]:
    """The measures among `keys` that are kept here."""
    if not keys:
        return {}
    query = (
        select(measures, editions.c.data_status)
        .join(editions, editions.c.edition_hash == measures.c.edition_hash)
        .where(tuple_(measures.c.edition_hash, measures.c.code).in_(list(keys)))
    )
    rows = (await tx.execute(query)).mappings()
    return {(row["edition_hash"], row["code"]): _measure_copy(row) for row in rows}


async def editions_known(tx: AsyncConnection, hashes: Collection[str]) -> dict[str, EditionCopy]:
    """The editions among `hashes` that are kept here."""
    columns = [editions.c[field.name] for field in fields(EditionCopy)]
    rows = (await tx.execute(select(*columns).where(editions.c.edition_hash.in_(hashes)))).mappings()
    return {row["edition_hash"]: EditionCopy(**row) for row in rows}


async def keep_areas(tx: AsyncConnection, found: Iterable[AreaCopy]) -> None:
    """Remember areas of an index; under its name nothing of them changes but the bands."""
    rows = [
        {
            "need_index": item.need_index,
            "code": item.code,
            "name": item.name,
            "place_slug": item.place_slug,
            "decile": item.decile,
            "band": item.band,
        }
        for item in sorted(found, key=lambda item: (item.need_index, item.code))
    ]
    if rows:
        await tx.execute(insert(areas).on_conflict_do_nothing(), rows)


async def keep_bands(tx: AsyncConnection, found: Iterable[AreaCopy]) -> None:
    """Give areas that are kept here the bands that hold now."""
    codes: dict[tuple[str, str], list[str]] = {}
    for item in found:
        codes.setdefault((item.need_index, item.band), []).append(item.code)
    # One statement a band, so that a nation's areas take as many round trips as a ward's.
    for (need_index, band), of_band in sorted(codes.items()):
        here = (
            (areas.c.need_index == need_index)
            & (areas.c.code == any_(literal(of_band, ARRAY(Text))))
            & (areas.c.band != band)
        )
        await tx.execute(update(areas).where(here).values(band=band))


async def area_codes_kept(tx: AsyncConnection, need_index: str, place_slug: str | None) -> set[str]:
    """The codes of the areas of an index that are kept here, of one place or of all."""
    query = select(areas.c.code).where(areas.c.need_index == need_index)
    if place_slug is not None:
        query = query.where(areas.c.place_slug == place_slug)
    return set(await tx.scalars(query))


async def areas_known(tx: AsyncConnection, need_index: str, codes: Collection[str]) -> dict[str, AreaCopy]:
    """The areas of an index among `codes` that are kept here."""
    query = select(areas).where(areas.c.need_index == need_index, areas.c.code.in_(codes))
    return {row["code"]: AreaCopy(**row) for row in (await tx.execute(query)).mappings()}


# ------------------------------------------------------------------ memberships
async def keep_membership(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Remember a version of a membership; one that is known already stays as it is."""
    await tx.execute(insert(membership_versions).values(**row).on_conflict_do_nothing())


async def memberships_at(tx: AsyncConnection, place_id: UUID, moment: datetime) -> list[RowMapping]:
    """The latest version of each membership of a place that was known at a moment."""
    versions = membership_versions.c
    query = (
        select(membership_versions)
        .ext(distinct_on(versions.membership_id))
        .where(versions.place_id == place_id, versions.recorded_at <= moment)
        .order_by(versions.membership_id, versions.version.desc())
    )
    return list((await tx.execute(query)).mappings())


def _measure_copy(row: RowMapping) -> MeasureCopy:
    return MeasureCopy(**{**row, "excludes": tuple(row["excludes"])})
