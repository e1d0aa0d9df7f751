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
from procurement_api.domain.indicator_parts import exemption_words, indicator_list, indicator_metrics
from procurement_api.domain.release_facts import Commitment, Framework, Indicator, Party
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


@dataclass(frozen=True)
class IndicatorsVaried:
    """A contract's indicators after a variation, how many it had before, and why it needs none."""

    indicators: Sequence[Indicator]
    published: int
    exemption: str | None


def variation_release(
    of: ChangeFacts,
    framework: Framework | None,
    commitments: Sequence[Commitment],
    indicators: IndicatorsVaried,
) -> Part:
    """The release of a variation: period and value as they are now, and what changed of what is measured."""
    words = f"Varied with effect from {of.effective_on.isoformat()}."
    metrics = [] if framework is None else [agreed_metric(each, framework) for each in commitments]
    metrics += indicator_metrics(indicators.indicators, published=indicators.published)
    more: Part = {
        "agreedMetrics": metrics,
        "noAgreedMetricsRationale": exemption_words(indicators.exemption),
    }
    if len(indicators.indicators) > indicators.published:
        more["socialValue"] = {"keyPerformanceIndicators": indicator_list(indicators.indicators)}
    return _release(of, words, more)


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
