"""Joint activities: created by one partner, counted once every partner has confirmed its share."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.activities import Activity, ActivityDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from reporting_api.domain.activities import (
    ActivityNotFound,
    NotAPartner,
    PartnerShare,
    ShareAlreadyConfirmed,
    require_shares_hold,
)
from reporting_api.domain.entries import worst_status
from reporting_api.storage.activities import (
    ActivityRows,
    activities_by_ids,
    add_activity,
    confirm_share,
)
from reporting_api.use_cases.gather import organisations_of, place_of
from reporting_api.use_cases.read_reports import PLACE_ROLES
from reporting_api.use_cases.report_contracts import activity_answer


async def create_activity(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    draft: ActivityDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The new joint activity; the creator's own share is confirmed by creating it."""
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    place = await place_of(db, partners, draft.place_id, now)
    shares = [PartnerShare(share.organisation_id, share.share) for share in draft.shares]
    known = await organisations_of(db, partners, {share.organisation_id for share in shares}, now)
    require_shares_hold(shares, known, caller.org)
    activity_id = new_id()
    row = {
        "id": activity_id,
        "place_id": place.id,
        "title": draft.title,
        "data_status": worst_status(draft.data_status, *(who.data_status for who in known.values())),
        "created_by": caller.org,
        "version": 1,
        "recorded_at": now,
    }
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await add_activity(tx, row, shares, caller.org, now)
        rows = (await activities_by_ids(tx, {activity_id}))[activity_id]
        return await once.keep(tx, 201, activity_answer(rows), now=now)


async def confirm_activity(
    db: Database, caller: Caller, activity_id: UUID, once: Once, now: datetime
) -> Answer:
    """The activity after the caller's organisation has confirmed its share."""
    async with db.begin() as tx:
        rows = await _visible(tx, caller, activity_id)
        if caller.org not in rows.joint.partners:
            raise NotAPartner("The organisation has no share in this activity.")
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        if not await confirm_share(tx, activity_id, caller.org, now):
            raise ShareAlreadyConfirmed("The organisation confirmed its share before.")
        rows = await _visible(tx, caller, activity_id)
        return await once.keep(tx, 201, activity_answer(rows), now=now)


async def get_activity(db: Database, caller: Caller, activity_id: UUID) -> Activity:
    """One joint activity, for its partners and for those who read the place's reports."""
    async with db.begin() as tx:
        return activity_answer(await _visible(tx, caller, activity_id))


async def _visible(tx: AsyncConnection, caller: Caller, activity_id: UUID) -> ActivityRows:
    rows = (await activities_by_ids(tx, {activity_id})).get(activity_id)
    if rows is not None and (
        caller.org in rows.joint.partners or caller.has_role(rows.activity["place_id"], *PLACE_ROLES)
    ):
        return rows
    raise ActivityNotFound("No activity has this id, or none that you may see.")
