"""Setting a place's targets: one by one, taken over from an edition, and changed with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.editions import Target as EditionTarget
from cdp_common.contracts.targets import TargetChange, TargetDraft, TargetImport, TargetImported
from cdp_common.contracts.toms import Measure, MeasureBatchRequest, MeasureKey
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from reporting_api.domain.targets import (
    CountedMeasure,
    Goal,
    TargetInvalid,
    TargetNotFound,
    require_target_holds,
)
from reporting_api.storage.targets import (
    TargetRows,
    add_target,
    add_version,
    codes_taken,
    lock_target,
    targets_by_ids,
)
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.target_contracts import target_answer

MEASURES_PER_CALL = 500


class EditionUnknown(InvalidInput):
    """No published edition has this id."""

    code = "edition_unknown"
    title = "There is no such edition"


async def set_target(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    place_id: UUID,
    draft: TargetDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The new target of the place; its measures are looked up, and must count in one way."""
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    await place_of(db, partners, place_id, now)
    found = await _measures(toms, draft.measures)
    measures = _counted(draft.measures, found)
    require_target_holds(_goal(draft, measures), measures)
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        target_id = await _add(tx, caller, place_id, draft, measures, now)
        rows = (await targets_by_ids(tx, {target_id}))[target_id]
        await record_event(tx, _told("target.set", rows), now)
        return await keep(tx, once, 201, target_answer(rows), now)


async def import_targets(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    place_id: UUID,
    request: TargetImport,
    once: Once,
    now: datetime,
) -> Answer:
    """The targets of an edition taken over; those whose codes the place has already stay as they are."""
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    await place_of(db, partners, place_id, now)
    drafts = await _drafts_of_edition(toms, request)
    found = await _measures(toms, [key for draft in drafts for key in draft.measures])
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        taken = await codes_taken(tx, place_id, {draft.code for draft in drafts})
        added = []
        for draft in drafts:
            if draft.code not in taken:
                measures = _counted(draft.measures, found)
                require_target_holds(_goal(draft, measures), measures)
                added.append(await _add(tx, caller, place_id, draft, measures, now))
        rows = await targets_by_ids(tx, added)
        for target_id in added:
            await record_event(tx, _told("target.set", rows[target_id]), now)
        answer = TargetImported(
            items=[target_answer(rows[target_id]) for target_id in added], known_already=sorted(taken)
        )
        return await keep(tx, once, 201, answer, now)


async def change_target(
    db: Database, caller: Caller, target_id: UUID, change: TargetChange, once: Once, now: datetime
) -> Answer:
    """The target with its new version; the ones before stay readable."""
    async with db.begin() as tx:
        await lock_target(tx, target_id)
        rows = await _of_managers(tx, caller, target_id)
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        version = _changed(rows, change, now)
        goal = Goal(
            value=version["value"],
            aim=rows.goal.aim,
            due=version["due"],
            counted_from=rows.goal.counted_from,
            baseline=version["baseline_value"],
            baseline_on=version["baseline_on"],
            accumulation=rows.goal.accumulation,
            unit=rows.goal.unit,
            counts_people=rows.goal.counts_people,
        )
        require_target_holds(goal, rows.counted)
        await add_version(tx, version)
        changed = (await targets_by_ids(tx, {target_id}))[target_id]
        await record_event(tx, _told("target.changed", changed), now)
        return await keep(tx, once, 201, target_answer(changed), now)


async def _of_managers(tx: AsyncConnection, caller: Caller, target_id: UUID) -> TargetRows:
    """The target, for a programme manager of its place; that there is one is known to everybody."""
    rows = (await targets_by_ids(tx, {target_id})).get(target_id)
    if rows is None:
        raise TargetNotFound("No target has this id.")
    caller.requires_role(rows.target["place_id"], "programme_manager")
    return rows


async def _drafts_of_edition(toms: TomsClient, request: TargetImport) -> list[TargetDraft]:
    try:
        found = await toms.get_workstreams(request.edition_id)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        fault = FieldError("/edition_id", "edition_unknown", "no published edition has this id")
        raise EditionUnknown("No published edition has this id.", errors=[fault]) from problem
    people = set(request.counts_people)
    unknown = people - {target.code for target in found.targets}
    if unknown:
        fault = FieldError("/counts_people", "target_unknown", f"no targets: {', '.join(sorted(unknown))}")
        raise TargetInvalid("The edition has no such target.", errors=[fault])
    return [_draft(target, found.edition_hash, request, people) for target in found.targets]


