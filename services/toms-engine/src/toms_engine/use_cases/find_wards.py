"""Finds the areas of many wards under one index, in a few queries whatever their number."""

from collections.abc import Sequence

from cdp_common.contracts.needs import WardArea, WardAreas, WardBatch
from cdp_common.db.database import Database
from toms_engine.domain.errors import NeedIndexNotFound
from toms_engine.storage import lookups as store
from toms_engine.storage.banded_areas import areas_in_bands
from toms_engine.storage.need_files import layout_row
from toms_engine.storage.need_indices import index_row
from toms_engine.use_cases.read_areas import area_view


async def find_wards(db: Database, index: str, wards: Sequence[str]) -> WardBatch:
    """The areas of wards under an index, by the newest lookup that is of areas of its vintage.

    A ward that the lookup lacks is missing; of one that the index holds in part it is said how many areas
    are absent.
    """
    wanted = list(dict.fromkeys(wards))
    async with db.begin() as tx:
        head = await index_row(tx, index)
        if head is None:
            raise NeedIndexNotFound("No index is stored under this name.")
        lookup = await store.newest_lookup(tx, "wards", [head["vintage"]])
        if lookup is None:
            return WardBatch(items=[], missing=wanted, lookup_edition=None)
        rows = await store.areas_of_wards(tx, lookup["number"], wanted)
        layout = await layout_row(tx, index)
        held = await areas_in_bands(tx, index, [row["area_code"] for row in rows])
    areas = {row["code"]: area_view(row, layout) for row in held}
    names = {row["ward_code"]: row["ward_name"] for row in rows}
    codes: dict[str, list[str]] = {}
    for row in rows:
        codes.setdefault(row["ward_code"], []).append(row["area_code"])
    return WardBatch(
        items=[
            WardAreas(
                ward=ward,
                name=names[ward],
                areas=[
                    WardArea(code=code, place=areas[code].place, population=areas[code].population)
                    for code in codes[ward]
                    if code in areas
                ],
                areas_missing=sum(1 for code in codes[ward] if code not in areas),
            )
            for ward in wanted
            if ward in codes
        ],
        missing=[ward for ward in wanted if ward not in codes],
        lookup_edition=lookup["edition"],
    )
