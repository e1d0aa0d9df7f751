"""Parties and awards of OCDS releases, as far as they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procurement_api.domain.ocds_parts import StatedValue, text_of, value_of

MAX_AWARDS = 1000
MAX_SUPPLIERS = 200
MAX_CHARS = 300

Part = Mapping[str, Any]


@dataclass(frozen=True)
class NamedParty:
    """An organisation as a notice names it, with its main identifier where it has one."""

    name: str
    scheme: str | None
    id: str | None


@dataclass(frozen=True)
class AwardFacts:
    """An award that a notice tells of."""

    id: str
    title: str | None
    date: str | None
    """As stated: notices write days and times in many ways, with an offset and without."""
    value: StatedValue | None
    suppliers: tuple[NamedParty, ...]


def buyer_of(release: Part) -> NamedParty | None:
    """The buyer: the reference, completed from the party that it points to; else the party with that role."""
    buyer = release.get("buyer")
    if isinstance(buyer, Mapping):
        return _party(buyer, release)
    for party in _objects(release.get("parties")):
        roles = party.get("roles")
        if isinstance(roles, list) and "buyer" in roles:
            return _party(party, release)
    return None


def awards_of(release: Part) -> tuple[AwardFacts, ...]:
    """The awards that stand, in order; those called off are left out."""
    awards = [
        award
        for award in _objects(release.get("awards"))[:MAX_AWARDS]
        if award.get("status") not in ("cancelled", "unsuccessful")
    ]
    return tuple(
        AwardFacts(
            id=_cut(award.get("id")) or str(number),
            title=_cut(award.get("title")),
            date=_cut(award.get("date")),
            value=value_of(award.get("value")),
            suppliers=tuple(
                party
                for supplier in _objects(award.get("suppliers"))[:MAX_SUPPLIERS]
                if (party := _party(supplier, release)) is not None
            ),
        )
        for number, award in enumerate(awards, start=1)
    )


def _party(reference: Part, release: Part) -> NamedParty | None:
    """The organisation of a reference; parties are found by their ids."""
    named = text_of(reference.get("id"))
    known = [each for each in _objects(release.get("parties")) if text_of(each.get("id")) == named]
    described: Part = known[0] if known and named is not None else {}
    name = _cut(reference.get("name")) or _cut(described.get("name"))
    stated = reference.get("identifier") or described.get("identifier")
    identifier: Part = stated if isinstance(stated, Mapping) else {}
    if name is None:
        name = _cut(identifier.get("legalName"))
    if name is None:
        return None
    return NamedParty(name, _cut(identifier.get("scheme")), _cut(identifier.get("id")))


def _objects(value: object) -> list[Part]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _cut(value: object) -> str | None:
    said = text_of(value)
    return None if said is None else said[:MAX_CHARS]
