"""Stating totals that were made elsewhere, correcting them, and reading them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.prior_totals import (
    PriorTotal,
    PriorTotalCorrection,
    PriorTotalDraft,
    PriorTotalShown,
    PriorTotalVersion,
)
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from cdp_common.web.caller import Caller
from reporting_api.domain.prior_totals import (
    MOST_PRIOR_TOTALS,
    MOST_VERSIONS,
    PriorTotalNotFound,
    require_prior_total_holds,
    require_room,
)
from reporting_api.storage.prior_totals import (
    add_prior_total,
    add_prior_total_version,
    lock_prior_totals,
    place_of_prior_total,
    prior_totals_page,
    versions_of,
)
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.kept import keep, replayed

_STATED = ("title", "period_start", "period_end", "publisher", "basis", "validated_by", "url", "data_status")


async def record_prior_total(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    place_id: UUID,
    draft: PriorTotalDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The new prior total of a place; everybody sees it from then on."""
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    await place_of(db, partners, place_id, now)
    require_prior_total_holds(draft.period_start, draft.period_end, now.date())
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        require_room(await lock_prior_totals(tx, place_id), MOST_PRIOR_TOTALS)
        fresh = new_id()
        row = {"id": fresh, "place_id": place_id, "recorded_at": now}
        await add_prior_total(tx, row, _version(caller, fresh, 1, draft, now))
        return await _told(tx, once, "prior_total.recorded", fresh, place_id, now)


async def correct_prior_total(
    db: Database,
    caller: Caller,
    prior_total_id: UUID,
    correction: PriorTotalCorrection,
    once: Once,
    now: datetime,
) -> Answer:
    """The prior total with its new version; publications keep the version that they froze."""
    async with db.begin() as tx:
        place_id = await place_of_prior_total(tx, prior_total_id)
        if place_id is None:
            raise PriorTotalNotFound("No prior total has this id.")
        caller.requires_role(place_id, "programme_manager")
        await lock_prior_totals(tx, place_id)
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        require_prior_total_holds(correction.period_start, correction.period_end, now.date())
        [newest, *_] = (await versions_of(tx, {prior_total_id}))[prior_total_id]
        require_room(newest["version"], MOST_VERSIONS)
        version = _version(caller, prior_total_id, newest["version"] + 1, correction, now)
        await add_prior_total_version(
            tx, version | {"reason": correction.reason, "withdrawn": correction.withdrawn}
        )
        return await _told(tx, once, "prior_total.corrected", prior_total_id, place_id, now)


async def get_prior_total(db: Database, prior_total_id: UUID) -> PriorTotal:
    """A prior total with all its versions, whether it is withdrawn or not."""
    async with db.begin() as tx:
        place_id = await place_of_prior_total(tx, prior_total_id)
        if place_id is None:
            raise PriorTotalNotFound("No prior total has this id.")
        return await _prior_total(tx, prior_total_id, place_id)


async def list_prior_totals(
    db: Database, place_id: UUID, *, cursor: str | None, limit: int
) -> list[PriorTotal]:
    """A place's prior totals as they were recorded; one more than `limit` when there are further ones."""
    async with db.begin() as tx:
        rows = await prior_totals_page(tx, place_id, cursor, limit)
        versions = await versions_of(tx, [row["id"] for row in rows])
    return [_answer(row["id"], row["place_id"], versions[row["id"]]) for row in rows]


def prior_totals_shown(told: str) -> list[PriorTotalShown]:
    """What stands beside a place's figures, from the text that is read with their context."""
    return [
        PriorTotalShown(id=row["prior_total_id"], version=row["version"], **stated_by(row))
        for row in json.loads(told or "[]")
    ]


def _version(
    caller: Caller, prior_total_id: UUID, version: int, draft: PriorTotalDraft, now: datetime
) -> dict[str, Any]:
    return {
        "prior_total_id": prior_total_id,
        "version": version,
        **{name: getattr(draft, name) for name in _STATED},
        "pence": pence_from_gbp(draft.amount_gbp),
        "withdrawn": False,
        "reason": None,
        "stated_by": caller.org,
        "client_id": caller.client_id,
        "person_id": caller.sub,
        "recorded_at": now,
    }


async def _prior_total(tx: AsyncConnection, prior_total_id: UUID, place_id: UUID) -> PriorTotal:
    return _answer(prior_total_id, place_id, (await versions_of(tx, {prior_total_id}))[prior_total_id])


def _answer(prior_total_id: UUID, place_id: UUID, versions: Sequence[RowMapping]) -> PriorTotal:
    newest = versions[0]
    return PriorTotal(
        id=prior_total_id,
        place_id=place_id,
        version=newest["version"],
        withdrawn=newest["withdrawn"],
        **stated_by(newest),
        versions=[
            PriorTotalVersion(
                version=row["version"],
                reason=row["reason"],
                withdrawn=row["withdrawn"],
                recorded_at=row["recorded_at"],
                **stated_by(row),
            )
            for row in versions
        ],
    )


def stated_by(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What a version's row says of a total, as contracts have it."""
    return {"amount_gbp": gbp_from_pence(row["pence"]), **{name: row[name] for name in _STATED}}


async def _told(
    tx: AsyncConnection, once: Once, event_type: str, prior_total_id: UUID, place_id: UUID, now: datetime
) -> Answer:
    found = await _prior_total(tx, prior_total_id, place_id)
    event = NewEvent(
        type=event_type,
        aggregate_type="prior_total",
        aggregate_id=found.id,
        aggregate_version=found.version,
        place_id=place_id,
        audience=("public",),
        data={
            "prior_total_id": str(found.id),
            "place_id": str(place_id),
            "version": found.version,
            "title": found.title,
            "amount_gbp": str(found.amount_gbp),
            "period_start": found.period_start.isoformat(),
            "period_end": found.period_end.isoformat(),
            "withdrawn": found.withdrawn,
            "data_status": found.data_status,
        },
        effective_on=now.date(),
    )
    await record_event(tx, event, now)
    return await keep(tx, once, 201, found, now)
