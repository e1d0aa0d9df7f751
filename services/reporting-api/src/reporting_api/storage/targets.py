"""Writing targets and reading them, and what the ledger counts towards them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import keyset
from cdp_common.kernel.periods import Period
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.domain.targets import CountedMeasure, Goal, Statement, TargetExists
from reporting_api.storage.target_tables import target_measures, target_progress, target_versions, targets

_LAST_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class TargetRows:
    """A target as it is stored: what never changes, its measures, its versions, the newest first."""

    target: RowMapping
    measures: Sequence[RowMapping]
    versions: Sequence[RowMapping]

    @property
    def current(self) -> RowMapping:
        """The version that holds."""
        return self.versions[0]

    @property
    def goal(self) -> Goal:
        """What the target asks for."""
        return Goal(
            value=self.current["value"],
            aim=self.target["aim"],
            due=self.current["due"],
            counted_from=self.target["counted_from"],
            baseline=self.current["baseline_value"],
            baseline_on=self.current["baseline_on"],
            accumulation=self.target["accumulation"],
            unit=self.target["unit"],
            counts_people=self.target["counts_people"],
        )

    @property
    def counted(self) -> list[CountedMeasure]:
        """The measures that count towards it."""
        return [
            CountedMeasure(
                row["edition_hash"],
                row["code"],
                row["title"],
                self.target["unit"],
                self.target["accumulation"],
                row["is_licensed"],
            )
            for row in self.measures
        ]


async def add_target(
    tx: AsyncConnection,
    row: Mapping[str, Any],
    measures: Sequence[CountedMeasure],
    version: Mapping[str, Any],
) -> None:
    """Write a target with its first version; refused when the place has one with its code."""
    taken = {"uq_targets_place_id_code": lambda: TargetExists("The place has a target with this code.")}
    with constraint_errors(taken):
        await tx.execute(insert(targets).values(**row))
    rows = [
        {
            "target_id": row["id"],
            "ordinal": ordinal,
            "edition_hash": measure.edition_hash,
            "code": measure.code,
            "title": measure.title,
            "is_licensed": measure.is_licensed,
        }
        for ordinal, measure in enumerate(measures)
    ]
    await tx.execute(insert(target_measures), rows)
    await add_version(tx, version)


async def add_version(tx: AsyncConnection, version: Mapping[str, Any]) -> None:
    """Write a version of a target; from then on it does not change."""
    await tx.execute(insert(target_versions).values(**version))


async def lock_target(tx: AsyncConnection, target_id: UUID) -> None:
    """Let others who change this target wait until this transaction is over."""
    # The tables refuse updates, so that their rows cannot be locked.
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('target ' || :target, 0))")
    await tx.execute(lock, {"target": str(target_id)})


async def targets_by_ids(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, TargetRows]:
    """The targets among `ids` that there are."""
    rows = (await tx.execute(select(targets).where(targets.c.id.in_(ids)))).mappings().all()
    return {found.target["id"]: found for found in await _whole(tx, rows)}


async def targets_page(
    tx: AsyncConnection, place_id: UUID, workstream: str | None, cursor: str | None, limit: int
) -> list[TargetRows]:
    """A place's targets by code."""
    query = select(targets).where(targets.c.place_id == place_id)
    if workstream is not None:
        query = query.where(targets.c.workstream == workstream)
    rows = (await tx.execute(keyset(query, [targets.c.code], cursor, limit))).mappings().all()
    return await _whole(tx, rows)


async def targets_of_place(tx: AsyncConnection, place_id: UUID) -> list[TargetRows]:
    """All targets of a place, by code; there are at most so many as its programme managers have set."""
    query = select(targets).where(targets.c.place_id == place_id).order_by(targets.c.code)
    return await _whole(tx, (await tx.execute(query)).mappings().all())


async def codes_taken(tx: AsyncConnection, place_id: UUID, codes: Collection[str]) -> set[str]:
    """Which of these codes are targets of the place already."""
    query = select(targets.c.code).where(targets.c.place_id == place_id, targets.c.code.in_(codes))
    return set(await tx.scalars(query))


async def statements_counted(
    tx: AsyncConnection,
    place_id: UUID,
    measures: Sequence[CountedMeasure],
    window: Period,
    position: int | None,
) -> tuple[list[Statement], bool]:
    """What the ledger holds of the measures for periods that end in the window, and whether samples are in
    it.

    Up to a position, or all there is, the inbox included. Of ratios the parts come from the reports
    themselves, as they stand now: the ledger has no denominators.
    """
    if measures[0].accumulation == "ratio":
        return await _ratios(tx, place_id, measures, window)
    parameters = {
        "place": place_id,
        "since": window.start,
        "until": window.end,
        "position": _LAST_POSITION if position is None else position,
        "with_inbox": position is None,
        **_keys(measures),
    }
    rows = (await tx.execute(_COUNTED, parameters)).all()
    return [
        Statement(row.figure, row.deliverer_id, row.period_start, row.period_end, row.quantity)
        for row in rows
        if row.standing > 0
    ], any(row.has_samples for row in rows)


