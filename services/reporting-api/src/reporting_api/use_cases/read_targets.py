"""Reading targets and how far they are reached: live with a role in the place, else as last published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.targets import PlaceTarget, TargetProgress
from cdp_common.db.database import Database
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.periods import FIRST_YEAR, Period
from cdp_common.web.caller import Caller
from reporting_api.domain.targets import (
    ProgressNotPublished,
    Reached,
    TargetFigure,
    TargetNotFound,
    reached,
)
from reporting_api.storage.copies import measures_known
from reporting_api.storage.figures import see_one_moment
from reporting_api.storage.ledger import position_at
from reporting_api.storage.targets import (
    TargetRows,
    last_progress,
    statements_counted,
    targets_by_ids,
    targets_page,
)
from reporting_api.use_cases.read_value import require_known_moment, sees_live_figures
from reporting_api.use_cases.target_contracts import ProgressAt, progress_answer, target_answer

_BEGINNING = date(FIRST_YEAR, 1, 1)


async def list_targets(
    db: Database, place_id: UUID, *, workstream: str | None, cursor: str | None, limit: int
) -> list[PlaceTarget]:
    """A place's targets by code; one more than `limit` when there are further ones."""
    async with db.begin() as tx:
        return [target_answer(rows) for rows in await targets_page(tx, place_id, workstream, cursor, limit)]


async def get_target(db: Database, target_id: UUID) -> PlaceTarget:
    """One target."""
    async with db.begin() as tx:
        return target_answer(await known_target(tx, target_id))


async def batch_targets(db: Database, ids: Sequence[UUID]) -> tuple[list[PlaceTarget], list[UUID]]:
    """The targets that these ids name, and the ids that name none."""
    async with db.begin() as tx:
        found = await targets_by_ids(tx, set(ids))
    wanted = list(dict.fromkeys(ids))
    return (
        [target_answer(found[target_id]) for target_id in wanted if target_id in found],
        [target_id for target_id in wanted if target_id not in found],
    )


async def known_target(tx: AsyncConnection, target_id: UUID) -> TargetRows:
    """The target with this id."""
    rows = (await targets_by_ids(tx, {target_id})).get(target_id)
    if rows is None:
        raise TargetNotFound("No target has this id.")
    return rows


async def get_target_progress(
    db: Database, caller: Caller | None, target_id: UUID, as_of: datetime | None, now: datetime
) -> TargetProgress:
    """How far one target is reached, as known at `as_of` (now without it)."""
    require_known_moment(as_of, now)
    async with db.begin() as tx:
        rows = await known_target(tx, target_id)
    [progress] = await _progress(db, caller, [rows], as_of, now)
    if progress is None:
        raise ProgressNotPublished("No publication up to this moment says how far the target is reached.")
    return progress


async def batch_target_progress(
    db: Database, caller: Caller | None, ids: Sequence[UUID], as_of: datetime | None, now: datetime
) -> tuple[list[TargetProgress], list[UUID]]:
    """How far these targets are reached, and the ids of those of which there is nothing to tell."""
    require_known_moment(as_of, now)
    async with db.begin() as tx:
        known = await targets_by_ids(tx, set(ids))
    by_place: dict[UUID, list[TargetRows]] = {}
    for rows in known.values():
        by_place.setdefault(rows.target["place_id"], []).append(rows)
    found: dict[UUID, TargetProgress] = {}
    for of_place in by_place.values():
        answers = await _progress(db, caller, of_place, as_of, now)
        found |= {progress.target_id: progress for progress in answers if progress is not None}
    wanted = list(dict.fromkeys(ids))
    return (
        [found[target_id] for target_id in wanted if target_id in found],
        [target_id for target_id in wanted if target_id not in found],
    )


async def _progress(
    db: Database, caller: Caller | None, page: Sequence[TargetRows], as_of: datetime | None, now: datetime
) -> list[TargetProgress | None]:
    """The progress of targets of one place."""
    if not page:
        return []
    place_id: UUID = page[0].target["place_id"]
    if caller is None or not sees_live_figures(caller, place_id):
        async with db.begin() as tx:
            kept = await last_progress(tx, [rows.target["id"] for rows in page], as_of or now)
        answers = [kept.get(rows.target["id"]) for rows in page]
        return [
            None if row is None else TargetProgress.model_validate(row["answer"], extra="ignore")
            for row in answers
        ]
    position = None
    if as_of is not None:
        async with db.begin() as tx:
            position = await position_at(tx, place_id, as_of)
    held = frameworks_held(caller.scopes)
    async with db.begin() as tx:
        await see_one_moment(tx)
        return [await _live(tx, rows, position, as_of or now, held) for rows in page]


async def _live(
    tx: AsyncConnection, rows: TargetRows, position: int | None, moment: datetime, held: frozenset[str]
) -> TargetProgress:
    at = ProgressAt(moment, moment.date(), None, None, None, is_sample=False)
    if await _is_hidden(tx, rows, held):
        return progress_answer(rows, {"delivered": None, "validated": None}, at, withheld="licensed")
    figures, is_sample = await figures_counted(tx, rows, moment.date(), position)
    contributors = len(figures["delivered"].contributions)
    at = ProgressAt(moment, moment.date(), None, contributors, None, is_sample=is_sample)
    return progress_answer(rows, dict(figures), at)


async def figures_counted(
    tx: AsyncConnection, rows: TargetRows, until: date, position: int | None
) -> tuple[dict[TargetFigure, Reached], bool]:
    """What counts towards a target up to a day, by figure, and whether samples are in it."""
    goal = rows.goal
    first, last = goal.counted_from or _BEGINNING, min(until, goal.due)
    if last < first:
        nothing = Reached(None, {}, None, None)
        return {"delivered": nothing, "validated": nothing}, False
    statements, has_samples = await statements_counted(
        tx, rows.target["place_id"], rows.counted, Period(first, last), position
    )
    return {
        "delivered": reached(statements, goal, "delivered"),
        "validated": reached(statements, goal, "validated"),
    }, has_samples


async def _is_hidden(tx: AsyncConnection, rows: TargetRows, held: frozenset[str]) -> bool:
    """Whether a measure rests on licensed figures that the reader may not see: with quantities and totals
    anybody could work them out."""
    licensed = {(row["edition_hash"], row["code"]) for row in rows.measures if row["is_licensed"]}
    known = await measures_known(tx, licensed)
    return any(key not in known or known[key].licence_framework not in held for key in licensed)
