"""The definitions of a small or medium-sized enterprise that are shipped, each with its source."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from cdp_common.kernel.money import pence_from_gbp
from partners_api.domain.sizes import SmeDefinition


@cache
def sme_definitions() -> tuple[SmeDefinition, ...]:
    """Every definition, the one in force first from the latest day at the end."""
    text = (files("partners_api.storage") / "figures" / "sme_definitions.json").read_text(encoding="utf-8")
    found = [
        SmeDefinition(
            code=stated["code"],
            valid_from=date.fromisoformat(stated["valid_from"]),
            staff_below=stated["staff_below"],
            turnover_at_most_pence=pence_from_gbp(Decimal(stated["turnover_at_most_gbp"])),
            balance_sheet_at_most_pence=pence_from_gbp(Decimal(stated["balance_sheet_at_most_gbp"])),
        )
        for stated in json.loads(text)
    ]
    return tuple(sorted(found, key=lambda each: each.valid_from))
