"""Releases of contracts that were varied or novated (OCDS 1.1, `contractAmendment`).

The reasons given are the parties' own and are not published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.ocds_parts import Part, moment, period, pounds, present
from procurement_api.domain.release_facts import Commitment, Framework, Party
from procurement_api.domain.release_parts import agreed_metric, party
from procurement_api.domain.releases import award_id


@dataclass(frozen=True)
class ChangeFacts:
    """A change of a contract, and the contract as it is from then on."""

    agreement_id: UUID
    version: int
    effective_on: date
    recorded_at: datetime
    starts_on: date
    ends_on: date
    value_gbp: Decimal | None


def variation_release(
    of: ChangeFacts, framework: Framework | None, commitments: Sequence[Commitment]
) -> Part:
    """The release of a variation: period and value as they are now, and the commitments that changed."""
    words = f"Varied with effect from {of.effective_on.isoformat()}."
    metrics = [] if framework is None else [agreed_metric(each, framework) for each in commitments]
    return _release(of, words, {"agreedMetrics": metrics})


def novation_release(of: ChangeFacts, deliverer: Party) -> Part:
    """The release of a novation: who delivers from the date on, among the parties."""
    words = f"Novated with effect from {of.effective_on.isoformat()} to {deliverer.name}."
    return {**_release(of, words, {}), "parties": [party(deliverer, "supplier")]}


def _release(of: ChangeFacts, words: str, more: Part) -> Part:
    amendment = {
        "id": f"version-{of.version}",
        "date": moment(of.recorded_at),
        "description": words,
    }
    contract = {
        "id": str(of.agreement_id),
        "awardID": award_id(of.agreement_id),
        "status": "active",
        "period": period(of.starts_on, of.ends_on),
        "value": None if of.value_gbp is None else pounds(of.value_gbp),
        "amendments": [amendment],
        **more,
    }
    return {"tag": ["contractAmendment"], "initiationType": "tender", "contracts": [present(contract)]}
