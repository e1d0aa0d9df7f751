"""What varied lines promise and are worth from a day on, valued as the agreement or the plan was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.agreements import LineVariation
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.toms import ValuationLine, ValuationRequest, ValuedLine
from procurement_api.domain.contract_period import ContractPeriod, Instalment
from procurement_api.domain.due_parts import due_before
from procurement_api.domain.varied_lines import VariedLine
from procurement_api.use_cases.standing_promises import columns_of, promise_of
from procurement_api.use_cases.value_bid import beside_quantity, valuation_line
from procurement_api.use_cases.value_promises import PromiseTerms, line_row, worth

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Varied:
    """Lines as they stand after a variation: versions of those that there were, and rows of new ones."""

    versions: list[dict[str, Any]]
    new_lines: list[dict[str, Any]]


@dataclass(frozen=True)
class LinesVaried:
    """What a variation says of lines; `ends_on` where the last day of the whole moves."""

    effective_on: date
    lines: Sequence[LineVariation]
    new_lines: Sequence[PromisedLine]
    ends_on: date | None = None


async def value_variation(
    toms: TomsClient, terms: PromiseTerms, lines: Mapping[UUID, Row], variation: LinesVaried
) -> Varied:
    """The lines that the variation changes and adds; `lines` are those that there are, as they stand."""
    life = _rest_of_life(terms, variation)
    asked = [
        (f"/lines/{index}", _valued_anew(str(index), line, lines[line.line_id], terms, variation))
        for index, line in enumerate(variation.lines)
        if not line.ended
    ]
    asked += [
        (
            f"/new_lines/{index}",
            valuation_line(f"new-{index}", line, life, terms.place_slug, terms.promised_on),
        )
        for index, line in enumerate(variation.new_lines)
    ]
    if not asked:
        return Varied(
            [_version(line, lines[line.line_id], None, variation, "") for line in variation.lines], []
        )
    request = ValuationRequest(
        edition_hash=terms.edition.edition_hash, lines=[line for _, line in asked], explain=True
    )
    valuation = await value_for_caller(toms, request, [at for at, _ in asked])
    valued, method = {line.ref: line for line in valuation.lines}, valuation.method_version
    versions = [
        _version(line, lines[line.line_id], valued.get(str(index)), variation, method)
        for index, line in enumerate(variation.lines)
    ]
    position = max((row["position"] for row in lines.values()), default=-1) + 1
    new_lines = [
        line_row(line, valued[f"new-{index}"], terms.edition, life, method, position + index)
        for index, line in enumerate(variation.new_lines)
    ]
    return Varied(versions, new_lines)


def _rest_of_life(terms: PromiseTerms, variation: LinesVaried) -> ContractPeriod:
    """The whole from the date on, which is when new lines run unless they say otherwise."""
    start = max(variation.effective_on, terms.life.starts_on)
    return ContractPeriod(start, variation.ends_on or terms.life.ends_on)


def _end_of(line: LineVariation, row: Row, variation: LinesVaried) -> date:
    starts_on: date = row["starts_on"]
    if line.ended:
        return max(starts_on, variation.effective_on)
    end: date = line.ends_on or row["ends_on"]
    return end if variation.ends_on is None else min(end, variation.ends_on)


def _valued_anew(
    ref: str, line: LineVariation, row: Row, terms: PromiseTerms, variation: LinesVaried
) -> ValuationLine:
    """The whole line with its new quantity, over its days up to the last that it has from now on."""
    promise = PromisedLine(
        measure=row["measure"],
        quantity=_quantity_of(line, row),
        unit=row["unit"],
        target_group=row["target_group"],
        industry=row["industry"],
    )
    life = ContractPeriod(row["starts_on"], max(row["starts_on"], _end_of(line, row, variation)))
    asked = valuation_line(ref, promise, life, terms.place_slug, terms.promised_on)
    return asked.model_copy(update=beside_quantity(row["inputs"]))


def _quantity_of(line: LineVariation, row: Row) -> Decimal:
    """What the line promises in its whole life: as stated, which may be nothing, else as before."""
    before: Decimal = row["quantity"]
    return before if line.quantity is None else line.quantity


def _version(
    line: LineVariation, row: Row, valued: ValuedLine | None, variation: LinesVaried, method: str
) -> dict[str, Any]:
    """The line as it stands after the variation; without a new value it ends with what has fallen due."""
    promise = promise_of(row)
    kept = due_before(promise, variation.effective_on)
    whole = kept if valued is None else worth(_quantity_of(line, row), valued)
    level = {"quantity": row["quantity"]} if valued is None and promise.is_level else {}
    return {
        "line_id": row["line_id"],
        "rest_from": max(variation.effective_on, row["starts_on"]),
        "ends_on": _end_of(line, row, variation),
        "schedule": [part.model_dump(mode="json") for part in line.schedule],
        "method_version": row["method_version"] if valued is None else method,
        **columns_of(whole),
        **level,
        **columns_of(kept, "kept_"),
    }


def touched(varied: Varied) -> Sequence[UUID]:
    """The ids of the lines that a variation changes or adds."""
    return [row["line_id"] for row in (*varied.versions, *varied.new_lines)]


def varied_lines(lines: Sequence[LineVariation]) -> list[VariedLine]:
    """What a variation says of lines, as the rules see it."""
    return [
        VariedLine(
            line_id=line.line_id,
            quantity=line.quantity,
            ended=line.ended,
            ends_on=line.ends_on,
            schedule=[Instalment(part.due_on, part.share) for part in line.schedule],
        )
        for line in lines
    ]
