"""Reads areas with their deciles and bands of need."""

from collections.abc import Sequence

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import AreaBatch, AreaNeed
from cdp_common.db.database import Database
from toms_engine.domain.errors import NeedIndexNotFound
from toms_engine.storage import need_indices as store


async def batch_areas(db: Database, index: str, codes: Sequence[str]) -> AreaBatch:
    """The areas of an index that the codes name, and the codes that it does not hold."""
    wanted = list(dict.fromkeys(codes))
    async with db.begin() as tx:
        await _require_index(tx, index)
        rows = await store.areas_in_bands(tx, index, wanted)
    found = {row["code"]: _area_view(row) for row in rows}
    return AreaBatch(
        items=[found[code] for code in wanted if code in found],
        missing=[code for code in wanted if code not in found],
    )


async def list_areas(
    db: Database, wanted: store.AreaFilter, cursor: str | None, limit: int
) -> tuple[list[AreaNeed], str | None]:
    """One page of an index's areas in the order of their codes, and the cursor of the next."""
    async with db.begin() as tx:
        await _require_index(tx, wanted.index)
        rows, next_cursor = await store.areas_page(tx, wanted, cursor, limit)
    return [_area_view(row) for row in rows], next_cursor


async def _require_index(tx: AsyncConnection, index: str) -> None:
    if await store.index_row(tx, index) is None:
        raise NeedIndexNotFound("No index is stored under this name.")


def _area_view(row: RowMapping) -> AreaNeed:
    return AreaNeed(
        code=row["code"],
        name=row["name"],
        place=row["place"],
        index=row["index_slug"],
        decile=row["decile"],
        band=row["band"],
        banding_version=row["banding_version"],
    )
