"""The published figures that this build ships, each file with its source and licence."""

import json
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from toms_engine.domain.edition import DiscountRate, Source
from toms_engine.domain.figures import DiscountSchedule, Figures, PriceLevels

PRICE_LEVELS = "gdp_deflator_2025_12.json"
DISCOUNT_RATES = "green_book_discount_rates.json"


def shipped_figures() -> Figures:
    """The price levels and discount rates in use; a newer release is a new file, named here."""
    return Figures(prices=_price_levels(_read(PRICE_LEVELS)), discounting=_discounting(_read(DISCOUNT_RATES)))


def _price_levels(document: dict[str, Any]) -> PriceLevels:
    index = {int(year): Decimal(level) for year, level in document["index_by_year"].items()}
    return PriceLevels(MappingProxyType(index), Source(**document["source"]))


def _discounting(document: dict[str, Any]) -> Mapping[DiscountRate, DiscountSchedule]:
    source, schedules = Source(**document["source"]), document["schedules"]
    names: tuple[DiscountRate, ...] = ("standard", "health")
    return MappingProxyType({name: _schedule(schedules[name], source) for name in names})


def _schedule(document: dict[str, Any], source: Source) -> DiscountSchedule:
    rates = [(step["from_year"], Decimal(step["rate"])) for step in document["rates"]]
    return DiscountSchedule.from_rates(document["title"], rates, source)


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (files("toms_engine.storage") / "figures" / name).read_text(encoding="utf-8")
    )
    return document
