"""Releases about delivery (OCDS 1.1, `implementation`): ratings of key performance indicators (UK9 content).

The content comes without `ocid`, `id` and `date`, which it gets when it is stored. Ratings are public by law;
quantities and pounds stand beside them only where who delivered agreed to be named with its figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from cdp_common.kernel.licence import sees_figures
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.kernel.ocds_parts import Part, moment, number, observation, period, pounds, present
from cdp_common.kernel.periods import Period
from reporting_api.domain.performance import Assessment, Delivery, Indicator, Rating

RATINGS: Mapping[Rating, tuple[str, str]] = MappingProxyType(
    {
        "good": ("met", "Good"),
        "approaching_target": ("slightlyBelow", "Approaching target"),
        "requires_improvement": ("below", "Requires improvement"),
        "inadequate": ("significantlyBelow", "Inadequate"),
        "other": ("other", "Other"),
    }
)
"""The code of `measureClassification`, and the word of the Procurement Act 2023, section 71."""


@dataclass(frozen=True, slots=True)
class PerformanceFacts:
    """A contract's assessment of one period; an update tells again of a period that was told of before."""

    agreement_id: UUID
    period: Period
    assessed_at: datetime
    assessments: Sequence[Assessment]
    rule_version: int
    is_update: bool


def performance_release(of: PerformanceFacts) -> Part:
    """The `implementation` (or `implementationUpdate`) release: a rated observation for each indicator."""
    milestone = {
        "id": f"performance-{of.period.start.isoformat()}-{of.period.end.isoformat()}",
        "title": f"Performance from {of.period.start.isoformat()} to {of.period.end.isoformat()} assessed",
        "type": "reporting",
        "status": "met",
        "dateMet": moment(of.assessed_at),
    }
    by_metric: dict[str, list[Assessment]] = {}
    for assessment in of.assessments:
        by_metric.setdefault(assessment.indicator.metric_id, []).append(assessment)
    metrics = [
        {
            "id": metric_id,
            "title": rated[0].indicator.title,
            "observations": [_observation(each, of, milestone) for each in rated],
        }
        for metric_id, rated in by_metric.items()
    ]
    return {
        "tag": ["implementationUpdate" if of.is_update else "implementation"],
        "initiationType": "tender",
        "contracts": [
            {
                "id": str(of.agreement_id),
                "awardID": f"award-{of.agreement_id}",
                "implementation": {"metrics": metrics, "milestones": [milestone]},
            }
        ],
    }


def indicators_of(compiled: Mapping[str, Any], agreement_id: UUID) -> list[Indicator] | None:
    """The indicators of a contract in a compiled release, in order; none when the contract is not in it."""
    for contract in compiled.get("contracts", []):
        if contract.get("id") == str(agreement_id):
            listed = contract.get("socialValue", {}).get("keyPerformanceIndicators", [])
            return [_indicator(each) for each in listed]
    return None


def _indicator(part: Mapping[str, Any]) -> Indicator:
    metric = part["relatedMetric"]
    # An indicator of no commitment has a metric of its own.
    line_id = None if metric == part["id"] else UUID(metric)
    return Indicator(part["id"], part["title"], metric, line_id)


def _observation(of: Assessment, within: PerformanceFacts, milestone: Part) -> Part:
    id_ = f"{of.indicator.id}-{within.period.start.isoformat()}-{within.period.end.isoformat()}"
    code, words = RATINGS[of.rating]
    delivery = of.delivery if of.delivery is not None and of.delivery.is_named else None
    start, end = within.period.start, within.period.end
    told = (
        {"id": id_, "period": period(start, end)}
        if delivery is None
        else observation(id_, delivery.validated_quantity, delivery.unit, start, end)
    )
    return present(
        {
            **told,
            "notes": of.notes,
            "measureClassification": {"id": code, "description": words},
            "relatedImplementationMilestone": {"id": milestone["id"], "title": milestone["title"]},
            "socialValue": present(
                {
                    "indicator": of.indicator.id,
                    "rating": words,
                    "ratedBy": of.rated_by,
                    "ruleVersion": within.rule_version if of.rated_by == "rule" else None,
                    **_delivery_part(of.delivery),
                }
            ),
        }
    )


def _delivery_part(of: Delivery | None) -> Part:
    """What was due, and what the validated quantity is worth where that may be told."""
    if of is None:
        return {}
    if not of.is_named:
        return {"withheld": "disclosure"}
    due = {"dueQuantity": number(of.due_quantity)}
    if not sees_figures(of.licence_framework, ()):
        return {**due, "withheld": "licensed", "licensedFramework": of.licence_framework}
    return {
        **due,
        "social": pounds(gbp_from_pence(of.social_pence)),
        "localEconomic": pounds(gbp_from_pence(of.local_pence)),
        "total": pounds(gbp_from_pence(of.social_pence + of.local_pence)),
    }
