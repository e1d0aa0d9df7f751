"""Reads places; they are public."""

from collections.abc import Sequence
from uuid import UUID

from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Batch
from cdp_common.db.database import Database
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.places import load_place, load_places, page_places
from partners_api.use_cases.views import place_view


async def get_place(database: Database, place_id: UUID) -> wire.Place:
    """The place of that id."""
    async with database.begin() as tx:
        place = await load_place(tx, place_id)
    if place is None:
        raise PlaceUnknown("There is no place of that id.")
    return place_view(place)


async def list_places(
    database: Database, *, slug: str | None, cursor: str | None, limit: int
) -> tuple[list[wire.Place], str | None]:
    """One page of the places, and the cursor of the next."""
    async with database.begin() as tx:
        found, following = await page_places(tx, slug=slug, cursor=cursor, limit=limit)
    return [place_view(place) for place in found], following


async def batch_places(database: Database, ids: Sequence[UUID]) -> Batch[wire.Place]:
    """The places of these ids, in their order, and the ids of which there is none."""
    wanted = list(dict.fromkeys(ids))
    async with database.begin() as tx:
        found = await load_places(tx, wanted)
    return Batch[wire.Place](
        items=[place_view(found[each]) for each in wanted if each in found],
        missing=[each for each in wanted if each not in found],
    )
