"""Figures of the law that this build ships, each with its source; a change is a new version of its file."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from procurement_api.domain.kpis import KpiRule
from procurement_api.domain.standstill import StandstillRule, WorkingCalendar


@cache
def shipped_calendar() -> WorkingCalendar:
    """The bank holidays of England and Wales, as far as they are published."""
    document = _read("bank-holidays.json")
    covers = document["covers"]
    return WorkingCalendar(
        first=date.fromisoformat(covers["from"]),
        last=date.fromisoformat(covers["to"]),
        holidays=frozenset(date.fromisoformat(day) for day in document["days"]),
        source=document["source"],
    )


@cache
def shipped_standstill() -> StandstillRule:
    """How long a standstill lasts at least."""
    document = _read("standstill.json")
    return StandstillRule(document["working_days"], document["source"])


@cache
def shipped_kpi_rule() -> KpiRule:
    """From which value on a contract has key performance indicators, and how many."""
    document = _read("key-performance-indicators.json")
    return KpiRule(
        above_gbp=Decimal(document["above_gbp"]),
        least=document["least"],
        vat_rate=Decimal(document["vat_rate"]),
        exemptions=frozenset(document["exemptions"]),
        source=document["source"],
    )


def _read(name: str) -> dict[str, Any]:
    path = files("procurement_api.storage") / "legal_figures" / name
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
