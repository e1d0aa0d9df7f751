"""Panels: which score counts, who may judge what, and when an answer is moderated again."""

from decimal import Decimal
from uuid import UUID

import pytest

from procurement_api.domain.panel import (
    Agreed,
    ConflictDeclared,
    EvaluatorIsBidder,
    FourEyesMissing,
    GivenScore,
    Interests,
    InterestsUndeclared,
    Person,
    interests_by_person,
    is_on_scale,
    require_declared,
    require_four_eyes,
    require_no_bidder,
    verdict,
)

BID, OTHER_BID = UUID(int=1), UUID(int=2)
ANN, BEN, MO = UUID(int=11), UUID(int=12), UUID(int=13)
FIRST, SECOND, THIRD = UUID(int=21), UUID(int=22), UUID(int=23)
NONE = Interests(frozenset(), whole_tender=False)


def given(score_id: UUID, evaluator: UUID, score: str, version: int = 1) -> GivenScore:
    return GivenScore(score_id, BID, "A", evaluator, Decimal(score), "Why", version)


def agreed(*rests_on: UUID) -> Agreed:
    return Agreed(Decimal("3.5"), "Agreed", MO, frozenset(rests_on))


def test_scores_wait_for_a_moderator_and_the_agreed_one_counts():
    scores = [given(FIRST, ANN, "3"), given(SECOND, BEN, "4")]
    waiting = verdict("moderated", scores, None, {ANN: NONE, BEN: NONE})
    assert (waiting.score, waiting.waits_for) == (
        None,
        "The panel's scores of the written answer are not moderated",
    )
    found = verdict("moderated", scores, agreed(FIRST, SECOND), {ANN: NONE, BEN: NONE})
    assert (found.score, found.reason, found.moderator_id) == (Decimal("3.5"), "Agreed", MO)
    assert (found.given, found.waits_for) == (tuple(scores), None)


def test_another_score_asks_for_moderation_again():
    scores = [given(THIRD, ANN, "5", 2), given(SECOND, BEN, "4")]
    found = verdict("moderated", scores, agreed(FIRST, SECOND), {})
    assert (found.score, found.waits_for) == (
        None,
        "The panel's scores of the written answer have changed since they were moderated",
    )
    assert verdict("moderated", scores, agreed(THIRD, SECOND), {}).score == Decimal("3.5")


def test_whoever_declares_a_conflict_is_left_out_of_that_bid_alone():
    scores = [given(FIRST, ANN, "3"), given(SECOND, BEN, "4")]
    conflict = Interests(frozenset({BID}), whole_tender=False)
    found = verdict("moderated", scores, agreed(FIRST, SECOND), {ANN: NONE, BEN: conflict})
    assert (found.score, found.given) == (None, (scores[0],))
    elsewhere = Interests(frozenset({OTHER_BID}), whole_tender=False)
    assert verdict("moderated", scores, agreed(FIRST, SECOND), {BEN: elsewhere}).score == Decimal("3.5")
    everywhere = Interests(frozenset(), whole_tender=True)
    nobody = verdict("moderated", scores, agreed(FIRST, SECOND), {ANN: everywhere, BEN: everywhere})
    assert (nobody.given, nobody.waits_for) == ((), "The written answer has no panel score")


def test_a_single_evaluators_last_score_counts_at_once():
    found = verdict("single", [given(FIRST, ANN, "2")], None, {})
    assert (found.score, found.reason, found.moderator_id) == (Decimal(2), "Why", None)


def test_somebody_who_comes_under_two_names_has_declared_under_both():
    person = UUID(int=99)
    people = [Person(ANN, person, None), Person(BEN, person, None), Person(MO, None, None)]
    found = interests_by_person(
        people, {ANN: Interests(frozenset({BID}), whole_tender=False), MO: NONE, BEN: NONE}
    )
    assert found[BEN].concern(BID)
    assert not found[MO].concern(BID)
    assert MO not in interests_by_person(people, {ANN: NONE})


@pytest.mark.parametrize("other", [Person(ANN, None, None), Person(BEN, UUID(int=99), None)])
def test_four_eyes_are_of_two_people(other):
    with pytest.raises(FourEyesMissing):
        require_four_eyes(Person(ANN, UUID(int=99), None), [other])
    require_four_eyes(Person(MO, UUID(int=98), None), [other])
    require_four_eyes(Person(MO, None, None), [other])


def test_a_bidders_people_and_programs_judge_nothing():
    bidder, buyer = UUID(int=31), UUID(int=32)
    require_no_bidder(Person(ANN, None, None), buyer, [bidder])
    for person, acting in ((Person(ANN, None, bidder), buyer), (Person(ANN, None, buyer), bidder)):
        with pytest.raises(EvaluatorIsBidder):
            require_no_bidder(person, acting, [bidder])


def test_interests_are_declared_first_and_keep_away_from_what_they_concern():
    with pytest.raises(InterestsUndeclared):
        require_declared(None, [BID])
    with pytest.raises(ConflictDeclared):
        require_declared(Interests(frozenset({BID}), whole_tender=False), [OTHER_BID, BID])
    require_declared(Interests(frozenset({BID}), whole_tender=False), [OTHER_BID])


@pytest.mark.parametrize("score, holds", [("-0.01", False), ("0", True), ("5", True), ("5.01", False)])
def test_both_ends_of_the_scale_are_on_it(score, holds):
    assert is_on_scale(Decimal(score), 5) is holds
