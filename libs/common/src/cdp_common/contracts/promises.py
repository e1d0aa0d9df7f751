"""What bids and agreements promise in one line, before it is valued."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DecimalText, ShareText
from cdp_common.contracts.commitments import ScheduledShare
from cdp_common.contracts.line_inputs import LineInputs
from cdp_common.contracts.toms import Unit

Schedule = Annotated[list[ScheduledShare], Field(max_length=600)]
YearShares = Annotated[list[ShareText], Field(max_length=100)]


# A default that is a list is copied deeply for each line, which was half of what reading a bid cost.
_NO_PARTS: Any = Field(default_factory=list, json_schema_extra={"default": []})


class PromisedLine(Contract):
    """One promised quantity of one measure: stated, or worked out by the platform from `inputs`.

    It runs from `starts_on` to `ends_on` within the contract, or for the whole of it, and falls due by its
    `schedule`, or by its `per_year` shares on the last day of each of its years, or in equal monthly parts.
    """

    measure: Code
    quantity: DecimalText | None = None  # may be left out where `inputs` give it; beside them it must agree
    unit: Unit
    inputs: LineInputs | None = None
    # The bidder's own name of what will be done: lines that name the same activity count it once.
    activity: Code | None = None
    target_group: Code | None = None  # one of the measure's target groups, where it has any
    industry: Code | None = None
    area_code: Code | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    schedule: Schedule = _NO_PARTS
    per_year: YearShares = _NO_PARTS
