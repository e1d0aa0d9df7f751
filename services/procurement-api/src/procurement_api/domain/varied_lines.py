"""Which lines of an agreement or a plan may promise something else from a day on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.errors import FieldError, InvalidInput
from procurement_api.domain.contract_period import ContractPeriod, Instalment, schedule_faults
from procurement_api.domain.due_parts import Promise, due_before


class VariationInvalid(InvalidInput):
    """What is stated of a variation breaks a rule; each fault is named."""

    code = "variation_invalid"
    title = "The variation is not valid"


@dataclass(frozen=True)
class VariedLine:
    """What a variation says of a line."""

    line_id: UUID
    quantity: Decimal | None
    ended: bool
    ends_on: date | None
    schedule: Sequence[Instalment]


def varied_lines_faults(
    standing: Mapping[UUID, Promise], lines: Sequence[VariedLine], effective_on: date, ends_on: date
) -> list[FieldError]:
    """What is wrong with varied lines; `ends_on` is the last day of the whole from the variation on."""
    faults = []
    times = Counter(line.line_id for line in lines)
    for index, line in enumerate(lines):
        at = f"/lines/{index}"
        promise = standing.get(line.line_id)
        if promise is None:
            faults.append(FieldError(f"{at}/line_id", "line_unknown", "There is no such line to vary."))
        elif times[line.line_id] > 1:
            faults.append(FieldError(f"{at}/line_id", "line_repeated", "A line is varied once."))
        else:
            faults += _line_faults(at, line, promise, effective_on, ends_on)
    beyond = [
        line_id for line_id, promise in standing.items() if line_id not in times and promise.ends_on > ends_on
    ]
    if beyond:
        words = f"The line {beyond[0]} would end after the whole: vary it too."
        faults.append(FieldError("/ends_on", "line_beyond_end", words))
    return faults


def _line_faults(
    at: str, line: VariedLine, promise: Promise, effective_on: date, ends_on: date
) -> list[FieldError]:
    if line.ended:
        if line.quantity is None and line.ends_on is None and not line.schedule:
            return []
        words = "Of a line that ends nothing else is said."
        return [FieldError(f"{at}/ended", "ended_with_more", words)]
    faults = []
    end = line.ends_on or min(promise.ends_on, ends_on)
    if not effective_on <= end <= ends_on:
        words = "What is promised from the date on ends between it and the end of the whole."
        faults.append(FieldError(f"{at}/ends_on", "outside_contract", words))
    else:
        rest = ContractPeriod(max(effective_on, promise.rest_from), end)
        faults += schedule_faults(at, line.schedule, rest)
    due = due_before(promise, effective_on)
    if line.quantity is not None and not promise.is_level and abs(line.quantity) < abs(due.quantity):
        words = f"By then {due.quantity:f} have fallen due."
        faults.append(FieldError(f"{at}/quantity", "below_due", words))
    return faults
