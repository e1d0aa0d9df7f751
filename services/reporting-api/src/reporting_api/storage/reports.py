"""Writing reports with their lines, states and reviews, and reading them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    RowMapping,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.copying import copy_line, copy_lines_of_text, copy_rows
from cdp_common.db.merges import resolved
from cdp_common.db.paging import keyset
from reporting_api.domain.reports import LineState, PeriodAlreadyReported, ReportState
from reporting_api.storage.copy_tables import measures
from reporting_api.storage.report_tables import report_lines, report_states, reports, review_lines, reviews

LINES_SHOWN = 1_000
"""Lines that a report shows itself; those of a larger one are read page by page."""
MAX_COPIED_S = 120
_JSON_COLUMNS = frozenset({"areas", "evidence"})


@dataclass(frozen=True)
class Reporters:
    """Whose reports are wanted, and at most how many of each; None: all."""

    organisation_ids: Sequence[UUID]
    of_each: int | None = None


async def add_report(
    tx: AsyncConnection, row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Write a report; days that a live report of the organisation covers are refused."""
    with constraint_errors({"ex_reports_one_live": _reported_before}):
        await tx.execute(insert(reports).values(**row))
    if lines:
        await tx.execute(insert(report_lines), list(lines))
    await _note_state(tx, row["id"], row["version"], row["state"], now)


_COLUMNS = [
    resolved(column).label(column.name) if column.name == "organisation_id" else column
    for column in reports.c
]
"""A report's columns, as they are read."""


