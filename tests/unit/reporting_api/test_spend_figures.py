"""Who a supplier is, what shares are told, what could be retained, and LM3: pure rules."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.identifiers import new_id
from reporting_api.domain.spend_figures import Split, local_multiplier, retainable
from reporting_api.domain.spend_matching import (
    Candidate,
    MatchBasis,
    SpendDecisionInvalid,
    match_of,
    require_decision_holds,
)
from reporting_api.storage.spend_rules_shipped import spend_rules

RULES = spend_rules().matching


def candidate(score: str, state: str = "verified", basis: MatchBasis = "name") -> Candidate:
    return Candidate(new_id(), "Acme", basis, Decimal(score), state)


def test_one_verified_organisation_with_the_identifier_is_accepted_before_any_name() -> None:
    identified, named = candidate("100", basis="identifier"), candidate("100")
    match = match_of([identified], [named], (), RULES)
    assert (match.state, match.accepted, match.candidates) == ("matched", identified, ())


@pytest.mark.parametrize(
    ("scores", "state", "count"),
    [
        (["100"], "matched", 0),
        (["99.99"], "to_review", 1),
        (["86"], "to_review", 1),
        (["85.99"], "unmatched", 0),
        (["100", "100"], "to_review", 2),
        (["100", "99"], "matched", 0),
        (["90"] * 7, "to_review", 5),
        ([], "unmatched", 0),
    ],
)
def test_a_name_is_accepted_from_the_threshold_on_and_shown_from_the_lower_one(
    scores: list[str], state: str, count: int
) -> None:
    match = match_of([], [candidate(score) for score in scores], (), RULES)
    assert (match.state, len(match.candidates), match.accepted is not None) == (
        state,
        count,
        state == "matched",
    )


def test_whoever_nobody_has_verified_and_identifiers_that_two_claim_wait_for_a_person() -> None:
    assert match_of([], [candidate("100", "unverified")], (), RULES).state == "to_review"
    assert match_of([candidate("100", "asserted", "identifier")], [], (), RULES).state == "to_review"
    twice = [candidate("100", basis="identifier"), candidate("100", basis="identifier")]
    assert match_of(twice, [candidate("100")], (), RULES).state == "to_review"


def test_who_was_rejected_is_no_candidate_again() -> None:
    first, second = candidate("100"), candidate("95")
    again = match_of([], [first, second], {first.organisation_id}, RULES)
    assert (again.state, again.candidates) == ("to_review", (second,))
    assert match_of([first], [first], {first.organisation_id}, RULES).state == "unmatched"


def test_a_decision_names_an_organisation_unless_nobody_knows() -> None:
    require_decision_holds("accepted", UUID(int=1))
    require_decision_holds("unknown", None)
    for outcome, organisation in (("accepted", None), ("rejected", None), ("unknown", UUID(int=1))):
        with pytest.raises(SpendDecisionInvalid):
            require_decision_holds(outcome, organisation)  # type: ignore[arg-type]  # outcomes as text


PENCE = st.integers(min_value=0, max_value=10**13)


@given(PENCE, PENCE, PENCE)
def test_shares_are_of_the_whole_with_what_is_unknown_and_sum_to_one(yes: int, no: int, unknown: int) -> None:
    split = Split(yes, no, unknown)
    shares = [share for part in (yes, no, unknown) if (share := split.share(part)) is not None]
    if split.whole == 0:
        assert (shares, split.no_share_reason) == ([], "nothing_paid")
        return
    assert abs(sum(shares, Decimal(-1))) <= Decimal("0.0001")
    assert abs(shares[0] - Decimal(yes) / split.whole) <= Decimal("0.00005")


def test_no_share_is_told_where_credits_would_make_it_mislead() -> None:
    assert Split(100, -1, 0).no_share_reason == "credits_exceed_payments"
    assert Split(1, 0, -1).no_share_reason == "nothing_paid"
    assert Split(1, 0, 7).share(1) == Decimal("0.1250")
    assert Split(1, 5, 0).share(5) == Decimal("0.8333")


def test_a_category_leaks_what_could_be_had_in_the_place() -> None:
    assert (retainable(500, 0), retainable(500, 1), retainable(-5, 1), retainable(0, 3)) == (0, 500, 0, 0)


@pytest.mark.parametrize(
    ("rounds", "value", "reason"),
    [
        ((100_000, 40_000, 10_000), "1.5000", None),
        ((300, 100, 0), "1.3333", None),
        ((300, 300, 300), "3.0000", None),
        ((100, 0, 0), "1.0000", None),
        ((None, 1, 1), None, "round_1_missing"),
        ((0, 0, 0), None, "round_1_missing"),
        ((100, None, 1), None, "round_2_missing"),
        ((100, 50, None), None, "round_3_missing"),
        ((100, 101, 1), None, "rounds_not_falling"),
        ((100, 50, 51), None, "rounds_not_falling"),
    ],
)
def test_the_multiplier_needs_three_rounds_that_fall(
    rounds: tuple[int | None, int | None, int | None], value: str | None, reason: str | None
) -> None:
    found = local_multiplier(*rounds)
    assert (found.value, found.reason) == (None if value is None else Decimal(value), reason)
