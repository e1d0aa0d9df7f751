"""A programme manager publishes a version of the place's Charter."""

from __future__ import annotations

from datetime import datetime

from cdp_common.contracts.charter import Charter, CharterDraft
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from charter_api.domain.charter import require_offers_hold
from charter_api.domain.levels import require_levels_hold
from charter_api.domain.standing import require_notice_fits
from charter_api.storage.charters import add_charter
from charter_api.use_cases.stated_levels import as_level


async def publish_charter(
    db: Database, caller: Caller, draft: CharterDraft, once: Once, now: datetime
) -> Answer:
    """The published charter; refused without the role of programme manager in the place."""
    caller.requires_role(draft.place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        require_offers_hold([pledge.model_dump() for pledge in draft.pledges])
        objectives = [pledge.objective for pledge in draft.pledges]
        require_levels_hold([as_level(level.model_dump()) for level in draft.levels], objectives)
        require_notice_fits(draft.review_months, draft.renewal_notice_days)
        charter = Charter(**draft.model_dump(), id=new_id(), published_at=now)
        await add_charter(tx, charter.model_dump())
        await record_event(
            tx,
            NewEvent(
                type="charter.published",
                aggregate_type="charter",
                aggregate_id=charter.id,
                aggregate_version=1,
                place_id=charter.place_id,
                audience=("public",),
                data={"charter_id": str(charter.id), "version": charter.version, "title": charter.title},
                effective_on=None,
            ),
            now,
        )
        return await once.keep(tx, 201, charter, now=now)
