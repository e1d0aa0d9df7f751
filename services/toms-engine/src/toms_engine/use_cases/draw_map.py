"""Areas with their bands and outlines, as GeoJSON for a map."""

import json
from dataclasses import replace

from cdp_common.contracts.needs import AreaFeature, AreaMap, AreaProperties
from cdp_common.db.database import Database
from toms_engine.storage import banded_areas
from toms_engine.storage.boundaries import outlines
from toms_engine.use_cases.read_areas import require_index


async def get_area_map(
    db: Database, wanted: banded_areas.AreaFilter, after: str | None, limit: int
) -> AreaMap:
    """A page of areas in the order of their codes, after the one named; areas without outline have none."""
    async with db.begin() as tx:
        await require_index(tx, wanted.index)
        rows = await banded_areas.all_areas(tx, replace(wanted, after=after), limit)
        page = rows[:limit]
        drawn = await outlines(tx, wanted.index, [row["code"] for row in page])
    features = [
        AreaFeature(
            id=row["code"],
            geometry=json.loads(drawn[row["code"]].geometry) if row["code"] in drawn else None,
            properties=AreaProperties(
                code=row["code"],
                name=row["name"],
                place=row["place"],
                index=row["index_slug"],
                decile=row["decile"],
                band=row["band"],
                banding_version=row["banding_version"],
            ),
        )
        for row in page
    ]
    return AreaMap(
        features=features,
        index=wanted.index,
        licences=sorted({one.licence for one in drawn.values()}),
        attributions=sorted({one.attribution for one in drawn.values()}),
        next_after=page[-1]["code"] if len(rows) > limit else None,
    )
