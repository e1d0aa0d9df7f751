"""What the lines of a bid are worth over the contract, as toms-engine values them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.bids import BidDraft
from cdp_common.contracts.line_inputs import LineInputs, inputs_of
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.contracts.toms import ValuationLine, ValuationRequest, ValuedLine
from cdp_common.kernel.inputs import Employment, Ratio
from cdp_common.kernel.periods import Period
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.delivery_profile import life_of
from procurement_api.use_cases.bid_rules import profile_of

_INPUTS: TypeAdapter[LineInputs] = TypeAdapter(LineInputs)
_LINE_POINTER = re.compile(r"^/lines/(\d{1,6})(/|$)")
# 422: a line does not hold; 403: its figure is licensed and this deployment does not hold the licence.
_REFUSALS_OF_LINES = frozenset({403, 422})


@dataclass(frozen=True)
class Worth:
    """The valued lines by their place in the bid, and those that could not be valued with the reason."""

    method_version: str
    valued: Mapping[str, ValuedLine]
    refused: Mapping[str, str]


async def value_bid(
    toms: TomsClient,
    terms: TenderTerms,
    draft: BidDraft,
    promised_on: date,
    aside: Mapping[int, str] = MappingProxyType({}),
) -> Worth:
    """What the bid is worth; lines that cannot be valued are set aside, the others go on.

    `aside` are lines that are not even tried, each with the reason.
    """
    contract = ContractPeriod(terms.contract_starts_on, terms.contract_ends_on)
    lines = {
        str(index): valuation_line(str(index), line, contract, terms.place_slug, promised_on)
        for index, line in enumerate(draft.lines)
        if index not in aside
    }
    refused = {str(index): reason for index, reason in aside.items()}
    while lines:
        request = ValuationRequest(edition_hash=terms.edition_hash, lines=list(lines.values()), explain=True)
        try:
            valuation = await toms.value_lines(request)
        except UpstreamProblem as problem:
            faulty = _faulty_lines(problem, list(lines))
            if not faulty:
                raise
            # Every pass takes at least one line away, so this ends.
            refused.update(faulty)
            lines = {ref: line for ref, line in lines.items() if ref not in faulty}
            continue
        return Worth(valuation.method_version, {line.ref: line for line in valuation.lines}, refused)
    return Worth("none", {}, refused)


def valuation_line(
    ref: str, line: PromisedLine, contract: ContractPeriod, place: str, promised_on: date
) -> ValuationLine:
    """A promise over its own days of a contract, as toms-engine takes it."""
    life = life_of(profile_of(line), contract)
    period = Period(life.starts_on, life.ends_on)
    return ValuationLine(
        ref=ref,
        measure=line.measure,
        quantity=line.quantity,
        unit=line.unit,
        inputs=line.inputs,
        activity=line.activity,
        target_group=line.target_group,
        period_start=period.start,
        period_end=period.end,
        place=place,
        industry=line.industry,
        contract_years=period.years,
        committed_on=promised_on,
    )


def beside_quantity(stated: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a kept line's inputs say that a new quantity is held to: its people, or what it divides by."""
    if stated is None:
        return {}
    made = inputs_of(_INPUTS.validate_python(stated))
    if isinstance(made, Employment):
        return {"headcount": made.headcount}
    return {"denominator": made.denominator} if isinstance(made, Ratio) else {}


def _faulty_lines(problem: UpstreamProblem, refs: Sequence[str]) -> dict[str, str]:
    """The refs of the lines that toms-engine found at fault, each with the reason."""
    if problem.status not in _REFUSALS_OF_LINES:
        return {}
    faulty: dict[str, str] = {}
    for error in problem.errors:
        found = _LINE_POINTER.match(error.pointer)
        if found is not None and int(found[1]) < len(refs):
            faulty.setdefault(refs[int(found[1])], error.message)
    return faulty
