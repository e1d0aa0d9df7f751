"""Counting people: publishing schemes, taking cohorts in, correcting them, reading one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.people import (
    BreakdownScheme,
    Cohort,
    CohortCorrection,
    CohortDraft,
    CohortRow,
    PublishedScheme,
)
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.cohorts import (
    NOT_PLACED,
    CohortNotFound,
    CohortSuperseded,
    Dimension,
    Row,
    Scheme,
    SchemeDiffers,
    SchemeUnknown,
    Stage,
    people_at_stages,
    require_cohort_holds,
    require_scheme_holds,
)
from reporting_api.storage.people import (
    add_cohort,
    add_scheme,
    cohort_by_id,
    cohorts_page,
    lock_programme,
    scheme_by_id,
    scheme_named,
    scheme_of_programme,
    schemes_page,
)
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.read_reports import PLACE_ROLES


async def publish_breakdown_scheme(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    place_id: UUID,
    draft: BreakdownScheme,
    once: Once,
    now: datetime,
) -> Answer:
    """The version of a scheme, published for good."""
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    await place_of(db, partners, place_id, now)
    require_scheme_holds(scheme_of(draft))
    row = {
        "id": new_id(),
        "place_id": place_id,
        "code": draft.code,
        "version": draft.version,
        "document": draft.model_dump(mode="json"),
        "published_by": caller.org,
        "published_at": now,
    }
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        await add_scheme(tx, row)
        return await keep(tx, once, 201, published_scheme(row), now)


async def list_breakdown_schemes(
    db: Database, place_id: UUID, *, cursor: str | None, limit: int
) -> list[PublishedScheme]:
    """A place's schemes; one more than `limit` when there are further ones."""
    async with db.begin() as tx:
        rows = await schemes_page(tx, place_id, cursor, limit)
    return [published_scheme(row) for row in rows]


async def submit_cohort(
    db: Database, caller: Caller, draft: CohortDraft, once: Once, now: datetime
) -> Answer:
    """The cohort that the caller's organisation has counted."""
    period = Period(draft.period_start, draft.period_end)
    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        await lock_programme(tx, draft.place_id, draft.programme)
        scheme = await _scheme(tx, draft)
        require_cohort_holds(stored_scheme(scheme), period, _rows(draft.rows), now.date())
        row = _cohort_row(caller, draft.rows, now) | {
            "place_id": draft.place_id,
            "programme": draft.programme,
            "scheme_id": scheme["id"],
            "period_start": draft.period_start,
            "period_end": draft.period_end,
            "supersedes": None,
            "correction_reason": None,
            "data_status": draft.data_status,
        }
        return await _add(tx, row, once, now)


async def correct_cohort(
    db: Database, caller: Caller, cohort_id: UUID, correction: CohortCorrection, once: Once, now: datetime
) -> Answer:
    """The cohort that takes an earlier one's place."""
    async with db.begin() as tx:
        found = await cohort_by_id(tx, cohort_id)
        if found is None or found["organisation_id"] != caller.org:
            raise CohortNotFound("No cohort has this id, or none of your organisation.")
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        if found["superseded_at"] is not None:
            raise CohortSuperseded("The cohort was corrected before.")
        scheme = stored_scheme(await scheme_by_id(tx, found["scheme_id"]))
        period = Period(found["period_start"], found["period_end"])
        require_cohort_holds(scheme, period, _rows(correction.rows), now.date())
        kept = ("place_id", "programme", "scheme_id", "period_start", "period_end", "data_status")
        row = _cohort_row(caller, correction.rows, now) | {name: found[name] for name in kept}
        row |= {"supersedes": cohort_id, "correction_reason": correction.reason}
        return await _add(tx, row, once, now)


async def get_cohort(db: Database, caller: Caller, cohort_id: UUID) -> Cohort:
    """One cohort, for the organisation that counted it and those who read the place's reports."""
    async with db.begin() as tx:
        row = await cohort_by_id(tx, cohort_id)
        if row is None or not (
            row["organisation_id"] == caller.org or caller.has_role(row["place_id"], *PLACE_ROLES)
        ):
            raise CohortNotFound("No cohort has this id, or none that you may see.")
        return await _cohort(tx, row)


async def list_cohorts(
    db: Database,
    caller: Caller,
    *,
    place_id: UUID | None,
    programme: str | None,
    cursor: str | None,
    limit: int,
) -> list[Cohort]:
    """The cohorts that the caller may see, oldest first; one more than `limit` when there are further
    ones."""
    places = [place for place in caller.roles if caller.has_role(place, *PLACE_ROLES)]
    async with db.begin() as tx:
        rows = await cohorts_page(
            tx, caller.org, places, place_id=place_id, programme=programme, cursor=cursor, limit=limit
        )
        return [await _cohort(tx, row) for row in rows]


