"""What lines claim of an activity that they name, beside what stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from cdp_common.kernel.periods import Period
from reporting_api.domain.commitments import Kind
from reporting_api.domain.reports import ReportInvalid, ResolvedLine, StatedLine
from reporting_api.domain.shared_activities import (
    ActivitySharesTaken,
    Claim,
    Counted,
    KeptClaims,
    Promised,
    Supported,
    claim,
    promised_both_ways,
    require_shares_free,
    require_shares_hold,
)

GARDEN = Counted("garden", "HOURS")
A, B = Supported(UUID(int=1)), Supported(UUID(int=2))
OWN = Supported(None, "own_activity")
DAYS = Period(date(2026, 7, 1), date(2026, 9, 30))


def claiming(share: str | None, line_id: int | None = None, **changes: object) -> ResolvedLine:
    stated = StatedLine(
        measure="HOURS",
        edition_hash="e" * 64,
        quantity=Decimal(10),
        denominator=None,
        unit="hours",
        route="own_activity" if line_id is None else "procurement",
        commissioner_id=None,
        commitment_line_id=None if line_id is None else UUID(int=line_id),
        activity_id=None,
        activity="garden",
        areas=(),
        attribution_share=None if share is None else Decimal(share),
        target_group=None,
        attests_contract_only=True,
        attests_commitment=True,
        content="",
    )
    stated = replace(stated, **changes)  # type: ignore[arg-type]  # of any field
    return ResolvedLine(stated, "e" * 64, None, None, (DAYS,))


def shares(**claims: str) -> dict[Supported, Claim]:
    """Claims for the days of all lines, by what they are for."""
    known = {"a": A, "b": B, "own": OWN}
    return {known[name]: Claim(Decimal(share), frozenset({DAYS})) for name, share in claims.items()}


def test_a_line_without_a_share_claims_the_whole_and_one_without_an_activity_nothing() -> None:
    claimed: KeptClaims = {}
    claim(claimed, [claiming("0.5", 1), claiming("0.2", 1), claiming(None, activity=None)])
    assert claimed == {GARDEN: shares(a="0.5")}
    claim(claimed, [claiming(None)])
    assert claimed == {GARDEN: shares(a="0.5", own="1")}


def test_a_line_that_is_refused_takes_no_share_from_those_after_it() -> None:
    standing = {GARDEN: shares(a="0.5")}
    require_shares_hold([claiming("0.5", 2)], standing)
    with pytest.raises(ReportInvalid) as refused:
        require_shares_hold([claiming("0.6", 2), claiming("0.5"), claiming("0.1", 2)], standing)
    assert [fault.pointer for fault in refused.value.errors] == [
        "/lines/0/attribution_share",
        "/lines/2/attribution_share",
    ]
    assert standing == {GARDEN: shares(a="0.5")}


def test_what_was_claimed_beyond_the_whole_before_may_go_on_and_not_grow() -> None:
    standing = {GARDEN: shares(a="1", b="0.5")}
    require_shares_hold([claiming("0.5", 2)], standing)
    require_shares_free({GARDEN: shares(b="0.5")}, standing)
    with pytest.raises(ReportInvalid):
        require_shares_hold([claiming("0.51", 2)], standing)
    with pytest.raises(ActivitySharesTaken):
        require_shares_free({GARDEN: shares(b="0.51")}, standing)


def test_shares_are_summed_day_by_day_so_that_what_follows_may_have_the_whole_again() -> None:
    spring, summer = Period(date(2026, 3, 1), date(2026, 5, 31)), Period(date(2026, 6, 1), date(2026, 8, 31))
    of_spring = {GARDEN: {A: Claim(Decimal(1), frozenset({spring}))}}
    require_shares_hold([replace(claiming(None, 2), days=(summer,))], of_spring)
    for early in (Period(spring.end, summer.end), Period(date(2026, 1, 1), spring.start)):
        with pytest.raises(ReportInvalid):
            require_shares_hold([replace(claiming(None, 2), days=(summer, early))], of_spring)
    # A third one that has the half of every day goes with both of them, which share no day.
    halves = {
        GARDEN: {A: Claim(Decimal("0.5"), frozenset({spring})), B: Claim(Decimal("0.5"), frozenset({summer}))}
    }
    require_shares_hold([replace(claiming("0.5"), days=(spring, summer))], halves)
    with pytest.raises(ReportInvalid):
        require_shares_hold([replace(claiming("0.51"), days=(summer,))], halves)


HOURS: Promised = ("HOURS", None)


@pytest.mark.parametrize("kind", ["contract", "call_off", "grant", "planning_obligation"])
def test_a_pledge_and_what_is_owed_to_another_promise_a_measure_both_ways(kind: Kind) -> None:
    assert promised_both_ways([(HOURS, "pledge"), (("GIFTS", None), "pledge"), (HOURS, kind)]) == {HOURS}
    veterans: Promised = ("HOURS", "veterans")
    assert promised_both_ways([(veterans, "pledge"), (HOURS, kind)]) == frozenset()


@pytest.mark.parametrize("kind", ["plan", "framework_agreement"])
def test_what_nobody_else_is_owed_leaves_a_pledge_alone(kind: Kind) -> None:
    assert promised_both_ways([(HOURS, "pledge"), (HOURS, kind)]) == frozenset()
