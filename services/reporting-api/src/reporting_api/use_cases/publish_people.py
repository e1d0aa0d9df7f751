"""Publishing a programme's counts of people: protected against everything published before, and frozen."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import Contract
from cdp_common.contracts.people import (
    BreakdownScheme,
    PeopleCell,
    PeopleDisclosure,
    PeopleDraft,
    PeopleTable,
    PeopleTableRef,
)
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.chain import canonical_json
from reporting_api.domain.cohorts import (
    CountedMeanwhile,
    NothingCounted,
    PeopleTableNotFound,
    is_stage_due,
    quarters_in,
    require_period_publishable,
)
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.people_cells import count_in
from reporting_api.domain.people_protection import Protection, protect
from reporting_api.domain.people_tables import (
    CountedCohort,
    EarlierTable,
    Key,
    people_table,
)
from reporting_api.domain.people_tables import PeopleTable as DomainTable
from reporting_api.storage.people import (
    add_people_publication,
    cohorts_of_programme,
    last_cohort,
    last_people_number,
    lock_programme,
    people_publication_by_id,
    people_publications_page,
    publications_of_quarter,
    scheme_by_id,
    tables_of_programme,
)
from reporting_api.use_cases.count_people import scheme_of, stored_rows

_TENTH = Decimal("0.1")


class PeoplePublicationRef(Contract):
    """What is kept of the answer to publishing: which table it is; that is frozen itself."""

    id: UUID


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a table is made of, as it stood at one moment."""

    number: int
    tables: Sequence[RowMapping]
    cohorts: Sequence[RowMapping]
    document: BreakdownScheme
    scheme_id: UUID

    @property
    def state(self) -> tuple[int, UUID | None]:
        """What tells whether anything has changed since."""
        return self.number, self.cohorts[-1]["id"]


async def publish_people(
    db: Database,
    caller: Caller,
    place_id: UUID,
    draft: PeopleDraft,
    rule: DisclosureRule,
    licence: str,
    once: Once,
    clock: Clock,
) -> Answer:
    """The frozen table; a period published before is restated under a new number, with a reason.

    It is worked out between two transactions, for that takes up to some seconds; the second one refuses it
    when somebody has counted or published meanwhile.
    """
    caller.requires_role(place_id, "programme_manager")
    period = Period(draft.period_start, draft.period_end)
    now = clock()
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return await _as_frozen(tx, earlier)
        basis = await _basis(tx, place_id, draft, period, now)
    table, found, protection = await asyncio.to_thread(
        _worked_out, place_id, draft, basis, period, rule, licence, now
    )
    frozen = canonical_json(table.model_dump(mode="json"))
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return await _as_frozen(tx, earlier)
        await lock_programme(tx, place_id, draft.programme)
        number = await last_people_number(tx, place_id) + 1
        if (number, await last_cohort(tx, place_id, draft.programme)) != basis.state:
            raise CountedMeanwhile("Somebody counted or published meanwhile; publish again.")
        await add_people_publication(tx, _row(table, basis.scheme_id, found, protection, frozen))
        await record_event(tx, _told(table), now)
        kept = await once.keep(tx, 201, PeoplePublicationRef(id=table.id), now=now)
    return Answer(kept.status, frozen, kept.headers)


async def _basis(
    tx: AsyncConnection, place_id: UUID, draft: PeopleDraft, period: Period, now: datetime
) -> _Basis:
    """What the table is made of; refused when the period cannot be published or nothing is counted in it."""
    await lock_programme(tx, place_id, draft.programme)
    number = await last_people_number(tx, place_id) + 1
    tables = await tables_of_programme(tx, place_id, draft.programme)
    is_restated = any(_period(row) == period for row in tables)
    require_period_publishable(period, now.date(), is_restated, draft.reason)
    rows = await cohorts_of_programme(tx, place_id, draft.programme)
    if not any(_is_in(row, period) for row in rows):
        raise NothingCounted("Nobody has counted people of this programme for the period.")
    scheme_id: UUID = rows[0]["scheme_id"]
    document = BreakdownScheme.model_validate((await scheme_by_id(tx, scheme_id))["document"])
    return _Basis(number, tables, rows, document, scheme_id)