async def report_by_id(tx: AsyncConnection, report_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The report's row, or none; `lock` holds others back until commit.

    It is of the organisation to which the reporter's record leads.
    """
    query = select(*_COLUMNS).where(reports.c.id == report_id)
    if lock:
        query = query.with_for_update(of=reports)
    return (await tx.execute(query)).mappings().one_or_none()


def line_text(row: Mapping[str, Any]) -> str:
    """A line of a report as it is copied; areas and evidence are JSON."""
    return copy_line([_json(value) if name in _JSON_COLUMNS else value for name, value in row.items()])


def _json(value: Any) -> str:
    return json.dumps(value) if value else "[]"  # most lines name no area, or no evidence


async def copy_lines(tx: AsyncConnection, columns: Sequence[str], file: IO[bytes]) -> None:
    """Write many lines of a report at once, from a file in which they lie as `line_text` writes them."""
    await copy_lines_of_text(tx, report_lines, columns, file, limit_s=MAX_COPIED_S)


async def lines_of(tx: AsyncConnection, report_ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    """The lines of each report, in the order in which they were stated; of many, the first thousand.

    `licensed_framework` is the framework whose licence a line's pounds need, if they need one.
    """
    columns = report_lines.c
    query = _licensed_lines().where(columns.report_id.in_(report_ids), columns.ordinal < LINES_SHOWN)
    query = query.order_by(columns.report_id, columns.ordinal)
    found: dict[UUID, list[RowMapping]] = {report_id: [] for report_id in report_ids}
    for row in (await tx.execute(query)).mappings():
        found[row["report_id"]].append(row)
    return found


async def lines_named(tx: AsyncConnection, report_id: UUID, line_ids: Collection[UUID]) -> list[RowMapping]:
    """The lines of a report among `line_ids`, in the order in which they were stated."""
    columns = report_lines.c
    query = _licensed_lines().where(columns.report_id == report_id, columns.line_id.in_(line_ids))
    return list((await tx.execute(query.order_by(columns.ordinal))).mappings())


def _undecided(report_id: UUID, named: Collection[UUID], reviewers: Collection[UUID]) -> ColumnElement[bool]:
    """Lines that a review may accept without naming them: a commissioner's own check adds nothing twice."""
    columns = report_lines.c
    is_own = func.coalesce(columns.commissioner_id.in_(reviewers), False)
    return and_(
        columns.report_id == report_id,
        columns.line_id.not_in(named),
        or_(columns.state == "reported", and_(columns.state == "confirmed", ~is_own)),
    )


async def undecided_lines(
    tx: AsyncConnection, report_id: UUID, named: Collection[UUID], reviewers: Collection[UUID]
) -> tuple[int, int, set[UUID]]:
    """Of the lines that are left: how many the reviewers commissioned, how many others, their activities."""
    columns = report_lines.c
    is_own = func.coalesce(columns.commissioner_id.in_(reviewers), False)
    query = select(
        func.count().filter(is_own).label("own"),
        func.count().filter(~is_own).label("others"),
        func.array_agg(columns.activity_id.distinct())
        .filter(columns.activity_id.is_not(None))
        .label("joint"),
    ).where(_undecided(report_id, named, reviewers))
    row = (await tx.execute(query)).one()
    return row.own, row.others, set(row.joint or ())


async def undecided_from(
    tx: AsyncConnection,
    report_id: UUID,
    named: Collection[UUID],
    reviewers: Collection[UUID],
    first_ordinal: int,
    limit: int,
) -> list[RowMapping]:
    """Those lines themselves, from an ordinal on."""
    ordinal = report_lines.c.ordinal
    query = select(report_lines).where(_undecided(report_id, named, reviewers), ordinal >= first_ordinal)
    return list((await tx.execute(query.order_by(ordinal).limit(limit))).mappings())


async def accept_as_reported(
    tx: AsyncConnection, line_ids: Collection[UUID], state: LineState, said: Mapping[str, str]
) -> None:
    """Write that lines were accepted as they were reported, with what the review `said` of them."""
    columns = report_lines.c
    pence = columns.social_pence + columns.local_pence if state == "validated" else null()
    await tx.execute(
        update(report_lines)
        .where(columns.line_id.in_(line_ids))
        .values(
            state=state,
            accepted_quantity=columns.quantity,
            validated_pence=pence,
            **said,
        )
    )


async def add_review_lines(tx: AsyncConnection, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write what a review says of many lines at once."""
    columns = list(lines[0])
    rows = (tuple(line.values()) for line in lines)
    await copy_rows(tx, review_lines, columns, rows, limit_s=MAX_COPIED_S)


async def lines_page(
    tx: AsyncConnection, report_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """Lines of a report in the order in which they were stated."""
    query = _licensed_lines().where(report_lines.c.report_id == report_id)
    return list((await tx.execute(keyset(query, [report_lines.c.ordinal], cursor, limit))).mappings())


async def line_counts(tx: AsyncConnection, report_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many lines each report has."""
    columns = report_lines.c
    query = (
        select(columns.report_id, func.count().label("lines"))
        .where(columns.report_id.in_(report_ids))
        .group_by(columns.report_id)
    )
    return {row.report_id: row.lines for row in await tx.execute(query)}


async def frameworks_licensed(tx: AsyncConnection, report_id: UUID) -> set[str]:
    """The frameworks whose licence the pounds of some line of a report need."""
    lines = _licensed_lines().where(report_lines.c.report_id == report_id).subquery()
    query = select(lines.c.licensed_framework).where(lines.c.licensed_framework.is_not(None)).distinct()
    return set(await tx.scalars(query))


def _licensed_lines() -> Select[Any]:
    return select(report_lines, measures.c.licence_framework.label("licensed_framework")).join(
        measures,
        and_(
            measures.c.edition_hash == report_lines.c.edition_hash,
            measures.c.code == report_lines.c.measure,
        ),
    )


async def reports_page(
    tx: AsyncConnection,
    *,
    organisation_id: UUID,
    place_id: UUID | None,
    places_seen: Collection[UUID],
    state: ReportState | None,
    reporters: Reporters | None = None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Reports of an organisation and of the places it may see into, the oldest first."""
    is_own = resolved(reports.c.organisation_id) == organisation_id
    seen = [or_(is_own, reports.c.place_id.in_(places_seen))]
    if place_id is not None:
        seen.append(reports.c.place_id == place_id)
    if state is not None:
        seen.append(reports.c.state == state)
    if reporters is not None:
        asked = func.unnest(literal(list(reporters.organisation_ids), ARRAY(Uuid))).column_valued("asked")
        seen.append(resolved(reports.c.organisation_id).in_(select(resolved(asked))))
    query = select(*_COLUMNS).where(*seen)
    if reporters is not None and reporters.of_each is not None:
        query = query.where(reports.c.id.in_(_first_of_each(seen, reporters.of_each)))
    return list((await tx.execute(keyset(query, [reports.c.id], cursor, limit))).mappings())


def _first_of_each(seen: Sequence[ColumnElement[bool]], count: int) -> Select[Any]:
    """The ids of the first so many reports of each organisation."""
    order = func.row_number().over(partition_by=resolved(reports.c.organisation_id), order_by=reports.c.id)
    numbered = select(reports.c.id, order.label("number")).where(*seen).subquery()
    return select(numbered.c.id).where(numbered.c.number <= count)


async def persons_behind(tx: AsyncConnection, report_id: UUID) -> frozenset[UUID]:
    """The persons who submitted a report, or one of those that it corrects."""
    chain = (
        select(reports.c.supersedes, reports.c.person_id)
        .where(reports.c.id == report_id)
        .cte("chain", recursive=True)
    )
    earlier = select(reports.c.supersedes, reports.c.person_id).join(
        chain, reports.c.id == chain.c.supersedes
    )
    found = await tx.scalars(select(chain.union_all(earlier).c.person_id))
    return frozenset(person for person in found if person is not None)


async def move_report(
    tx: AsyncConnection,
    report: RowMapping,
    state: ReportState,
    now: datetime,
    *,
    reviewer_id: UUID | None = None,
) -> int:
    """Put a locked report into a state and give its new version; under review it has a reviewer."""
    version: int = report["version"] + 1
    statement = (
        update(reports)
        .where(reports.c.id == report["id"])
        .values(state=state, version=version, reviewer_id=reviewer_id)
    )
    await tx.execute(statement)
    await _note_state(tx, report["id"], version, state, now)
    return version


async def add_review(tx: AsyncConnection, row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> None:
    """Write a review with what it says of each line."""
    await tx.execute(insert(reviews).values(**row))
    if lines:
        await tx.execute(insert(review_lines), list(lines))


async def decide_lines(tx: AsyncConnection, decided: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Write what a review made of lines, by their ids; each has the same columns."""
    if not decided:
        return
    names = next(iter(decided.values()))
    statement = (
        update(report_lines)
        .where(report_lines.c.line_id == bindparam("of_line"))
        .values({name: bindparam(f"now_{name}") for name in names})
    )
    rows = [
        {"of_line": line_id, **{f"now_{name}": values[name] for name in names}}
        for line_id, values in decided.items()
    ]
    await tx.execute(statement, rows)


async def _note_state(
    tx: AsyncConnection, report_id: UUID, version: int, state: ReportState, now: datetime
) -> None:
    row = {"report_id": report_id, "version": version, "state": state, "recorded_at": now}
    await tx.execute(insert(report_states).values(row))


def _reported_before() -> PeriodAlreadyReported:
    return PeriodAlreadyReported("A report of days in this period stands already; correct that one.")
