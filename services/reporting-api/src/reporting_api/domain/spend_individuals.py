"""Whether a payee is a person: names of people are not kept, and the rule that found one is told.

A name with a word that only organisations have (`ltd`, `council`, `partners`) is no person's, whatever stands
before it; where a rule leaves doubt, the name is not kept.
"""

from __future__ import annotations

import re
from typing import Literal

from reporting_api.domain.spend_rules import IndividualRules

RedactionRule = Literal[
    "redacted_in_file",
    "redacted_commercial",
    "title_before_name",
    "category_of_individuals",
    "initials_and_surname",
    "removed_by_hand",
]
"""By what a name was taken out: a mark of the file's own, a rule of ours, or somebody's request."""

_WORDS = re.compile(r"[a-z0-9/]+")
_SURNAME = re.compile(r"[A-Za-z][a-z'\u2019\-]*[A-Za-z'\u2019\-]+|[A-Z'\u2019\-]{2,}")


def individual_rule(name: str, context: str, rules: IndividualRules) -> RedactionRule | None:
    """The rule by which a payee's name is not kept; none for what is no person.

    `context` is what the row says of category, purpose and department.
    """
    plain = " ".join(name.lower().split())
    if plain.startswith(rules.marks_starting) or any(mark in plain for mark in rules.marks_within):
        is_mark = _is_mark(plain, rules)
        if is_mark:
            is_commercial = any(word in plain for word in rules.marks_commercial)
            return "redacted_commercial" if is_commercial else "redacted_in_file"
    words = _WORDS.findall(plain.replace("&", " and "))
    if not words or any(word in rules.organisation_words for word in words):
        return None
    if words[0] in rules.titles and len(words) > 1:
        return "title_before_name"
    if any(part in context.lower() for part in rules.categories):
        return "category_of_individuals"
    if _is_initials_and_surname(name, rules.max_initials):
        return "initials_and_surname"
    return None


def _is_mark(plain: str, rules: IndividualRules) -> bool:
    """Whether the text is a mark, and not a company whose name begins like one (`Exempt Services Ltd`)."""
    words = _WORDS.findall(plain)
    is_redaction = "redact" in plain or "withheld" in plain or "data protection" in plain
    return is_redaction or not any(word in rules.organisation_words for word in words)


def _is_initials_and_surname(name: str, max_initials: int) -> bool:
    parts = name.replace(".", ". ").replace(",", " ").split()
    initials = [part for part in parts if len(part.rstrip(".")) == 1 and part[0].isalpha()]
    others = [part for part in parts if part not in initials]
    if not 1 <= len(initials) <= max_initials or len(others) != 1:
        return False
    is_in_order = parts[-1] == others[0] or parts[0] == others[0]
    return is_in_order and _SURNAME.fullmatch(others[0]) is not None