def scheme_of(document: BreakdownScheme) -> Scheme:
    """What the rules need of a scheme."""
    return Scheme(
        dimensions=tuple(
            Dimension(dimension.code, tuple(category.code for category in dimension.categories))
            for dimension in document.dimensions
        ),
        stages=tuple(Stage(stage.code, stage.after_months) for stage in document.stages),
        areas=tuple((area.code, tuple(area.groups)) for area in document.areas),
        area_groups=tuple(group.code for group in document.area_groups),
    )


def stored_scheme(row: RowMapping) -> Scheme:
    """The same of a scheme as it is stored."""
    return scheme_of(BreakdownScheme.model_validate(row["document"]))


def published_scheme(row: Any) -> PublishedScheme:
    """A scheme as it goes out on the wire."""
    return PublishedScheme.model_validate(
        {
            **row["document"],
            "id": row["id"],
            "place_id": row["place_id"],
            "published_at": row["published_at"],
        }
    )


def stored_rows(row: RowMapping) -> list[Row]:
    """The rows of a cohort as it is stored."""
    return [
        Row(area, dimension, category, tuple(reached)) for area, dimension, category, reached in row["rows"]
    ]


async def _scheme(tx: AsyncConnection, draft: CohortDraft) -> RowMapping:
    """The scheme that a cohort names; refused when the programme is counted by another."""
    found = await scheme_named(tx, draft.place_id, draft.scheme, draft.scheme_version)
    if found is None:
        fault = FieldError("/scheme", "breakdown_scheme_unknown", "the place has published no such version")
        raise SchemeUnknown("The place has published no such version of a scheme.", errors=[fault])
    if await scheme_of_programme(tx, draft.place_id, draft.programme) not in (None, found["id"]):
        raise SchemeDiffers("The programme is counted by another scheme, or another version of it.")
    return found


def _rows(rows: Sequence[CohortRow]) -> list[Row]:
    return [Row(row.area or NOT_PLACED, row.dimension, row.category, tuple(row.reached)) for row in rows]


def _cohort_row(caller: Caller, rows: Sequence[CohortRow], now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation_id": caller.org,
        "rows": [[row.area, row.dimension, row.category, list(row.reached)] for row in _rows(rows)],
        "client_id": caller.client_id,
        "acted_by": caller.act,
        "person_id": caller.sub,
        "recorded_at": now,
    }


async def _add(tx: AsyncConnection, row: dict[str, Any], once: Once, now: datetime) -> Answer:
    await add_cohort(tx, row)
    stored = await cohort_by_id(tx, row["id"])
    assert stored is not None  # it was written just now
    await record_event(tx, _told(stored), now)
    return await keep(tx, once, 201, await _cohort(tx, stored), now)


async def _cohort(tx: AsyncConnection, row: RowMapping) -> Cohort:
    scheme = stored_scheme(await scheme_by_id(tx, row["scheme_id"]))
    rows = stored_rows(row)
    return Cohort(
        id=row["id"],
        place_id=row["place_id"],
        organisation_id=row["organisation_id"],
        programme=row["programme"],
        scheme=row["scheme"],
        scheme_version=row["scheme_version"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        rows=[
            CohortRow(
                area=None if one.area == NOT_PLACED else one.area,
                dimension=one.dimension,
                category=one.category,
                reached=list(one.reached),
            )
            for one in rows
        ],
        people=people_at_stages(rows, scheme),
        supersedes=row["supersedes"],
        superseded=row["superseded_at"] is not None,
        correction_reason=row["correction_reason"],
        recorded_at=row["recorded_at"],
        data_status=row["data_status"],
    )


def _told(row: RowMapping) -> NewEvent:
    """That a cohort was counted, without a single count in it."""
    return NewEvent(
        type="cohort.counted",
        aggregate_type="cohort",
        aggregate_id=row["id"],
        aggregate_version=1,
        place_id=row["place_id"],
        audience=("internal", f"org:{row['organisation_id']}"),
        data={
            "cohort_id": str(row["id"]),
            "place_id": str(row["place_id"]),
            "organisation_id": str(row["organisation_id"]),
            "programme": row["programme"],
            "period_start": row["period_start"].isoformat(),
            "period_end": row["period_end"].isoformat(),
            "supersedes": None if row["supersedes"] is None else str(row["supersedes"]),
            "data_status": row["data_status"],
        },
        effective_on=row["period_end"],
    )
