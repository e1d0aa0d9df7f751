"""A caller may do so much in a window, at once or spread, and gets it back evenly."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.web import rate_limits
from cdp_common.web.rate_limits import Policy, RateLimits

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
POLICY = Policy("tokens", 3, 60)


def limits(policy: Policy = POLICY) -> RateLimits:
    return RateLimits({policy.name: policy})


def test_the_quota_may_be_used_at_once_and_comes_back_one_by_one() -> None:
    kept = limits()
    standings = [kept.take("tokens", "a", NOW) for _ in range(4)]
    assert [(each.remaining, each.full_in_s, each.retry_after_s) for each in standings] == [
        (2, 20.0, None),
        (1, 40.0, None),
        (0, 60.0, None),
        (0, 60.0, 20.0),
    ]
    almost = kept.take("tokens", "a", NOW + timedelta(seconds=19.9))
    assert almost.retry_after_s == pytest.approx(0.1, abs=0.01)
    assert kept.take("tokens", "a", NOW + timedelta(seconds=20)).retry_after_s is None
    assert kept.take("tokens", "a", NOW + timedelta(seconds=20)).retry_after_s == 20.0
    assert kept.take("tokens", "a", NOW + timedelta(seconds=120)).remaining == 2


def test_callers_and_policies_count_for_themselves() -> None:
    kept = RateLimits({"tokens": POLICY, "other": Policy("other", 1, 60)})
    assert kept.take("tokens", "a", NOW).remaining == 2
    assert kept.take("tokens", "b", NOW).remaining == 2
    assert kept.take("other", "a", NOW).remaining == 0
    assert POLICY.described == '"tokens";q=3;w=60'


def test_no_more_callers_are_remembered_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MAX_CALLERS", 2)
    kept = limits()
    for caller in ("a", "b", "c"):
        kept.take("tokens", caller, NOW)
    assert kept.take("tokens", "c", NOW).remaining == 1
    assert kept.take("tokens", "a", NOW).remaining == 2  # it came longest ago


def test_a_clock_that_is_set_back_keeps_nobody_waiting_until_it_has_caught_up() -> None:
    kept = limits()
    for _ in range(3):
        kept.take("tokens", "a", NOW)
    late = NOW - timedelta(seconds=0.5)  # a clock that is slowed a little changes nothing
    assert kept.take("tokens", "a", late).retry_after_s == pytest.approx(20.5)
    assert kept.take("tokens", "a", NOW - timedelta(hours=1)).remaining == 2
    kept.charge("tokens", "a", 9, NOW)
    assert kept.charge("tokens", "a", 1, NOW - timedelta(hours=1)).full_in_s == 20.0


@given(
    quota=st.integers(1, 50),
    window_s=st.integers(1, 600),
    pauses=st.lists(st.floats(0, 50), min_size=1, max_size=80),
)
def test_within_any_window_no_more_than_twice_the_quota_is_done(
    quota: int, window_s: int, pauses: list[float]
) -> None:
    kept, moment, allowed = limits(Policy("p", quota, window_s)), NOW, []
    for pause in pauses:
        moment += timedelta(seconds=pause)
        standing = kept.take("p", "a", moment)
        assert 0 <= standing.remaining < quota
        if standing.retry_after_s is None:
            allowed.append(moment)
    window = timedelta(seconds=window_s)
    assert all(sum(start <= at < start + window for at in allowed) <= 2 * quota for start in allowed)
