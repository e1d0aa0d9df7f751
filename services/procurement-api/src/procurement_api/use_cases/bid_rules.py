"""From the wire to what the rules need of bids and of the tenders that they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping

from cdp_common.contracts.bids import BidDraft
from cdp_common.contracts.commitments import ScheduledShare
from cdp_common.contracts.tenders import PinnedMeasure, TenderTerms
from procurement_api.domain import bid as rules
from procurement_api.domain.contract_period import ContractPeriod, Instalment


def bid_content(draft: BidDraft) -> rules.Content:
    """A bid as the rules see it."""
    lines = [
        rules.Line(
            measure=line.measure,
            lot=line.lot,
            quantity=line.quantity,
            unit=line.unit,
            answer=line.answer,
            industry=line.industry,
            schedule=instalments(line.schedule),
        )
        for line in draft.lines
    ]
    return rules.Content(lots=draft.lots, lines=lines)


def demands_of(tender: RowMapping) -> rules.Demands:
    """What a published tender asks of bids."""
    terms = TenderTerms.model_validate(tender["terms"])
    return rules.Demands(
        measures=_measures(PinnedMeasure.model_validate(measure) for measure in tender["measures"]),
        lots=frozenset(lot["id"] for lot in tender["lots"]),
        contract=ContractPeriod(terms.contract_starts_on, terms.contract_ends_on),
    )


def instalments(schedule: Sequence[ScheduledShare]) -> tuple[Instalment, ...]:
    """A schedule as the rules see it."""
    return tuple(Instalment(part.due_on, part.share) for part in schedule)


def _measures(pinned: Iterable[PinnedMeasure]) -> dict[str, rules.PinnedMeasure]:
    return {
        measure.measure: rules.PinnedMeasure(
            code=measure.measure,
            unit=measure.unit,
            decimals=measure.decimals,
            negative_allowed=measure.negative_allowed,
            maximum_per_line=measure.maximum_per_line,
            mandatory=measure.mandatory,
            answer_required=measure.answer_required,
            answer_max_chars=measure.answer_max_chars,
            needs_industry=measure.needs_industry,
        )
        for measure in pinned
    }
