"""From the wire to what the rules need of bids and of the tenders that they answer."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from cdp_common.contracts.bids import BidDraft
from cdp_common.contracts.commitments import ScheduledShare
from cdp_common.contracts.line_inputs import inputs_of
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.tenders import PinnedMeasure, TenderTerms
from cdp_common.contracts.toms import ValuedLine
from procurement_api.domain import bid as rules
from procurement_api.domain.contract_period import ContractPeriod, Instalment
from procurement_api.domain.delivery_profile import WHOLE_CONTRACT, Profile, due_of, life_of
from procurement_api.domain.promised_quantity import Amount, Counted


def bid_content(draft: BidDraft) -> rules.Content:
    """A bid as the rules see it."""
    lines = [
        # In the order of its fields: by their names it would take half as long again.
        rules.Line(
            line.measure,
            line.lot,
            amount_of(line),
            line.unit,
            line.answer,
            line.industry,
            line.activity,
            profile_of(line),
            line.once_if_any_won,
        )
        for line in draft.lines
    ]
    return rules.Content(lots=draft.lots, lines=lines)


def amount_of(line: PromisedLine) -> Amount:
    """How much a line promises, and of whom, as the rules see it."""
    inputs = None if line.inputs is None else inputs_of(line.inputs)
    return Amount(line.quantity, inputs, line.target_group)


def quantity_of(line: PromisedLine, valued: ValuedLine | None) -> Decimal:
    """How much a line promises, as it is kept: as stated, else as toms-engine made it of the inputs."""
    return amount_of(line).quantity if line.quantity is not None or valued is None else valued.quantity


def profile_of(line: PromisedLine) -> Profile:
    """When a line runs and falls due, as the rules see it."""
    if not (line.schedule or line.per_year or line.starts_on or line.ends_on):
        return WHOLE_CONTRACT
    schedule = tuple(Instalment(part.due_on, part.share) for part in line.schedule)
    return Profile(line.starts_on, line.ends_on, schedule, tuple(line.per_year))


def _schedule(line: PromisedLine, contract: ContractPeriod) -> list[dict[str, Any]]:
    return [
        ScheduledShare(due_on=part.due_on, share=part.share).model_dump(mode="json")
        for part in due_of(profile_of(line), contract)
    ]


def told_apart(line: PromisedLine, contract: ContractPeriod) -> dict[str, Any]:
    """What a line says beside its measure and quantity, as bids' and agreements' lines store it."""
    life = life_of(profile_of(line), contract)
    return {
        "inputs": None if line.inputs is None else line.inputs.model_dump(mode="json", exclude_unset=True),
        "activity": line.activity,
        "target_group": line.target_group,
        "industry": line.industry,
        "area_code": line.area_code,
        "starts_on": life.starts_on,
        "ends_on": life.ends_on,
        "schedule": _schedule(line, contract),
    }


def demands_of(tender: RowMapping) -> rules.Demands:
    """What a published tender asks of bids."""
    terms = TenderTerms.model_validate(tender["terms"])
    return rules.Demands(
        measures=_measures(PinnedMeasure.model_validate(measure) for measure in tender["measures"]),
        lots=frozenset(lot["id"] for lot in tender["lots"]),
        contract=ContractPeriod(terms.contract_starts_on, terms.contract_ends_on),
        by_lot=terms.award_by == "lot",
    )


def _measures(pinned: Iterable[PinnedMeasure]) -> dict[str, rules.PinnedMeasure]:
    return {
        measure.measure: rules.PinnedMeasure(
            code=measure.measure,
            counted=Counted(
                unit=measure.unit,
                decimals=measure.decimals,
                negative_allowed=measure.negative_allowed,
                maximum_per_line=measure.maximum_per_line,
                accumulation=measure.accumulation,
                target_groups=tuple(measure.target_groups),
            ),
            mandatory=measure.mandatory,
            answer_required=measure.answer_required,
            answer_max_chars=measure.answer_max_chars,
            needs_industry=measure.needs_industry,
            excludes=frozenset(measure.excludes),
            lots=frozenset(measure.lots),
        )
        for measure in pinned
    }
