"""Reads the versions of places' bands."""

from collections.abc import Mapping
from typing import Any

from cdp_common.contracts.needs import NeedBanding, NeedBandSpan
from cdp_common.db.database import Database
from toms_engine.domain.needs import BANDS
from toms_engine.storage import need_bandings as store
from toms_engine.use_cases.read_areas import require_index


async def list_bandings(
    db: Database, index: str, place: str | None, cursor: str | None, limit: int
) -> tuple[list[NeedBanding], str | None]:
    """One page of versions in the order of place and version, and the cursor of the next."""
    async with db.begin() as tx:
        await require_index(tx, index)
        rows, next_cursor = await store.bandings_page(tx, index, place, cursor, limit)
        authorities = await store.authorities_of(tx, index, {row["place"] for row in rows})
    return [banding_view(index, dict(row), authorities) for row in rows], next_cursor


def banding_view(index: str, row: Mapping[str, Any], authorities: Mapping[str, list[str]]) -> NeedBanding:
    """A version of a place's bands, from severe to low."""
    spans = [NeedBandSpan.model_validate(span) for span in row["bands"]]
    return NeedBanding(
        index=index,
        place=row["place"],
        version=row["version"],
        bands=sorted(spans, key=lambda span: BANDS.index(span.band)),
        authorities=authorities.get(row["place"], []),
        place_id=row["place_id"],
        reason=row["reason"],
        published_by=row["published_by"],
        published_at=row["published_at"],
    )
