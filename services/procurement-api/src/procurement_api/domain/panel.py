"""Which score of a written answer counts: agreed under a moderator, or given by the only evaluator.

Evaluators score on their own. A moderator, who has scored nothing in the tender, sets the score on which they
agree. It counts for as long as it rests on exactly the scores that stand: another score, or a conflict of
interest declared since by one of them or by the moderator, asks for moderation again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, Forbidden, InvalidInput
from cdp_common.kernel.exact import decimal_places
from procurement_api.domain.scoring import UNSCORED

PanelKind = Literal["moderated", "single"]
MAX_DECIMALS = 4
MAX_MEMBERS = 100
"""People of one panel; more would be a slip of the client that names them."""


class InterestsInvalid(InvalidInput):
    """A declaration of interests names bids that are not there."""

    code = "interests_invalid"
    title = "The declaration of interests is not valid"


class ScoresInvalid(InvalidInput):
    """Scores are of no answer of the tender, outside its scale or given twice; each fault is named."""

    code = "scores_invalid"
    title = "The scores are not valid"


class EvaluatorUnnamed(InvalidInput):
    """Scores are somebody's: the token names a person, or the client does."""

    code = "evaluator_unnamed"
    title = "Nobody is named as the evaluator"


class EvaluatorNotCaller(Forbidden):
    """Whoever has signed in acts for themselves."""

    code = "evaluator_not_caller"
    title = "A person who has signed in does not act for another"


class PanelFull(Conflict):
    """A panel has a bounded number of people."""

    code = "panel_full"
    title = "The panel has as many people as it can have"


class InterestsUndeclared(Conflict):
    """Interests are declared before anything is scored or moderated."""

    code = "interests_undeclared"
    title = "The person has not declared their interests in this tender"


class ConflictDeclared(Forbidden):
    """Somebody with an interest in a bid judges nothing of it."""

    code = "conflict_declared"
    title = "The person declared a conflict of interest"


class EvaluatorIsBidder(Forbidden):
    """Whoever works for a bidder judges no bid for the tender."""

    code = "evaluator_is_bidder"
    title = "The person belongs to an organisation that has submitted a bid"


class FourEyesMissing(Forbidden):
    """A moderator has scored nothing, and an evaluator has moderated nothing, in the same tender."""

    code = "four_eyes_missing"
    title = "The moderator and the evaluators are different people"


class EvaluatorErased(Conflict):
    """Somebody who was erased is not brought back: what they gave stands without them."""

    code = "evaluator_erased"
    title = "The person was erased"


class EvaluatorSignedIn(Conflict):
    """Whoever has signed in is named nowhere here, and is erased with their account."""

    code = "evaluator_signed_in"
    title = "The person has signed in, and is erased with their account"


class AnswerScoredByAnother(Conflict):
    """With a single evaluator an answer is scored by one person."""

    code = "answer_scored_by_another"
    title = "Somebody else has scored this answer"


class NothingToModerate(Conflict):
    """A moderator sets a score where evaluators have given theirs."""

    code = "nothing_to_moderate"
    title = "No evaluator has scored this answer"


@dataclass(frozen=True)
class Person:
    """Somebody of a panel, as far as it is known who they are."""

    id: UUID
    person_id: UUID | None
    organisation_id: UUID | None


@dataclass(frozen=True)
class Interests:
    """What somebody declared last: bids that they keep away from, or the whole tender."""

    bids: frozenset[UUID]
    whole_tender: bool

    def concern(self, bid_id: UUID) -> bool:
        """Whether they keep away from this bid."""
        return self.whole_tender or bid_id in self.bids


@dataclass(frozen=True)
class GivenScore:
    """The last score that one evaluator gave one answer."""

    id: UUID
    bid_id: UUID
    measure: str
    evaluator_id: UUID
    score: Decimal
    reason: str
    version: int