def _draft(target: EditionTarget, edition_hash: str, request: TargetImport, people: set[str]) -> TargetDraft:
    return TargetDraft(
        code=target.code,
        title=target.title,
        measures=[MeasureKey(edition_hash=edition_hash, code=target.measure)],
        workstream=target.workstream,
        value=target.value,
        aim=target.aim,
        counted_from=target.counted_from,
        due=target.due,
        baseline=target.baseline,
        counts_people=target.code in people,
        source=target.source,
        note=target.note,
        data_status=request.data_status,
    )


async def _measures(toms: TomsClient, keys: Sequence[MeasureKey]) -> dict[tuple[str, str], Measure]:
    wanted = list(dict.fromkeys(keys))
    found: dict[tuple[str, str], Measure] = {}
    for start in range(0, len(wanted), MEASURES_PER_CALL):
        request = MeasureBatchRequest(keys=wanted[start : start + MEASURES_PER_CALL])
        batch = await toms.batch_measures(request)
        found |= {(measure.edition_hash, measure.code): measure for measure in batch.items}
    return found


def _counted(keys: Sequence[MeasureKey], found: Mapping[tuple[str, str], Measure]) -> list[CountedMeasure]:
    """The measures as targets count them; refused when one of them does not exist."""
    faults = [
        FieldError(f"/measures/{index}", "measure_unknown", "no published edition has this measure")
        for index, key in enumerate(keys)
        if (key.edition_hash, key.code) not in found
    ]
    if faults:
        raise TargetInvalid("The target names measures that do not exist.", errors=faults)
    measures = [found[key.edition_hash, key.code] for key in keys]
    return [
        CountedMeasure(
            measure.edition_hash,
            measure.code,
            measure.title,
            measure.unit,
            measure.accumulation,
            is_licensed=measure.proxy is not None and not measure.proxy.redistributable,
        )
        for measure in measures
    ]


def _goal(draft: TargetDraft, measures: Sequence[CountedMeasure]) -> Goal:
    return Goal(
        value=draft.value,
        aim=draft.aim,
        due=draft.due,
        counted_from=draft.counted_from,
        baseline=None if draft.baseline is None else draft.baseline.value,
        baseline_on=None if draft.baseline is None else draft.baseline.taken_on,
        accumulation=measures[0].accumulation,
        unit=measures[0].unit,
        counts_people=draft.counts_people,
    )


async def _add(
    tx: AsyncConnection,
    caller: Caller,
    place_id: UUID,
    draft: TargetDraft,
    measures: Sequence[CountedMeasure],
    now: datetime,
) -> UUID:
    target_id = new_id()
    row = {
        "id": target_id,
        "place_id": place_id,
        "code": draft.code,
        "unit": measures[0].unit,
        "accumulation": measures[0].accumulation,
        "workstream": draft.workstream,
        "aim": draft.aim,
        "counted_from": draft.counted_from,
        "counts_people": draft.counts_people,
        "data_status": draft.data_status,
        "set_by": caller.org,
        "recorded_at": now,
    }
    version = {
        "target_id": target_id,
        "version": 1,
        "title": draft.title,
        "value": draft.value,
        "due": draft.due,
        "baseline_value": None if draft.baseline is None else draft.baseline.value,
        "baseline_on": None if draft.baseline is None else draft.baseline.taken_on,
        "source": draft.source.model_dump(mode="json"),
        "note": draft.note,
        "state": "open",
        "reason": None,
        "recorded_at": now,
    }
    await add_target(tx, row, measures, version)
    return target_id


def _changed(rows: TargetRows, change: TargetChange, now: datetime) -> dict[str, Any]:
    """The next version: what the change leaves out stays."""
    version = {**rows.current, "version": rows.current["version"] + 1, "recorded_at": now}
    version["reason"] = change.reason
    for name in ("title", "value", "due", "note", "state"):
        stated = getattr(change, name)
        if stated is not None:
            version[name] = stated
    if change.baseline is not None:
        version |= {"baseline_value": change.baseline.value, "baseline_on": change.baseline.taken_on}
    if change.source is not None:
        version["source"] = change.source.model_dump(mode="json")
    return version


def _told(event_type: str, rows: TargetRows) -> NewEvent:
    answer = target_answer(rows)
    return NewEvent(
        type=event_type,
        aggregate_type="target",
        aggregate_id=answer.id,
        aggregate_version=answer.version,
        place_id=answer.place_id,
        audience=("public",),
        data={
            "target_id": str(answer.id),
            "place_id": str(answer.place_id),
            "code": answer.code,
            "title": answer.title,
            "value": format(answer.value, "f"),
            "unit": answer.unit,
            "due": answer.due.isoformat(),
            "state": answer.state,
            "data_status": answer.data_status,
        },
        effective_on=None,
    )
