"""Finds the areas of a postcode under every index that has them, across vintages of area codes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import AreaNeed, PostcodeMatch
from cdp_common.db.database import Database
from toms_engine.domain.errors import PostcodeAreaNotFound, PostcodeMalformed, PostcodeNotFound
from toms_engine.domain.postcodes import postcode_key, postcode_text
from toms_engine.storage import lookups as store
from toms_engine.storage.banded_areas import areas_in_bands
from toms_engine.storage.layouts_shipped import NeedLayouts
from toms_engine.storage.need_files import layout_row
from toms_engine.storage.need_indices import all_indices
from toms_engine.use_cases.read_areas import area_view, require_index

Relation = Literal["same_vintage", "unchanged", "split", "merged", "irregular"]


@dataclass(frozen=True)
class _Candidate:
    """An area in which a postcode may lie, and how the lookup's own area becomes it."""

    code: str
    relation: Relation


async def find_postcode(
    db: Database, layouts: NeedLayouts, text: str, index: str | None, *, domains: bool
) -> list[AreaNeed]:
    """The areas of a postcode, by index and code; several of one index are candidates, none is picked."""
    key = postcode_key(text)
    if key is None:
        raise PostcodeMalformed("A postcode is written like DH1 1AA, with or without its space.")
    async with db.begin() as tx:
        if index is not None:
            await require_index(tx, index)
        lookup = await store.newest_lookup(tx, "postcodes")
        row = None if lookup is None else await store.postcode_row(tx, lookup["number"], key)
        if lookup is None or row is None:
            where = "No lookup is loaded." if lookup is None else f"Edition {lookup['edition']} lacks it."
            raise PostcodeNotFound(where)
        match = _match(layouts, lookup, row)
        codes = dict(zip(lookup["vintages"], row["area_codes"], strict=True))
        found: list[AreaNeed] = []
        for head in await all_indices(tx):
            if index in (None, head["slug"]):
                candidates = await _candidates(tx, codes, head["vintage"])
                found += await _areas(tx, head["slug"], candidates, row, match, domains=domains)
    if not found:
        raise PostcodeAreaNotFound("The postcode is known; the indices that are loaded lack its area.")
    return found


async def _candidates(tx: AsyncConnection, codes: dict[str, str | None], vintage: str) -> list[_Candidate]:
    """The areas of a vintage: the lookup's own, or all that share ground with its area of another vintage."""
    if (own := codes.get(vintage)) is not None:
        return [_Candidate(own, "same_vintage")]
    for other, code in codes.items():
        if code is None:
            continue
        changes = await store.newest_lookup(tx, "changes", [other, vintage])
        if changes is None:
            continue
        forwards = changes["vintages"].index(other) < changes["vintages"].index(vintage)
        here, there = ("from_code", "to_code") if forwards else ("to_code", "from_code")
        rows = await store.changes_of(tx, changes["number"], code)
        return [_Candidate(row[there], row["relation"]) for row in rows if row[here] == code]
    return []


async def _areas(
    tx: AsyncConnection,
    index: str,
    candidates: Sequence[_Candidate],
    row: RowMapping,
    match: PostcodeMatch,
    *,
    domains: bool,
) -> list[AreaNeed]:
    relations = {candidate.code: candidate.relation for candidate in candidates}
    layout = await layout_row(tx, index)
    found = []
    for area in await areas_in_bands(tx, index, list(relations)):
        ward = await _ward(tx, row, area["code"])
        located = match.model_copy(
            update={
                "relation": relations[area["code"]],
                "is_only_candidate": len(candidates) == 1,
                "ward_code": ward.code,
                "ward_name": ward.name,
                "ward_basis": ward.basis,
            }
        )
        found.append(area_view(area, layout, domains=domains).model_copy(update={"located_by": located}))
    return found


@dataclass(frozen=True)
class _Ward:
    code: str | None = None
    name: str | None = None
    basis: Literal["postcode", "area_best_fit"] | None = None


async def _ward(tx: AsyncConnection, row: RowMapping, area_code: str) -> _Ward:
    """The postcode's own ward, else the one into which most of the area falls."""
    ward = _Ward()
    if row["ward_code"] is not None:
        ward = _Ward(code=row["ward_code"], basis="postcode")
    for lookup in await store.newest_of_each_layout(tx, "wards"):
        if ward.code is not None:
            name = await store.ward_name(tx, lookup["number"], ward.code)
            if name is not None:
                return replace(ward, name=name)
        elif found := (await store.wards_of(tx, lookup["number"], [area_code])).get(area_code):
            return _Ward(found[0], found[1], "area_best_fit")
    return ward


def _match(layouts: NeedLayouts, lookup: RowMapping, row: RowMapping) -> PostcodeMatch:
    """What holds for the postcode under every index; the ward and the relation are filled in by area."""
    layout = layouts.lookups.get(lookup["layout"])
    return PostcodeMatch(
        postcode=postcode_text(row["postcode"]),
        is_terminated=row["terminated"] is not None,
        terminated_in=month_text(row["terminated"]),
        introduced_in=month_text(row["introduced"]),
        lookup=lookup["layout"],
        lookup_edition=lookup["edition"],
        ward_code=None,
        ward_name=None,
        ward_basis=None,
        relation="same_vintage",
        is_only_candidate=True,
        attribution=layout.attribution if layout is not None else "",
    )


def month_text(month: int | None) -> str | None:
    """201805 as 2018-05."""
    return None if month is None else f"{month // 100:04d}-{month % 100:02d}"
