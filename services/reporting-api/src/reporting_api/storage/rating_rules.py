"""The rule by which performance is rated where the buyer does not; a change is a new version of its file."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files

from reporting_api.domain.performance import RatingRule


@cache
def shipped_rating_rule() -> RatingRule:
    """From which share of what was due on each rating holds."""
    path = files("reporting_api.storage") / "legal_figures" / "performance-ratings.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    return RatingRule(
        version=document["version"],
        good_from=Decimal(document["good_from"]),
        approaching_target_from=Decimal(document["approaching_target_from"]),
        requires_improvement_from=Decimal(document["requires_improvement_from"]),
        source=document["source"],
    )
