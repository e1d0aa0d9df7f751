"""The configuration of ranking and recommending measures that this build ships; a change is a new version."""

import json
from decimal import Decimal
from importlib.resources import files
from typing import Any

from toms_engine.domain.recommendation import Category, ChoiceRules, CountStep, LeastForKpis

CHOICE_RULES = "measure-choice.json"


def shipped_choice_rules() -> ChoiceRules:
    """The rules in use, each with its source."""
    document: dict[str, Any] = json.loads(
        (files("toms_engine.storage") / "layouts" / CHOICE_RULES).read_text(encoding="utf-8")
    )
    kpis = document["least_for_kpis"]
    changes = {
        "measure_counts": tuple(
            CountStep(Decimal(step["from_gbp"]), step["most"]) for step in document["measure_counts"]
        ),
        "least_for_kpis": LeastForKpis(Decimal(kpis["above_gbp"]), kpis["least"], kpis["source"]),
        "categories": tuple(_category(one) for one in document["categories"]),
    }
    return ChoiceRules(**{**document, **changes})


def _category(document: dict[str, Any]) -> Category:
    return Category(
        code=document["code"],
        title=document["title"],
        cpv_divisions=frozenset(document["cpv_divisions"]),
        industries=frozenset(document["industries"]),
        fit={unit: Decimal(fit) for unit, fit in document["fit"].items()},
    )
