"""What the lines of a variation promise and are worth from its date on, valued as the agreement was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.agreements import AgreementLineDraft, AgreementVariation, LineVariation
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.toms import Edition, ValuationLine, ValuationRequest, ValuedLine
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.due_parts import Part, due_before
from procurement_api.use_cases.bid_rules import amount_of, told_apart
from procurement_api.use_cases.standing_agreement import columns_of, promise_of
from procurement_api.use_cases.value_bid import valuation_line

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Varied:
    """Lines as they stand after a variation: versions of those that there were, and rows of new ones."""

    versions: list[dict[str, Any]]
    new_lines: list[dict[str, Any]]


@dataclass(frozen=True)
class Terms:
    """What a variation is valued by: the agreement, its edition, its place."""

    agreement: Row
    edition: Edition
    place_slug: str

    @property
    def promised_on(self) -> date:
        """Promises of an agreement older than its edition count as made on the edition's first day."""
        signed_on: date = self.agreement["signed_on"]
        return max(signed_on, self.edition.effective_from)


async def value_variation(
    toms: TomsClient, terms: Terms, lines: Mapping[UUID, Row], variation: AgreementVariation
) -> Varied:
    """The lines that the variation changes and adds; `lines` are the agreement's as they stand."""
    life = _rest_of_life(terms, variation)
    asked = [
        (f"/lines/{index}", _valued_anew(str(index), line, lines[line.line_id], terms))
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
        _new_row(line, valued[f"new-{index}"], terms, life, method, position + index)
        for index, line in enumerate(variation.new_lines)
    ]
    return Varied(versions, new_lines)


def _rest_of_life(terms: Terms, variation: AgreementVariation) -> ContractPeriod:
    """The agreement from the date on, which is when new lines run unless they say otherwise."""
    start = max(variation.effective_on, terms.agreement["starts_on"])
    return ContractPeriod(start, variation.ends_on or terms.agreement["ends_on"])


def _end_of(line: LineVariation, row: Row, variation: AgreementVariation) -> date:
    starts_on: date = row["starts_on"]
    if line.ended:
        return max(starts_on, variation.effective_on)
    end: date = line.ends_on or row["ends_on"]
    return end if variation.ends_on is None else min(end, variation.ends_on)


def _valued_anew(ref: str, line: LineVariation, row: Row, terms: Terms) -> ValuationLine:
    """The whole line with its new quantity, over the days for which it was promised."""
    promise = PromisedLine(
        measure=row["measure"],
        quantity=row["quantity"] if line.quantity is None else line.quantity,
        unit=row["unit"],
        target_group=row["target_group"],
        industry=row["industry"],
    )
    life = ContractPeriod(row["starts_on"], max(row["starts_on"], line.ends_on or row["ends_on"]))
    return valuation_line(ref, promise, life, terms.place_slug, terms.promised_on)


def _version(
    line: LineVariation, row: Row, valued: ValuedLine | None, variation: AgreementVariation, method: str
) -> dict[str, Any]:
    """The line as it stands after the variation; without a new value it ends with what has fallen due."""
    promise = promise_of(row)
    kept = due_before(promise, variation.effective_on)
    whole = kept if valued is None else _worth(line.quantity or row["quantity"], valued)
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


def _worth(quantity: Any, valued: ValuedLine) -> Part:
    return Part(
        quantity=quantity,
        counted=valued.counted_quantity,
        social=pence_from_gbp(valued.social_gbp),
        local=pence_from_gbp(valued.local_economic_gbp),
        fiscal=pence_from_gbp(valued.fiscal_gbp),
        low=None if valued.low_gbp is None else pence_from_gbp(valued.low_gbp),
        high=None if valued.high_gbp is None else pence_from_gbp(valued.high_gbp),
    )


def _new_row(
    line: AgreementLineDraft,
    valued: ValuedLine,
    terms: Terms,
    life: ContractPeriod,
    method: str,
    position: int,
) -> dict[str, Any]:
    return {
        "line_id": new_id(),
        "agreement_id": terms.agreement["id"],
        "position": position,
        "measure": line.measure,
        "edition_hash": terms.edition.edition_hash,
        "method_version": method,
        "unit": line.unit,
        **columns_of(_worth(amount_of(line).quantity, valued)),
        **told_apart(line, life),
        "licensed_framework": valued.licensed_framework,
    }


def touched(varied: Varied) -> Sequence[UUID]:
    """The ids of the lines that a variation changes or adds."""
    return [row["line_id"] for row in (*varied.versions, *varied.new_lines)]
