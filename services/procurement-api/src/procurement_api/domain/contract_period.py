"""The life of a contract, and the dates on which parts of a promise fall due in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.periods import FIRST_YEAR, LAST_YEAR

MAX_YEARS_APART = 99
"""Longer contracts cannot be valued by toms-engine, so their commitments could never count."""

_WHOLE = Decimal(1)


@dataclass(frozen=True)
class ContractPeriod:
    """First and last day, both included; not yet known to hold."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Instalment:
    """A part of a promise that falls due on a day."""

    due_on: date
    share: Decimal


def period_faults(period: ContractPeriod, *, start_at: str, end_at: str) -> list[FieldError]:
    """What is wrong with a contract's dates, at the pointers of its first and last day."""
    if period.ends_on < period.starts_on:
        return [FieldError(end_at, "period_reversed", "The contract ends before it starts.")]
    if period.starts_on.year < FIRST_YEAR or period.ends_on.year > LAST_YEAR:
        words = f"Contracts lie between {FIRST_YEAR} and {LAST_YEAR}."
        return [FieldError(start_at, "period_out_of_range", words)]
    if period.ends_on.year - period.starts_on.year > MAX_YEARS_APART:
        words = f"A contract ends at most {MAX_YEARS_APART} calendar years after it starts."
        return [FieldError(end_at, "period_too_long", words)]
    return []


def schedule_faults(at: str, schedule: Sequence[Instalment], period: ContractPeriod) -> list[FieldError]:
    """What is wrong with the schedule of the line at `at`; a line without one has no fault."""
    if not schedule:
        return []
    faults = []
    times = Counter(part.due_on for part in schedule)
    for index, part in enumerate(schedule):
        here = f"{at}/schedule/{index}"
        if not period.starts_on <= part.due_on <= period.ends_on:
            words = "What is promised falls due within the contract."
            faults.append(FieldError(f"{here}/due_on", "due_outside_contract", words))
        if times[part.due_on] > 1:
            faults.append(FieldError(f"{here}/due_on", "due_repeated", "A day is named once."))
        if part.share <= 0:
            faults.append(FieldError(f"{here}/share", "share_not_positive", "A share is above zero."))
    if sum((part.share for part in schedule), Decimal(0)) != _WHOLE:
        words = "The shares of a schedule sum to 1."
        faults.append(FieldError(f"{at}/schedule", "shares_do_not_sum", words))
    return faults