@dataclass(frozen=True)
class Agreed:
    """The last score that a moderator set for an answer, and the scores on which it rests."""

    score: Decimal
    reason: str
    moderator_id: UUID
    rests_on: frozenset[UUID]


@dataclass(frozen=True)
class Verdict:
    """What an answer is given, with whom it comes from; `waits_for` says why it is given nothing yet."""

    score: Decimal | None
    reason: str | None
    moderator_id: UUID | None
    given: tuple[GivenScore, ...]
    waits_for: str | None


def is_same_person(one: Person, other: Person) -> bool:
    """Whether two members of a panel are one person, as far as that is known."""
    known = one.person_id is not None and one.person_id == other.person_id
    return known or one.id == other.id


def interests_by_person(
    people: Collection[Person], declared: Mapping[UUID, Interests]
) -> dict[UUID, Interests]:
    """What counts of everybody who declared something: whoever comes under two names declared both."""
    found = {}
    for person in people:
        own = [declared[one.id] for one in people if one.id in declared and is_same_person(person, one)]
        if own:
            bids = frozenset[UUID]().union(*(one.bids for one in own))
            found[person.id] = Interests(bids, any(one.whole_tender for one in own))
    return found


def require_four_eyes(person: Person, others: Collection[Person]) -> None:
    """Refuse somebody who would check what they have done themselves."""
    if any(is_same_person(person, other) for other in others):
        raise FourEyesMissing("The same person has scored and moderated, or would, in this tender.")


def require_no_bidder(person: Person, acting: UUID, bidders: Collection[UUID]) -> None:
    """Refuse somebody who belongs to a bidder, or is named by a client that does."""
    if person.organisation_id in bidders or acting in bidders:
        raise EvaluatorIsBidder("A bidder's people and programs judge no bid for the tender.")


def require_declared(interests: Interests | None, bid_ids: Collection[UUID]) -> None:
    """Refuse somebody who declared nothing, or who keeps away from one of the bids."""
    if interests is None:
        raise InterestsUndeclared("Declare interests in this tender first, if only that there are none.")
    if any(interests.concern(bid_id) for bid_id in bid_ids):
        raise ConflictDeclared("The person declared an interest in a bid that they would judge.")


def is_on_scale(score: Decimal, highest: int) -> bool:
    """Whether a score lies on the tender's scale, both ends included."""
    return 0 <= score <= highest


def has_too_many_decimals(score: Decimal) -> bool:
    """Whether a score is finer than is kept."""
    return decimal_places(score) > MAX_DECIMALS


def verdict(
    panel: PanelKind,
    given: Sequence[GivenScore],
    agreed: Agreed | None,
    interests: Mapping[UUID, Interests],
) -> Verdict:
    """What counts for one answer, from each evaluator's last score and the last agreed one."""
    kept = tuple(score for score in given if not _keeps_away(score, interests))
    if not kept:
        return Verdict(None, None, None, (), UNSCORED)
    if panel == "single":
        last = kept[-1]
        return Verdict(last.score, last.reason, None, (last,), None)
    if agreed is None:
        return Verdict(None, None, None, kept, "The panel's scores of the written answer are not moderated")
    if _concerns(agreed.moderator_id, kept[0].bid_id, interests):
        words = "Whoever set the agreed score has declared an interest in the bid since"
        return Verdict(None, None, None, kept, words)
    if agreed.rests_on != frozenset(score.id for score in kept):
        words = "The panel's scores of the written answer have changed since they were moderated"
        return Verdict(None, None, None, kept, words)
    return Verdict(agreed.score, agreed.reason, agreed.moderator_id, kept, None)


def _keeps_away(score: GivenScore, interests: Mapping[UUID, Interests]) -> bool:
    return _concerns(score.evaluator_id, score.bid_id, interests)


def _concerns(member_id: UUID, bid_id: UUID, interests: Mapping[UUID, Interests]) -> bool:
    declared = interests.get(member_id)
    return declared is not None and declared.concern(bid_id)
