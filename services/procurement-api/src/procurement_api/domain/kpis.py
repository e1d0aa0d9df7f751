"""Which contracts set key performance indicators, and what those must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.errors import FieldError

_WHOLE = Decimal(1)
MAX_KPIS = 50
_CONTRACTS = frozenset({"contract", "call_off"})


@dataclass(frozen=True)
class KpiRule:
    """Contracts worth more than this, counted with VAT, set at least so many indicators."""

    above_gbp: Decimal
    least: int
    vat_rate: Decimal
    exemptions: frozenset[str]
    source: str


@dataclass(frozen=True)
class Kpi:
    """An indicator: of a measure that the contract promises, or of another kind by its title alone."""

    title: str
    measure: str | None


@dataclass(frozen=True)
class KpiFacts:
    """What the rule needs of a contract."""

    kind: str
    net: Decimal | None
    gross: Decimal | None
    exemption: str | None
    kpis: Sequence[Kpi]
    measures: Collection[str]
    standing: Sequence[str] = ()
    """Titles of the indicators that it has already."""


def kpi_faults(of: KpiFacts, rule: KpiRule) -> list[FieldError]:
    """What is wrong with a contract's indicators; a value without VAT may leave open if it needs any."""
    faults = _value_faults(of)
    times = Counter([*of.standing, *(kpi.title for kpi in of.kpis)])
    in_all = len(of.standing) + len(of.kpis)
    if in_all > MAX_KPIS:
        words = f"A contract has at most {MAX_KPIS} indicators."
        faults.append(FieldError("/kpis", "too_many_kpis", words))
    for index, kpi in enumerate(of.kpis):
        if times[kpi.title] > 1:
            words = "An indicator is set once."
            faults.append(FieldError(f"/kpis/{index}/title", "kpi_repeated", words))
        if kpi.measure is not None and kpi.measure not in of.measures:
            words = "The agreement promises nothing of this measure."
            faults.append(FieldError(f"/kpis/{index}/measure", "measure_not_promised", words))
    if of.kind not in _CONTRACTS or of.exemption is not None or in_all >= rule.least:
        return faults
    if _is_above(of, rule):
        words = f"A contract over £{rule.above_gbp:,.0f} with VAT sets at least {rule.least} indicators."
        faults.append(FieldError("/kpis", "kpis_missing", words))
    elif of.gross is None and of.net is not None and of.net * (_WHOLE + rule.vat_rate) > rule.above_gbp:
        words = f"State the value with VAT: whether it is over £{rule.above_gbp:,.0f} depends on it."
        faults.append(FieldError("/value_gross_gbp", "value_gross_missing", words))
    return faults


def _is_above(of: KpiFacts, rule: KpiRule) -> bool:
    value = of.net if of.gross is None else of.gross
    return value is not None and value > rule.above_gbp


def _value_faults(of: KpiFacts) -> list[FieldError]:
    if of.gross is None:
        return []
    if of.gross < 0:
        return [FieldError("/value_gross_gbp", "value_negative", "A value is not below zero.")]
    if of.net is not None and of.gross < of.net:
        words = "With VAT it is not less than without."
        return [FieldError("/value_gross_gbp", "gross_below_net", words)]
    return []
