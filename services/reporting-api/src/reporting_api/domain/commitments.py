"""Promises as dated entries: the whole value when signed, instalments as they fall due, reversals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import InvalidInput
from cdp_common.kernel.periods import Period
from cdp_common.kernel.quantities import split_quantity
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.entries import DataStatus, Entry, MeasureRef, NextId, Route

Kind = Literal[
    "contract", "call_off", "framework_agreement", "grant", "planning_obligation", "pledge", "plan"
]

ROUTE_OF_KIND = MappingProxyType[Kind, Route](
    {
        "contract": "procurement",
        "call_off": "procurement",
        "framework_agreement": "procurement",
        "grant": "grant",
        "planning_obligation": "planning",
        "pledge": "charter",
        "plan": "own_activity",
    }
)
"""The route by which value promised in each kind of commitment arises."""

CONTRACT_KINDS: frozenset[Kind] = frozenset({"contract", "call_off"})
"""The kinds whose deliveries carry the two attestations."""

AGREEMENT_KINDS: frozenset[Kind] = CONTRACT_KINDS | {"grant", "planning_obligation"}
"""The kinds by which somebody owes another one what it delivers; a framework agreement commits nothing."""


class ScheduleNotWhole(InvalidInput):
    """The shares of a commitment's own schedule do not sum to 1."""

    code = "schedule_not_whole"
    title = "The shares of the schedule do not sum to 1"


@dataclass(frozen=True, slots=True)
class ScheduledShare:
    """A share of a commitment and the day on which it falls due."""

    due_on: date
    share: Decimal


@dataclass(frozen=True, slots=True)
class PromisedLine:
    """One promised quantity with its value at the pinned edition."""

    line_id: UUID
    measure: MeasureRef
    unit: str
    quantity: Decimal
    counted_quantity: Decimal
    amounts: Amounts
    period: Period
    schedule: tuple[ScheduledShare, ...]
    area_code: str | None
    area_index: str | None
    target_group: str | None = None
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """An agreement, a pledge or a plan: who promised what to whom."""

    source_id: UUID
    kind: Kind
    reference: str
    title: str
    place_id: UUID
    deliverer_id: UUID
    commissioner_id: UUID | None
    signed_on: date
    period: Period
    data_status: DataStatus
    lines: tuple[PromisedLine, ...]

    @property
    def route(self) -> Route:
        """The route by which its value arises."""
        return ROUTE_OF_KIND[self.kind]


@dataclass(frozen=True, slots=True)
class Instalment:
    """The part of a line that falls due on one day."""

    due_on: date
    period: Period
    counted_quantity: Decimal
    amounts: Amounts


def instalments_of(line: PromisedLine) -> list[Instalment]:
    """The line's parts in order of falling due: its own schedule, else equal parts at each month's end.

    The last month may be cut short by the end of the line; its part falls due on that last day. Pence and
    quantities sum to the line's exactly, the last part taking the rounding.
    """
    if line.schedule:
        if sum(part.share for part in line.schedule) != 1:
            raise ScheduleNotWhole("the shares of a commitment's schedule must sum to 1")
        dated = sorted(line.schedule, key=lambda part: part.due_on)
        periods = [Period(part.due_on, part.due_on) for part in dated]
        shares = [part.share for part in dated]
    else:
        periods = list(line.period.months())
        shares = [Decimal(1)] * len(periods)
    quantities = split_quantity(line.counted_quantity, shares)
    return [
        Instalment(period.end, period, quantity, amounts)
        for period, quantity, amounts in zip(periods, quantities, line.amounts.split(shares), strict=True)
    ]


def entries_of_commitment(commitment: Commitment, next_id: NextId, now: datetime) -> list[Entry]:
    """What signing enters: each line's whole value and instalments; a framework agreement commits nothing."""
    if commitment.kind == "framework_agreement":
        return []
    entries: list[Entry] = []
    for line in commitment.lines:
        entries.append(_committed(commitment, line, next_id(), now))
        entries.extend(_due(commitment, line, part, next_id(), now) for part in instalments_of(line))
    return entries


def entries_of_ending(
    standing: Iterable[Entry],
    effective_on: date,
    next_id: NextId,
    now: datetime,
    taken_back_later: Iterable[tuple[Entry, date]] = (),
) -> list[Entry]:
    """What ending a commitment enters: from that day it is not in force, and what was not due is not owed.

    `standing` are its entries that nothing has reversed. An instalment due on the day itself stays owed; what
    was delivered and validated stays as it is. `taken_back_later` are committed entries that a change holding
    from a later day takes back on that day: until then they are out of force too.
    """
    reversed_entries: list[Entry] = []
    for entry, until in taken_back_later:
        day = max(effective_on, entry.effective_on)
        if day < until:
            # Each entry is reversed once: the gap is an entry of its own, which ends by its own reversal.
            taken = entry.reversal(next_id(), now, source_kind="termination", effective_on=day)
            gap = replace(taken, reverses=None)
            reversed_entries.append(gap)
            reversed_entries.append(
                gap.reversal(next_id(), now, source_kind="termination", effective_on=until)
            )
    for entry in standing:
        if entry.figure == "committed":
            day = max(effective_on, entry.effective_on)
            reversed_entries.append(
                entry.reversal(next_id(), now, source_kind="termination", effective_on=day)
            )
        elif entry.figure == "due" and entry.effective_on > effective_on:
            reversed_entries.append(entry.reversal(next_id(), now, source_kind="termination"))
    return reversed_entries


def _committed(commitment: Commitment, line: PromisedLine, entry_id: UUID, now: datetime) -> Entry:
    return entry_of(
        commitment,
        line,
        entry_id,
        now,
        figure="committed",
        effective_on=commitment.signed_on,
        part=Instalment(line.period.end, line.period, line.counted_quantity, line.amounts),
    )


def _due(
    commitment: Commitment, line: PromisedLine, part: Instalment, entry_id: UUID, now: datetime
) -> Entry:
    return entry_of(commitment, line, entry_id, now, figure="due", effective_on=part.due_on, part=part)


def entry_of(
    commitment: Commitment,
    line: PromisedLine,
    entry_id: UUID,
    now: datetime,
    *,
    figure: Literal["committed", "due"],
    effective_on: date,
    part: Instalment,
) -> Entry:
    """An entry of a part of the line, or of the whole of it."""
    return Entry(
        id=entry_id,
        place_id=commitment.place_id,
        figure=figure,
        deliverer_id=commitment.deliverer_id,
        commissioner_id=commitment.commissioner_id,
        route=commitment.route,
        activity_id=None,
        commitment_line_id=line.line_id,
        measure=line.measure,
        effective_on=effective_on,
        period=part.period,
        area_code=line.area_code,
        area_index=line.area_index,
        counted_quantity=part.counted_quantity,
        amounts=part.amounts,
        data_status=commitment.data_status,
        source_kind="commitment",
        source_id=commitment.source_id,
        source_line_id=line.line_id,
        reverses=None,
        recorded_at=now,
    )
