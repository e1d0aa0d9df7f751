"""A stored line as the rules see it, and amounts as a stored line has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from procurement_api.domain.contract_period import Instalment
from procurement_api.domain.due_parts import Part, Promise, nothing_of


def promise_of(line: Mapping[str, Any]) -> Promise:
    """A stored line as it stands after its last variation, or as it was signed."""
    whole = part_of(line)
    was_varied = line["rest_from"] is not None
    return Promise(
        whole=whole,
        kept=part_of(line, "kept_") if was_varied else nothing_of(whole),
        rest_from=line["rest_from"] or line["starts_on"],
        ends_on=line["ends_on"],
        schedule=[_instalment(part) for part in line["schedule"]],
        is_level=line["unit"] == "percentage",
    )


def _instalment(part: Mapping[str, str]) -> Instalment:
    return Instalment(date.fromisoformat(part["due_on"]), Decimal(part["share"]))


def part_of(line: Mapping[str, Any], prefix: str = "") -> Part:
    """The amounts of a stored line: of the whole, or with the prefix of what was kept."""
    return Part(
        quantity=line[f"{prefix}quantity"],
        counted=line[f"{prefix}counted_quantity"],
        social=line[f"{prefix}social_pence"],
        local=line[f"{prefix}local_economic_pence"],
        fiscal=line[f"{prefix}fiscal_pence"],
        low=line[f"{prefix}low_pence"],
        high=line[f"{prefix}high_pence"],
    )


def columns_of(part: Part, prefix: str = "") -> dict[str, Any]:
    """The amounts as a stored line has them."""
    return {
        f"{prefix}quantity": part.quantity,
        f"{prefix}counted_quantity": part.counted,
        f"{prefix}social_pence": part.social,
        f"{prefix}local_economic_pence": part.local,
        f"{prefix}fiscal_pence": part.fiscal,
        f"{prefix}low_pence": part.low,
        f"{prefix}high_pence": part.high,
    }
