"""Which organisation a supplier is: by identifier, else by name; in doubt a person decides.

Nothing is accepted below the threshold of the rules, nor an organisation that nobody has verified: whoever
registers under a supplier's name does not become it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import FieldError, InvalidInput
from reporting_api.domain.spend_rules import MatchingRules

MatchBasis = Literal["identifier", "name"]
SupplierState = Literal["new", "to_review", "matched", "unmatched", "unknown"]
Outcome = Literal["accepted", "rejected", "unknown"]


class SpendDecisionInvalid(InvalidInput):
    """A decision names no organisation where it needs one, or one that there is not."""

    code = "spend_decision_invalid"
    title = "The decision does not hold"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that a supplier may be."""

    organisation_id: UUID
    name: str
    basis: MatchBasis
    score: Decimal
    state: str


@dataclass(frozen=True, slots=True)
class Match:
    """What becomes of a supplier: accepted for an organisation, shown to a person, or found nowhere."""

    state: SupplierState
    accepted: Candidate | None
    candidates: tuple[Candidate, ...]


def match_of(
    by_identifier: Sequence[Candidate],
    by_name: Sequence[Candidate],
    rejected: Collection[UUID],
    rules: MatchingRules,
) -> Match:
    """What the candidates come to; those that a person has rejected are none.

    One verified organisation with the identifier is accepted; where none has it, one verified organisation
    whose name alone reaches the threshold. Everything from the lower threshold on waits for a person.
    """
    identified = [one for one in by_identifier if one.organisation_id not in rejected]
    named = [one for one in by_name if one.organisation_id not in rejected and one.score >= rules.review_from]
    for found, least in ((identified, Decimal(0)), (named, rules.accept_from)):
        sure = [one for one in found if one.score >= least]
        if len(sure) == 1 and sure[0].state in rules.accepted_states:
            return Match("matched", sure[0], ())
        if found is identified and identified:
            break
    known = {one.organisation_id for one in identified}
    offered = [*identified, *(one for one in named if one.organisation_id not in known)]
    offered.sort(key=lambda one: (one.basis, -one.score, one.name, one.organisation_id))
    kept = tuple(offered[: rules.candidates])
    return Match("to_review" if kept else "unmatched", None, kept)


def require_decision_holds(outcome: Outcome, organisation_id: UUID | None) -> None:
    """Refuse an acceptance or rejection of nobody, and an unknown supplier with an organisation."""
    if (outcome == "unknown") != (organisation_id is None):
        message = "name the organisation that is accepted or rejected; a supplier unknown is none"
        fault = FieldError("/organisation_id", "organisation_with_outcome", message)
        raise SpendDecisionInvalid("The decision does not hold; see errors.", errors=[fault])
