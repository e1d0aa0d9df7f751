"""The bridge of a publication, and its entries for those with a role in the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.bridges import Bridge, BridgeEntry, BridgeLine, BridgeStep, CellChange
from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.db.database import Database
from cdp_common.db.paging import CursorInvalid, decode_cursor
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller, RoleMissing
from reporting_api.domain.bridges import BRIDGED, Step, bridge_steps, step_of, through_day
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.publications import HEADLINES, PublicationNotFound
from reporting_api.storage.bridges import Span, moved_entries, movement_of, movements, total_through
from reporting_api.storage.copies import names_known
from reporting_api.storage.publications import publication_by_id, totals_before


async def build_bridges(
    tx: AsyncConnection,
    place_id: UUID,
    number: int,
    position: int,
    period_end: date,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> list[Bridge]:
    """How the place's delivered and validated totals came from those of the publication before."""
    earlier = await totals_before(tx, place_id, number)
    span = _span(place_id, position, period_end, earlier)
    moved = await movements(tx, span)
    last = await total_through(tx, place_id, span.last_position, span.last_through)
    this = await total_through(tx, place_id, span.position, span.through)
    named = {one.organisation_id for one in moved if one.organisation_id in agreed}
    known = await names_known(tx, named)
    names = {who: known.get(who, str(who)) for who in named}
    bridges = []
    for figure in BRIDGED:
        steps = bridge_steps(moved, figure, agreed, rule)
        # Both totals are summed from the lines on their own: the steps between them must agree to the penny.
        assert last[figure] + sum(step.pence for step in steps) == this[figure]
        bridges.append(
            Bridge(
                figure=figure,
                last_number=earlier[-1]["number"] if earlier else None,
                last_through=span.last_through,
                last_gbp=gbp_from_pence(last[figure]),
                steps=[_step_told(step, names) for step in steps],
                this_through=span.through,
                this_gbp=gbp_from_pence(this[figure]),
            )
        )
    return bridges


def _step_told(step: Step, names: Mapping[UUID, str]) -> BridgeStep:
    """A step with its lines by the names of who adds to it."""
    ordered = sorted(step.lines, key=lambda line: (names[line.organisation_id], line.measure))
    return BridgeStep(
        step=step.name,
        total_gbp=gbp_from_pence(step.pence),
        lines=[
            BridgeLine(
                organisation_id=line.organisation_id,
                organisation=names[line.organisation_id],
                measure=line.measure,
                edition_hash=line.edition_hash,
                entries=line.entries,
                total_gbp=gbp_from_pence(line.pence),
            )
            for line in ordered
        ],
        unnamed_gbp=gbp_from_pence(step.unnamed_pence),
    )


async def list_bridge_entries(
    db: Database, caller: Caller, publication_id: UUID, *, cursor: str | None, limit: int
) -> list[BridgeEntry]:
    """The entries of a publication's bridge by position; one more than `limit` when there are further
    ones."""
    after = 0 if cursor is None else _position(cursor)
    async with db.begin() as tx:
        row = await publication_by_id(tx, publication_id)
        if row is None:
            raise PublicationNotFound("No publication has this id.")
        place_id: UUID = row["place_id"]
        if not caller.roles.get(place_id):
            raise RoleMissing("This needs a role in the place.")
        earlier = await totals_before(tx, place_id, row["number"])
        span = _span(place_id, row["ledger_position"], row["period_end"], earlier)
        entries = await moved_entries(tx, span, after, limit + 1)
    return [_entry(entry) for entry in entries]


def cell_changes(before: CollectiveValue, after: CollectiveValue) -> list[CellChange]:
    """The cells in which a restatement differs from what it restates, line by line, as both show them."""
    earlier, later = _cells(before), _cells(after)
    found = []
    for key in dict.fromkeys([*later, *earlier]):
        by, basis, scheme, cell, label = key
        for figure in HEADLINES:
            was, is_now = earlier.get(key, {}).get(figure), later.get(key, {}).get(figure)
            if was != is_now:
                found.append(
                    CellChange(
                        by=by,
                        basis=basis,
                        scheme=scheme,
                        key=cell,
                        label=label,
                        figure=figure,
                        before_gbp=was,
                        after_gbp=is_now,
                    )
                )
    return found


def _position(cursor: str) -> int:
    """The position that a cursor stands at."""
    values = decode_cursor(cursor)
    if len(values) != 1 or not isinstance(values[0], int):
        raise CursorInvalid("The cursor is not one of this list.")
    return values[0]


_CellKey = tuple[str, str | None, str | None, str, str]


def _cells(value: CollectiveValue) -> dict[_CellKey, dict[str, object]]:
    return {
        (grouping.by, grouping.basis, grouping.scheme, cell.key, cell.label): (
            {}
            if cell.figures is None
            else {figure: getattr(cell.figures, figure).total_gbp for figure in HEADLINES}
        )
        for grouping in value.groupings
        for cell in grouping.cells
    }


def _span(place_id: UUID, position: int, period_end: date, earlier: Sequence[RowMapping]) -> Span:
    last_through = through_day([row["period_end"] for row in earlier])
    through = period_end if last_through is None else max(period_end, last_through)
    last_position = max((row["ledger_position"] for row in earlier), default=0)
    return Span(place_id, last_position, last_through, position, through)


def _entry(row: RowMapping) -> BridgeEntry:
    return BridgeEntry(
        position=row["position"],
        step=step_of(movement_of(row, entries=1)),
        figure=row["figure"],
        organisation_id=row["deliverer_id"],
        measure=row["measure"],
        edition_hash=row["edition_hash"],
        effective_on=row["effective_on"],
        source_kind=row["source_kind"],
        source_id=row["source_id"],
        reverses=row["reverses"],
        total_gbp=gbp_from_pence(row["pence"]),
        recorded_at=row["recorded_at"],
    )
