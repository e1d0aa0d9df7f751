"""Flags what is worth a second look in the bids of a tender, for its buyer."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import PlausibilityFlag
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.contracts.toms import Source
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.kernel.money import gbp_from_pence
from procurement_api.domain import plausibility as rules
from procurement_api.storage.after_opening import standing_lines
from procurement_api.storage.plausibility_rules import shipped_rules
from procurement_api.storage.similar_contracts import promised_per_million
from procurement_api.use_cases.entries_of import entries_of


async def flags_in(tx: AsyncConnection, tender: RowMapping, terms: TenderTerms) -> list[PlausibilityFlag]:
    """The flags of the bids that are in the tender, in the order of bids and measures."""
    promises = await _promises(tx, tender)
    measures = [asked.measure for asked in terms.measures]
    similar = await promised_per_million(tx, tender["place_id"], measures, tender["id"])
    value = None if tender["value_pence"] is None else gbp_from_pence(tender["value_pence"])
    in_force = shipped_rules()
    found = rules.flags_of(promises, value, terms.contract_starts_on, similar, in_force)
    return [
        PlausibilityFlag(
            bid_id=flag.bid_id,
            measure=flag.measure,
            kind=flag.kind,
            quantity=flag.quantity,
            compared_with=flag.compared_with,
            explanation=flag.explanation,
            rules_version=in_force.version,
            source=Source.model_validate(vars(flag.source)),
        )
        for flag in found
    ]


async def _promises(tx: AsyncConnection, tender: RowMapping) -> list[rules.Promise]:
    """What each bid promises on each measure, all its lines that count together."""
    sums: dict[tuple[UUID, str, str], Decimal] = {}
    entries = await entries_of(tx, tender)
    for line in await standing_lines(tx, sorted(entries.bids)):
        if line["disregarded"] is None and entries.counts(line["bid_id"], line["lot"]):
            key = (line["bid_id"], line["measure"], line["unit"])
            sums[key] = sums.get(key, Decimal(0)) + without_trailing_zeros(line["quantity"])
    return [rules.Promise(bid, measure, unit, quantity) for (bid, measure, unit), quantity in sums.items()]
