"""The rules by which files of payments are read: versioned data, parsed here into what the rules need.

The document is shipped with the service (`spend_rules/`); each list in it names its source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

SpendField = Literal[
    "paid_on",
    "amount",
    "irrecoverable_vat",
    "currency",
    "supplier_name",
    "supplier_ref",
    "supplier_postcode",
    "company_number",
    "charity_number",
    "vat_number",
    "category",
    "purpose",
    "department",
    "reference",
    "payer",
    "capital_or_revenue",
    "code",
]
AmountBasis = Literal["net_of_vat", "gross", "not_stated"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[a-z0-9/]+")
_SPELLINGS: Mapping[str, str] = {
    "excl": "ex",
    "exc": "ex",
    "excluding": "ex",
    "incl": "inc",
    "including": "inc",
    "no": "number",
    "num": "number",
    "nbr": "number",
    "trans": "transaction",
    "tran": "transaction",
    "ref": "reference",
    "dept": "department",
    "amt": "amount",
    "cat": "category",
    "desc": "description",
    "reg": "registered",
    "registration": "registered",
}
_PASSED_OVER = frozenset({"the", "of", "gbp", "in", "s", "for", "which", "a"})


@dataclass(frozen=True, slots=True)
class Alias:
    """A header under which files state a field: how early it is tried, its source, and what an amount is."""

    field: SpendField
    rank: int
    source: str
    basis: AmountBasis | None


@dataclass(frozen=True, slots=True)
class IndividualRules:
    """By what a payee is taken for a person, or for one whose name was taken out already."""

    marks_starting: tuple[str, ...]
    marks_within: tuple[str, ...]
    marks_commercial: tuple[str, ...]
    titles: frozenset[str]
    categories: tuple[str, ...]
    max_initials: int
    organisation_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatchingRules:
    """From which score names are the same, or are shown to a person; and what of a name does not count."""

    accept_from: Decimal
    review_from: Decimal
    candidates: int
    accepted_states: frozenset[str]
    legal_words: tuple[str, ...]
    spellings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SpendRules:
    """A version of the rules; `document` is what is shown of them."""

    version: int
    valid_from: date
    aliases: Mapping[str, tuple[Alias, ...]]
    header_words: Mapping[str, frozenset[str]]
    individuals: IndividualRules
    totals_starting: tuple[str, ...]
    matching: MatchingRules
    document: Mapping[str, Any]


def header_key(header: str) -> str:
    """A header as aliases are compared: words in lower case, the usual abbreviations written out.

    `SumOfAmount_Exc_VAT`, `Sum of amount (exc. VAT)` and `SUM OF AMOUNT EX VAT` are one.
    """
    words = _WORDS.findall(_CAMEL.sub(" ", header.replace("\ufeff", "").strip()).replace("/", " ").lower())
    return " ".join(_SPELLINGS.get(word, word) for word in words if word not in _PASSED_OVER)


def rules_of(document: Mapping[str, Any]) -> SpendRules:
    """The rules that a document states; raises `KeyError` or `ValueError` where it lacks their form."""
    matching, individuals = document["matching"], document["individuals"]
    marks = individuals["redaction_marks"]
    words = document["header_words"]
    return SpendRules(
        version=document["version"],
        valid_from=date.fromisoformat(document["valid_from"]),
        aliases=_aliases(document),
        header_words={name: frozenset(words[name]) for name in words if name != "source"},
        individuals=IndividualRules(
            marks_starting=tuple(marks["starts"]),
            marks_within=tuple(marks["contains"]),
            marks_commercial=tuple(marks["commercial"]),
            titles=frozenset(individuals["titles"]["words"]),
            categories=tuple(individuals["categories"]["contains"]),
            max_initials=individuals["initials"]["max_initials"],
            organisation_words=frozenset(document["organisation_words"]["words"]),
        ),
        totals_starting=tuple(document["totals"]["starts"]),
        matching=MatchingRules(
            accept_from=Decimal(matching["accept_from"]),
            review_from=Decimal(matching["review_from"]),
            candidates=matching["candidates"],
            accepted_states=frozenset(matching["accepted_states"]),
            legal_words=tuple(matching["legal_words"]),
            spellings=matching["spellings"],
        ),
        document=document,
    )


def _aliases(document: Mapping[str, Any]) -> dict[str, tuple[Alias, ...]]:
    """The fields that a header may state, by its key; earlier names of a field go before later ones."""
    found: dict[str, list[Alias]] = {}
    rank = 0
    for field in document["fields"]:
        for group in field["names"]:
            if group["source"] not in document["sources"]:
                raise ValueError(f"{group['source']} is no source")
            for name in group["names"]:
                rank += 1
                alias = Alias(field["field"], rank, group["source"], field.get("basis"))
                known = found.setdefault(header_key(name), [])
                if all(one.field != alias.field for one in known):
                    known.append(alias)
    return {key: tuple(aliases) for key, aliases in found.items()}
