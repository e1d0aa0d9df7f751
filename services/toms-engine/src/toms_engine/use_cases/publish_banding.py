"""Publishes a new version of the bands into which a place cuts an index's deciles.

Earlier ones stay readable.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import NeedBanding, NeedBandingDraft, NeedBandSpan
from cdp_common.db.database import Database
from cdp_common.db.events import PUBLIC, NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from toms_engine.domain.errors import NeedBandingRefused, NeedIndexUnknown, PlaceTaken
from toms_engine.domain.needs import BandCut, band_spans, cut_faults
from toms_engine.storage import need_bandings as store
from toms_engine.storage import need_indices
from toms_engine.use_cases.read_bandings import banding_view

PROGRAMME_MANAGER = "programme_manager"


async def publish_banding(
    db: Database, caller: Caller, draft: NeedBandingDraft, once: Once, now: datetime
) -> Answer:
    """The version that holds from now on. Whoever manages the place decides, and the first binds its name."""
    caller.requires_role(draft.place_id, PROGRAMME_MANAGER)
    cuts = [BandCut(cut.band, cut.highest_decile) for cut in draft.bands]
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        if await need_indices.index_row(tx, draft.index) is None:
            raise NeedIndexUnknown("No index is stored under this name.")
        await need_indices.lock_index(tx, draft.index)
        new_authorities = await _settle_place(tx, draft, cuts)
        if new_authorities:
            await store.add_authorities(tx, draft.index, draft.place, draft.place_id, new_authorities, now)
        version, _ = await need_indices.current_bands(tx, draft.index, draft.place)
        spans = band_spans(cuts)
        await need_indices.add_bands(tx, draft.index, draft.place, version + 1, spans, None)
        banding_id = new_id()
        row = {
            "id": banding_id,
            "index_slug": draft.index,
            "place": draft.place,
            "version": version + 1,
            "place_id": draft.place_id,
            "reason": draft.reason,
            "published_by": caller.org,
            "published_at": now,
        }
        await store.add_banding(tx, row)
        authorities = await store.authorities_of(tx, draft.index, [draft.place])
        bands = [
            NeedBandSpan(band=s.band, lowest_decile=s.lowest_decile, highest_decile=s.highest_decile)
            for s in spans
        ]
        published = banding_view(draft.index, {**row, "bands": bands}, authorities)
        await _record(tx, banding_id, published, now)
        return await once.keep(tx, 201, published, now=now)


async def _settle_place(tx: AsyncConnection, draft: NeedBandingDraft, cuts: list[BandCut]) -> list[str]:
    """The authorities that are new to the place; refuses what belongs to another place, and every fault."""
    if await store.place_ids(tx, draft.index, draft.place) - {draft.place_id}:
        raise PlaceTaken("Another place has this name in the index.")
    wanted = list(dict.fromkeys(draft.authorities))
    places = await store.places_of_authorities(tx, draft.index, wanted)
    if taken := sorted(code for code, place in places.items() if place != draft.place):
        raise PlaceTaken(f"Another place has taken in: {', '.join(taken)}.")
    faults = list(cut_faults(cuts))
    known = await store.authorities_of_areas(tx, draft.index, wanted)
    faults += [
        FieldError(f"/authorities/{number}", "authority_unknown", "the index has no area of this authority")
        for number, code in enumerate(draft.authorities)
        if code not in known
    ]
    new = [code for code in wanted if code not in places]
    if not faults and not new and not await store.has_areas(tx, draft.index, draft.place):
        words = "no area of the index belongs to the place: name its authorities"
        faults.append(FieldError("/authorities", "place_without_areas", words))
    if faults:
        raise NeedBandingRefused("Nothing was stored; every fault is listed.", errors=faults)
    return new


async def _record(tx: AsyncConnection, banding_id: UUID, published: NeedBanding, now: datetime) -> None:
    event = NewEvent(
        type="need_banding.published",
        aggregate_type="need_banding",
        aggregate_id=banding_id,
        aggregate_version=1,
        place_id=published.place_id,
        audience=(PUBLIC,),
        data={"index": published.index, "place": published.place, "version": published.version},
    )
    await record_event(tx, event, now)
