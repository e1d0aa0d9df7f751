"""Finds the areas of many postcodes under one index, in a few queries whatever their number."""

from collections.abc import Sequence

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import PostcodeArea, PostcodeAreas, PostcodeBatch
from cdp_common.db.database import Database
from toms_engine.domain.errors import NeedIndexNotFound
from toms_engine.domain.postcodes import postcode_key
from toms_engine.storage import lookups as store
from toms_engine.storage.banded_areas import areas_in_bands
from toms_engine.storage.need_indices import index_row


async def find_postcodes(db: Database, index: str, texts: Sequence[str]) -> PostcodeBatch:
    """The areas of postcodes under an index, as `find_postcode` finds those of one.

    A postcode that the lookup holds and whose areas the index does not has no area; one that is written
    like none, or that the lookup lacks, is missing.
    """
    wanted = list(dict.fromkeys(texts))
    keys = {text: postcode_key(text) for text in wanted}
    async with db.begin() as tx:
        head = await index_row(tx, index)
        if head is None:
            raise NeedIndexNotFound("No index is stored under this name.")
        lookup = await store.newest_lookup(tx, "postcodes")
        if lookup is None:
            return PostcodeBatch(items=[], missing=wanted, lookup_edition=None)
        rows = await store.postcode_rows(tx, lookup["number"], {key for key in keys.values() if key})
        codes = await _codes(tx, lookup["vintages"], rows, head["vintage"])
        held = await areas_in_bands(tx, index, {code for some in codes.values() for code in some})
    places = {area["code"]: area["place"] for area in held}
    return PostcodeBatch(
        items=[
            PostcodeAreas(
                postcode=text,
                areas=[PostcodeArea(code=code, place=places[code]) for code in codes[key] if code in places],
            )
            for text, key in keys.items()
            if key in codes
        ],
        missing=[text for text, key in keys.items() if key not in codes],
        lookup_edition=lookup["edition"],
    )


async def _codes(
    tx: AsyncConnection, vintages: Sequence[str], rows: Sequence[RowMapping], vintage: str
) -> dict[str | None, list[str]]:
    """The codes of a vintage by postcode: the lookup's own, else all that share ground with its areas."""
    found: dict[str | None, list[str]] = {}
    others: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        codes = dict(zip(vintages, row["area_codes"], strict=True))
        found[row["postcode"]] = [own] if (own := codes.get(vintage)) is not None else []
        for other, code in codes.items():
            if own is None and code is not None:
                others.setdefault(other, {}).setdefault(code, []).append(row["postcode"])
    for other, by_code in others.items():
        for code, successor in await _changed(tx, other, vintage, list(by_code)):
            for postcode in by_code[code]:
                if successor not in found[postcode]:
                    found[postcode].append(successor)
    return found


async def _changed(
    tx: AsyncConnection, other: str, vintage: str, codes: Sequence[str]
) -> list[tuple[str, str]]:
    """Areas of another vintage among these, each with those of the wanted one that it shares ground with."""
    changes = await store.newest_lookup(tx, "changes", [other, vintage])
    if changes is None:
        return []
    forwards = changes["vintages"].index(other) < changes["vintages"].index(vintage)
    here, there = ("from_code", "to_code") if forwards else ("to_code", "from_code")
    wanted = set(codes)
    rows = await store.changes_of_many(tx, changes["number"], codes)
    return [(row[here], row[there]) for row in rows if row[here] in wanted]