def _worked_out(
    place_id: UUID,
    draft: PeopleDraft,
    basis: _Basis,
    period: Period,
    rule: DisclosureRule,
    licence: str,
    now: datetime,
) -> tuple[PeopleTable, DomainTable, Protection]:
    scheme = scheme_of(basis.document)
    standing = [row for row in basis.cohorts if row["superseded_at"] is None and _is_in(row, period)]
    due = sum(is_stage_due(stage, period.end, now.date()) for stage in scheme.stages)
    counted = _counted(basis.cohorts, basis.tables, basis.number, period, now)
    found = people_table(scheme, due, counted, basis.number, period, [_earlier(row) for row in basis.tables])
    protection = protect(found.table, rule.minimum_people)
    answer = _answer(place_id, draft, basis.number, basis.document, due, found, protection, now)
    same = [row["number"] for row in basis.tables if _period(row) == period]
    table = PeopleTable.model_validate(
        {
            **answer,
            "restates": same[-1] if same else None,
            "organisations": len({row["organisation_id"] for row in standing}),
            "disclosure": _disclosure(found, protection, rule),
            "licence": licence,
            "data_status": _status(standing),
        }
    )
    return table, found, protection


async def list_people_publications(
    db: Database, place_id: UUID, *, programme: str | None, cursor: str | None, limit: int
) -> list[PeopleTableRef]:
    """A place's published tables, the newest first; one more than `limit` when there are further ones."""
    async with db.begin() as tx:
        rows = await people_publications_page(tx, place_id, programme, cursor, limit)
    return [
        PeopleTableRef.model_validate({name: row[name] for name in PeopleTableRef.model_fields})
        for row in rows
    ]


async def get_people_publication(db: Database, table_id: UUID) -> tuple[bytes, str]:
    """The frozen bytes of a table and the hash of its cells."""
    async with db.begin() as tx:
        row = await people_publication_by_id(tx, table_id)
    if row is None:
        raise PeopleTableNotFound("No published table of people has this id.")
    return row["document"], row["content_sha256"]


def _counted(
    rows: Sequence[RowMapping], tables: Sequence[RowMapping], number: int, period: Period, now: datetime
) -> list[CountedCohort]:
    """The cohorts that any publication counts, with the numbers between which each one stood."""
    found = []
    for row in rows:
        quarter = _period(row)
        seen = publications_of_quarter(tables, quarter)
        if _is_in(row, period):
            seen.append((number, now))
        first = next((at for at, moment in seen if row["recorded_at"] <= moment), None)
        gone_at = row["superseded_at"]
        gone = None if gone_at is None else next((at for at, moment in seen if gone_at <= moment), None)
        if first is not None and first != gone:
            found.append(CountedCohort(row["organisation_id"], quarter, stored_rows(row), first, gone))
    return found


def _answer(
    place_id: UUID,
    draft: PeopleDraft,
    number: int,
    document: BreakdownScheme,
    due: int,
    found: DomainTable,
    protection: Protection,
    now: datetime,
) -> dict[str, Any]:
    cells = _cells(found, protection)
    content = canonical_json({"cells": [cell.model_dump(mode="json") for cell in cells]})
    return {
        "id": new_id(),
        "place_id": place_id,
        "number": number,
        "programme": draft.programme,
        "scheme": document.code,
        "scheme_version": document.version,
        "period_start": draft.period_start,
        "period_end": draft.period_end,
        "published_at": now,
        "reason": draft.reason,
        "stages": document.stages[:due],
        "cells": cells,
        "content_sha256": hashlib.sha256(content).hexdigest(),
    }


