"""Which of two signatures of one organisation stands, and from which day on the other is merged."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from cdp_common.kernel.identifiers import new_id
from charter_api.domain.charter import SignatureEnded
from charter_api.domain.mergers import StandingSignature, may_be_ended, merged_from, signature_that_stays
from charter_api.domain.standing import Change, SignaturePeriod, require_may_follow, standings, state_on

FIRST = StandingSignature(new_id(), "active", date(2026, 3, 1), date(2027, 2, 28), 4)
PERIOD = SignaturePeriod(date(2026, 3, 1), date(2027, 2, 1), date(2027, 2, 28))
SIGNED = Change("signed", date(2026, 3, 1), PERIOD)
MERGED = Change("merged", date(2026, 5, 1), reason="records merged")


@pytest.mark.parametrize(
    "better",
    [
        {"state": "suspended", "expires_on": date(2026, 12, 31), "signed_on": date(2026, 4, 1)},
        {"expires_on": date(2027, 3, 1), "signed_on": date(2026, 4, 1)},
        {"signed_on": date(2026, 2, 28), "register_number": 9},
        {"register_number": 3},
    ],
)
def test_the_suspended_then_the_longer_then_the_earlier_signature_stays(better):
    other = replace(FIRST, id=new_id(), **better)
    for order in permutations((FIRST, replace(FIRST, id=new_id(), register_number=5), other)):
        assert signature_that_stays(order) == other


def test_only_what_stands_and_has_no_decided_end_is_ended():
    withdrawn_later = Change("withdrawn", date(2026, 6, 1))
    assert may_be_ended("active", [SIGNED])
    assert may_be_ended("suspended", [SIGNED])
    assert not may_be_ended("active", [SIGNED, withdrawn_later])
    assert not may_be_ended("lapsed", [SIGNED])
    assert not may_be_ended("merged", [SIGNED, MERGED])


def test_a_signature_is_merged_from_the_mergers_day_unless_it_was_changed_since():
    suspended = Change("suspended", date(2026, 5, 3))
    reminded = Change("renewal_due", date(2027, 2, 1))
    assert merged_from(date(2026, 5, 1), [SIGNED, reminded]) == date(2026, 5, 1)
    assert merged_from(date(2026, 5, 1), [SIGNED, suspended]) == date(2026, 5, 3)


def test_what_was_merged_stays_so_and_what_was_before_stays_true():
    changes = [SIGNED, MERGED]
    assert state_on(date(2026, 4, 30), changes) == "active"
    assert state_on(date(2026, 5, 1), changes) == "merged"
    assert state_on(date(2028, 1, 1), changes) == "merged"
    assert [(one.state, one.from_on) for one in standings(changes, date(2028, 1, 1))] == [
        ("active", date(2026, 3, 1)),
        ("merged", date(2026, 5, 1)),
    ]
    with pytest.raises(SignatureEnded, match="Another signature"):
        require_may_follow("withdrawn", date(2026, 6, 1), changes, date(2026, 6, 1))
