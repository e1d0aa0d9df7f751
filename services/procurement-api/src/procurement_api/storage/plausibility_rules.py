"""The figures and limits behind plausibility flags, as this build ships them with their sources."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from procurement_api.domain.plausibility import FigureSource, OutlierRule, PlausibilityRules, Wage

RULES = "plausibility_2026_11.json"


@cache
def shipped_rules() -> PlausibilityRules:
    """The rules in force; newer ones are a new file, named here."""
    folder = files("procurement_api.storage") / "figures"
    document: dict[str, Any] = json.loads((folder / RULES).read_text(encoding="utf-8"))
    return PlausibilityRules(
        version=document["version"],
        wages=tuple(_wage(wage) for wage in document["wages"]),
        hours_per_week=Decimal(document["hours_per_week"]),
        weeks_per_year=Decimal(document["weeks_per_year"]),
        outliers=_outliers(document["outliers"]),
    )


def _wage(document: dict[str, Any]) -> Wage:
    return Wage(
        name=document["name"],
        valid_from=date.fromisoformat(document["valid_from"]),
        hourly_gbp=Decimal(document["hourly_gbp"]),
        source=FigureSource(**document["source"]),
    )


def _outliers(document: dict[str, Any]) -> OutlierRule:
    return OutlierRule(
        factor=Decimal(document["factor"]),
        mean_factor=Decimal(document["mean_factor"]),
        limit=Decimal(document["limit"]),
        least_bids=document["least_bids"],
        least_contracts=document["least_contracts"],
        source=FigureSource(**document["source"]),
    )
