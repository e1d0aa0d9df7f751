"""The rules for files of payments that this build ships."""

import json
from functools import cache
from importlib.resources import files

from reporting_api.domain.spend_rules import SpendRules, rules_of

NEWEST = "spend-rules-1.json"


@cache
def spend_rules() -> SpendRules:
    """The newest version."""
    text = (files("reporting_api") / "spend_rules" / NEWEST).read_text(encoding="utf-8")
    return rules_of(json.loads(text))