def _cells(found: DomainTable, protection: Protection) -> list[PeopleCell]:
    """The cells with their counts and percentages, where they are shown."""
    points = found.table.counts.known_to_all_but(None)
    shown = {
        key: count_in(points[cell.any_view], found.table.layout, cell)
        for key, cell in found.keys.items()
        if cell not in protection.withheld
    }
    first_stage = next(iter(found.keys))[3]
    return [_cell(key, shown, first_stage) for key in found.keys]


def _cell(key: Key, shown: Mapping[Key, int], first_stage: str) -> PeopleCell:
    dimension, category, area, stage = key
    count = shown.get(key)
    everybody: Key = ("", "", area, stage)
    return PeopleCell(
        dimension=dimension or None,
        category=category or None,
        area=area or None,
        stage=stage,
        count=count,
        percent=_percent(count, shown.get(everybody)) if dimension else None,
        percent_of_first_stage=(
            _percent(count, shown.get((dimension, category, area, first_stage)))
            if stage != first_stage
            else None
        ),
        withheld=count is None,
    )


def _percent(part: int | None, whole: int | None) -> Decimal | None:
    """A percentage of two counts that are both shown; none where one is withheld or there is nobody."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(_TENTH, rounding=ROUND_HALF_UP)


def _disclosure(found: DomainTable, protection: Protection, rule: DisclosureRule) -> PeopleDisclosure:
    return PeopleDisclosure(
        minimum_people=rule.minimum_people,
        cells=len(found.keys),
        withheld_small=len(protection.small),
        withheld_beside=len(protection.withheld - protection.small),
    )


def _row(
    table: PeopleTable, scheme_id: UUID, found: DomainTable, protection: Protection, frozen: bytes
) -> dict[str, Any]:
    def keys(withheld: bool) -> list[list[str]]:
        return [list(key) for key, cell in found.keys.items() if (cell in protection.withheld) is withheld]

    return {
        "id": table.id,
        "place_id": table.place_id,
        "number": table.number,
        "previous_number": None if table.number == 1 else table.number - 1,
        "programme": table.programme,
        "scheme_id": scheme_id,
        "period_start": table.period_start,
        "period_end": table.period_end,
        "published_at": table.published_at,
        "restates": table.restates,
        "reason": table.reason,
        "shown": keys(withheld=False),
        "withheld": keys(withheld=True),
        "content_sha256": table.content_sha256,
        "document": frozen,
    }


def _earlier(row: RowMapping) -> EarlierTable:
    def keys(name: str) -> frozenset[Key]:
        return frozenset((one[0], one[1], one[2], one[3]) for one in row[name])

    return EarlierTable(row["number"], _period(row), keys("shown"), keys("withheld"))


def _told(table: PeopleTable) -> NewEvent:
    return NewEvent(
        type="people.published",
        aggregate_type="people_publication",
        aggregate_id=table.id,
        aggregate_version=1,
        place_id=table.place_id,
        audience=("public",),
        data={
            "people_publication_id": str(table.id),
            "place_id": str(table.place_id),
            "number": table.number,
            "programme": table.programme,
            "period_start": table.period_start.isoformat(),
            "period_end": table.period_end.isoformat(),
            "restates": table.restates,
            "content_sha256": table.content_sha256,
            "data_status": table.data_status,
        },
        effective_on=table.period_end,
    )


def _period(row: RowMapping) -> Period:
    return Period(row["period_start"], row["period_end"])


def _is_in(row: RowMapping, period: Period) -> bool:
    return _period(row) in set(quarters_in(period))


def _status(rows: Sequence[RowMapping]) -> str:
    return "synthetic_sample" if any(row["data_status"] != "actual" for row in rows) else "actual"


async def _as_frozen(tx: AsyncConnection, earlier: Answer) -> Answer:
    """The first answer again: the table that the record names, byte for byte."""
    row = await people_publication_by_id(tx, PeoplePublicationRef.model_validate_json(earlier.body).id)
    assert row is not None  # published tables are never removed
    return Answer(earlier.status, row["document"], earlier.headers, replayed=True)