async def keep_progress(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember what a publication shows of targets; from then on it does not change."""
    if rows:
        await tx.execute(insert(target_progress), list(rows))


async def last_progress(
    tx: AsyncConnection, ids: Collection[UUID], moment: datetime
) -> dict[UUID, RowMapping]:
    """What the last publication up to a moment showed of each target."""
    columns = target_progress.c
    query = (
        select(target_progress)
        .ext(distinct_on(columns.target_id))
        .where(columns.target_id.in_(ids), columns.published_at <= moment)
        .order_by(columns.target_id, columns.number.desc())
    )
    return {row["target_id"]: row for row in (await tx.execute(query)).mappings()}


async def progress_shown(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    """Everything that publications showed of each target, oldest first."""
    columns = target_progress.c
    query = (
        select(target_progress).where(columns.target_id.in_(ids)).order_by(columns.target_id, columns.number)
    )
    found: dict[UUID, list[RowMapping]] = {target_id: [] for target_id in ids}
    for row in (await tx.execute(query)).mappings():
        found[row["target_id"]].append(row)
    return found


_WANTED = "(edition_hash, measure) IN (SELECT * FROM unnest(CAST(:hashes AS text[]), CAST(:codes AS text[])))"
_OF_TARGET = f"""place_id = :place AND figure IN ('delivered', 'validated')
    AND effective_on BETWEEN :since AND :until AND {_WANTED}"""
_PARTS = "figure, deliverer_id, period_start, period_end, counted_quantity, reverses, data_status"
_COUNTED = text(f"""
    SELECT figure, deliverer_id, period_start, period_end,
           sum(counted_quantity) AS quantity,
           sum(CASE WHEN reverses IS NULL THEN 1 ELSE -1 END) AS standing,
           bool_or(data_status = 'synthetic_sample') AS has_samples
    FROM (SELECT {_PARTS} FROM ledger_entries WHERE {_OF_TARGET} AND position <= :position
          UNION ALL
          SELECT {_PARTS} FROM ledger_inbox WHERE {_OF_TARGET} AND :with_inbox) counted
    GROUP BY figure, deliverer_id, period_start, period_end""")  # noqa: S608 - made of the constants above

_RATIOS = text(f"""
    SELECT r.organisation_id, min(r.period_start) AS period_start, r.period_end,
           sum(l.quantity) AS quantity, sum(l.denominator) AS denominator,
           sum(l.accepted_quantity) FILTER (WHERE l.state = 'validated') AS accepted,
           sum(l.denominator) FILTER (WHERE l.state = 'validated') AS accepted_denominator,
           bool_or(l.data_status = 'synthetic_sample') AS has_samples
    FROM reports r JOIN report_lines l ON l.report_id = r.id
    WHERE r.place_id = :place AND r.period_end BETWEEN :since AND :until AND r.state = ANY(:states)
      AND {_WANTED}
    GROUP BY r.organisation_id, r.period_end""")  # noqa: S608 - made of the constants above


async def _ratios(
    tx: AsyncConnection, place_id: UUID, measures: Sequence[CountedMeasure], window: Period
) -> tuple[list[Statement], bool]:
    parameters = {
        "place": place_id,
        "since": window.start,
        "until": window.end,
        "states": sorted(STANDING_STATES),
        **_keys(measures),
    }
    rows = (await tx.execute(_RATIOS, parameters)).all()
    found = []
    for row in rows:
        who: UUID = row.organisation_id
        first: date = row.period_start
        found.append(Statement("delivered", who, first, row.period_end, row.quantity, row.denominator))
        if row.accepted is not None:
            accepted: Decimal = row.accepted
            found.append(
                Statement("validated", who, first, row.period_end, accepted, row.accepted_denominator)
            )
    return found, any(row.has_samples for row in rows)


def _keys(measures: Sequence[CountedMeasure]) -> dict[str, list[str]]:
    return {
        "hashes": [measure.edition_hash for measure in measures],
        "codes": [measure.code for measure in measures],
    }


async def _whole(tx: AsyncConnection, rows: Sequence[RowMapping]) -> list[TargetRows]:
    """The targets with their measures and versions, in the order of their rows."""
    ids = [row["id"] for row in rows]
    measures: dict[UUID, list[RowMapping]] = {target_id: [] for target_id in ids}
    versions: dict[UUID, list[RowMapping]] = {target_id: [] for target_id in ids}
    of_targets = (
        select(target_measures)
        .where(target_measures.c.target_id.in_(ids))
        .order_by(target_measures.c.target_id, target_measures.c.ordinal)
    )
    for row in (await tx.execute(of_targets)).mappings():
        measures[row["target_id"]].append(row)
    all_versions = (
        select(target_versions)
        .where(target_versions.c.target_id.in_(ids))
        .order_by(target_versions.c.target_id, target_versions.c.version.desc())
    )
    for row in (await tx.execute(all_versions)).mappings():
        versions[row["target_id"]].append(row)
    return [TargetRows(row, measures[row["id"]], versions[row["id"]]) for row in rows]
