"""What the lines of an agreement or a plan are worth, as toms-engine values them when promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.toms import Edition, ValuationRequest, ValuedLine
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.due_parts import Part
from procurement_api.use_cases.bid_rules import quantity_of, told_apart
from procurement_api.use_cases.standing_promises import columns_of
from procurement_api.use_cases.value_bid import valuation_line


@dataclass(frozen=True)
class PromiseTerms:
    """What promises are valued by: the edition, the place, and when they run and were made."""

    edition: Edition
    place_slug: str
    life: ContractPeriod
    signed_on: date
    pinned: bool = False
    """Whether lines that stand are of the edition, which may have ended since its tender was published."""

    @property
    def promised_on(self) -> date:
        """The day of signature, or the nearest on which an edition that begins later or is pinned holds."""
        day, last = max(self.signed_on, self.edition.effective_from), self.edition.effective_to
        return day if last is None or not self.pinned else min(day, last)


async def value_promises(
    toms: TomsClient, terms: PromiseTerms, lines: Sequence[PromisedLine]
) -> list[tuple[dict[str, Any], ValuedLine]]:
    """The rows of the lines, each with the explained value that it was made of; a fault refuses them all."""
    if not lines:
        return []
    asked = [
        valuation_line(str(index), line, terms.life, terms.place_slug, terms.promised_on)
        for index, line in enumerate(lines)
    ]
    valuation = await value_for_caller(
        toms,
        ValuationRequest(edition_hash=terms.edition.edition_hash, lines=asked, explain=True),
        [f"/lines/{index}" for index in range(len(asked))],
    )
    return [
        (line_row(line, valued, terms.edition, terms.life, valuation.method_version, position), valued)
        for position, (line, valued) in enumerate(zip(lines, valuation.lines, strict=True))
    ]


def line_row(
    line: PromisedLine, valued: ValuedLine, edition: Edition, life: ContractPeriod, method: str, position: int
) -> dict[str, Any]:
    """A new line as it is stored, without whose it is; it runs over `life` unless it says otherwise."""
    return {
        "line_id": new_id(),
        "position": position,
        "measure": line.measure,
        "edition_hash": edition.edition_hash,
        "method_version": method,
        "unit": line.unit,
        **columns_of(worth(quantity_of(line, valued), valued)),
        **told_apart(line, life),
        "licensed_framework": valued.licensed_framework,
    }


def worth(quantity: Any, valued: ValuedLine) -> Part:
    """The quantity with what it is worth."""
    return Part(
        quantity=quantity,
        counted=valued.counted_quantity,
        social=pence_from_gbp(valued.social_gbp),
        local=pence_from_gbp(valued.local_economic_gbp),
        fiscal=pence_from_gbp(valued.fiscal_gbp),
        low=None if valued.low_gbp is None else pence_from_gbp(valued.low_gbp),
        high=None if valued.high_gbp is None else pence_from_gbp(valued.high_gbp),
    )
