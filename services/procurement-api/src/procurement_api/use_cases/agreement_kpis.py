"""The key performance indicators of an agreement, held to the rule and tied to its commitments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cdp_common.contracts.agreements import AgreementDraft, AgreementVariation, AwardDraft, Kpi, KpiDraft
from cdp_common.kernel.money import pence_from_gbp
from procurement_api.domain import kpis as rules
from procurement_api.domain.agreement import AgreementInvalid
from procurement_api.domain.varied_lines import VariationInvalid
from procurement_api.storage.legal_rules import shipped_kpi_rule
from procurement_api.use_cases.answers import gbp_or_none


def require_kpis(draft: AgreementDraft | AwardDraft, kind: str, measures: Sequence[str]) -> None:
    """Refuse a contract that lacks indicators, or has some of what it does not promise."""
    facts = rules.KpiFacts(
        kind=kind,
        net=draft.value_gbp,
        gross=draft.value_gross_gbp,
        exemption=draft.kpi_exemption,
        kpis=[rules.Kpi(kpi.title, kpi.measure) for kpi in draft.kpis],
        measures=measures,
    )
    faults = rules.kpi_faults(facts, shipped_kpi_rule())
    if faults:
        raise AgreementInvalid("The agreement's indicators do not hold.", errors=faults)


def require_varied_kpis(
    row: Mapping[Any, Any], lines: Sequence[Mapping[str, Any]], variation: AgreementVariation
) -> None:
    """Refuse a variation that takes a contract over the value from which it has indicators without them.

    One that leaves the value alone asks for none: the contract was held to the rule by its value before.
    """
    net, gross = variation.value_gbp, variation.value_gross_gbp
    facts = rules.KpiFacts(
        kind=row["kind"],
        net=gbp_or_none(row["value_pence"]) if net is None and gross is not None else net,
        gross=gross,
        exemption=variation.kpi_exemption or row["kpi_exemption"],
        kpis=[rules.Kpi(kpi.title, kpi.measure) for kpi in variation.kpis],
        measures={*_lines_going_on(lines, variation), *(line.measure for line in variation.new_lines)},
        standing=[kpi["title"] for kpi in row["kpis"]],
    )
    faults = rules.kpi_faults(facts, shipped_kpi_rule())
    if faults:
        raise VariationInvalid("The agreement's indicators do not hold.", errors=faults)


def varied_kpi_columns(
    row: Mapping[Any, Any],
    lines: Sequence[Mapping[str, Any]],
    new_lines: Sequence[Mapping[str, Any]],
    variation: AgreementVariation,
) -> dict[str, Any]:
    """What the agreement's row keeps of its indicators and of its value with VAT after a variation."""
    by_measure = _lines_going_on(lines, variation)
    for line in new_lines:
        by_measure.setdefault(line["measure"], line["line_id"])
    net, gross = variation.value_gbp, variation.value_gross_gbp
    kept = row["value_gross_pence"] if net is None else None  # what it was with VAT is not what it is now
    return {
        "value_gross_pence": kept if gross is None else pence_from_gbp(gross),
        "kpis": [*row["kpis"], *_stored(variation.kpis, by_measure)],
        "kpi_exemption": variation.kpi_exemption or row["kpi_exemption"],
    }


def _lines_going_on(lines: Sequence[Mapping[str, Any]], variation: AgreementVariation) -> dict[str, UUID]:
    """The first line of each measure that runs on the variation's day or later, and that it does not end."""
    varied = {line.line_id: line.ended for line in variation.lines}
    found: dict[str, UUID] = {}
    for line in lines:
        is_over = varied.get(line["line_id"], line["ends_on"] < variation.effective_on)
        if not is_over:
            found.setdefault(line["measure"], line["line_id"])
    return found


def kpi_columns(draft: AgreementDraft | AwardDraft, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What an agreement's row keeps of its indicators and of its value with VAT."""
    by_measure: dict[str, UUID] = {}
    for line in lines:
        by_measure.setdefault(line["measure"], line["line_id"])
    gross = draft.value_gross_gbp
    return {
        "value_gross_pence": None if gross is None else pence_from_gbp(gross),
        "kpis": _stored(draft.kpis, by_measure),
        "kpi_exemption": draft.kpi_exemption,
    }


def _stored(kpis: Sequence[KpiDraft], by_measure: Mapping[str, UUID]) -> list[dict[str, Any]]:
    return [
        Kpi(title=kpi.title, line_id=None if kpi.measure is None else by_measure[kpi.measure]).model_dump(
            mode="json"
        )
        for kpi in kpis
    ]
