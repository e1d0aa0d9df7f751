"""The key performance indicators of an agreement, held to the rule and tied to its commitments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cdp_common.contracts.agreements import AgreementDraft, AwardDraft, Kpi
from cdp_common.kernel.money import pence_from_gbp
from procurement_api.domain import kpis as rules
from procurement_api.domain.agreement import AgreementInvalid
from procurement_api.storage.legal_rules import shipped_kpi_rule


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


def kpi_columns(draft: AgreementDraft | AwardDraft, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What an agreement's row keeps of its indicators and of its value with VAT."""
    by_measure: dict[str, UUID] = {}
    for line in lines:
        by_measure.setdefault(line["measure"], line["line_id"])
    gross = draft.value_gross_gbp
    kpis = [
        Kpi(title=kpi.title, line_id=None if kpi.measure is None else by_measure[kpi.measure])
        for kpi in draft.kpis
    ]
    return {
        "value_gross_pence": None if gross is None else pence_from_gbp(gross),
        "kpis": [kpi.model_dump(mode="json") for kpi in kpis],
        "kpi_exemption": draft.kpi_exemption,
    }
