"""Agreements that change: from a date on a line promises something else, or somebody else owes it.

Nothing that was entered is rewritten. What is not due before the date is taken back by reversals and entered
anew, so that the record of any earlier moment stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.commitments import Commitment, Instalment, PromisedLine, entry_of, instalments_of
from reporting_api.domain.entries import Entry, NextId, SourceKind

_NOTHING = Decimal(0)


def entries_of_variation(
    standing: Sequence[Entry], varied: Commitment, effective_on: date, next_id: NextId, now: datetime
) -> list[Entry]:
    """What a variation enters for the lines of `varied`, which are those that change and those that are new.

    A line's whole life is committed anew from that day; the parts due on it or later are reversed, and what
    is left of the whole falls due by the line's schedule or in equal monthly parts until it ends.
    """
    entries: list[Entry] = []
    for line in varied.lines:
        mine = [entry for entry in standing if entry.commitment_line_id == line.line_id]
        entries += _taken_back(mine, effective_on, "variation", next_id, now)
        kept = [entry for entry in mine if entry.figure == "due" and entry.effective_on < effective_on]
        day = max(effective_on, varied.signed_on)
        whole = Instalment(day, line.period, line.counted_quantity, line.amounts)
        committed = entry_of(varied, line, next_id(), now, figure="committed", effective_on=day, part=whole)
        entries.append(replace(committed, source_kind="variation"))
        for part in _rest(line, kept, effective_on):
            due = entry_of(varied, line, next_id(), now, figure="due", effective_on=part.due_on, part=part)
            entries.append(replace(due, source_kind="variation"))
    return entries


def entries_of_novation(
    standing: Iterable[Entry], deliverer_id: UUID, effective_on: date, next_id: NextId, now: datetime
) -> list[Entry]:
    """What a novation enters: what is in force and not due before that day is owed by the new deliverer."""
    entries: list[Entry] = []
    for entry in standing:
        for reversal in _taken_back([entry], effective_on, "novation", next_id, now):
            owed = replace(
                entry,
                id=next_id(),
                deliverer_id=deliverer_id,
                effective_on=reversal.effective_on,
                source_kind="novation",
                recorded_at=now,
            )
            entries += [reversal, owed]
    return entries


def _taken_back(
    entries: Iterable[Entry], effective_on: date, source_kind: SourceKind, next_id: NextId, now: datetime
) -> list[Entry]:
    """Reversals of what is committed, from the day on, and of what falls due on it or later."""
    found: list[Entry] = []
    for entry in entries:
        if entry.figure == "committed":
            day = max(effective_on, entry.effective_on)
            found.append(entry.reversal(next_id(), now, source_kind=source_kind, effective_on=day))
        elif entry.figure == "due" and entry.effective_on >= effective_on:
            found.append(entry.reversal(next_id(), now, source_kind=source_kind))
    return found


def _rest(line: PromisedLine, kept: Sequence[Entry], effective_on: date) -> list[Instalment]:
    """How what was not due before the day falls due; nothing where nothing is left."""
    quantity = line.counted_quantity - sum((entry.counted_quantity for entry in kept), _NOTHING)
    amounts = line.amounts.minus(entry.amounts for entry in kept)
    if quantity == 0 and amounts.total_pence == 0:
        return []
    start = max(effective_on, line.period.start)
    life = Period(start, max(start, line.period.end))
    return instalments_of(replace(line, counted_quantity=quantity, amounts=amounts, period=life))
