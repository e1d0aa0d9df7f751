"""Licensed theme totals: which show, and that no party can divide or subtract its way to a unit value."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import FigureName
from reporting_api.domain.licensed_totals import (
    LicensedTotal,
    Parts,
    Pounds,
    ShownTotal,
    Source,
    TotalKey,
    is_covered,
    totals_to_show,
)

A, B, C, D = (UUID(int=number) for number in range(1, 5))
Q1 = Period(date(2026, 1, 1), date(2026, 3, 31))
Q3 = Period(date(2026, 7, 1), date(2026, 9, 30))
HALF = Period(date(2026, 1, 1), date(2026, 6, 30))
KEY = TotalKey("work", "licensed", "delivered")


def source(
    who: UUID, measure: str = "m1", commissioner: UUID | None = None, activity: UUID | None = None
) -> Source:
    return Source(who, commissioner, activity, ("e" * 64, measure))


def parts(*stated: tuple[UUID, str, int]) -> dict[Source, Pounds]:
    return {source(who, measure): Pounds(pence) for who, measure, pence in stated}


COVERED = parts((A, "m1", 100), (B, "m2", 60), (C, "m3", 40))


def shown(
    now: Parts, window: Period = Q1, before: Sequence[ShownTotal] = (), key: TotalKey = KEY
) -> LicensedTotal | None:
    return totals_to_show({key: now}, window, before).get(key)


def earlier(now: Parts, window: Period = Q1, number: int = 1, figure: FigureName = "delivered") -> ShownTotal:
    return ShownTotal(TotalKey("work", "licensed", figure), number, window, now, is_split=True)


def test_a_covered_total_shows_with_its_components():
    total = shown(COVERED)
    assert total is not None
    assert (total.outcome, total.pounds, total.is_split) == ("included", Pounds(200, 0), True)


def test_half_of_it_may_be_one_partys_and_a_penny_more_may_not():
    assert is_covered(parts((A, "m1", 100), (B, "m2", 60), (C, "m3", 40)), is_split=True)
    assert not is_covered(parts((A, "m1", 101), (B, "m2", 60), (C, "m3", 40)), is_split=True)


def test_two_deliverers_do_not_cover_a_total():
    two = parts((A, "m1", 50), (A, "m2", 50), (B, "m2", 50), (B, "m3", 50))
    assert not is_covered(two, is_split=True)


def test_two_measures_do_not_cover_a_total():
    assert not is_covered(parts((A, "m1", 50), (B, "m2", 50), (C, "m2", 50)), is_split=True)


def test_one_measure_may_outweigh_the_others_tenfold_and_no_more():
    tenfold = parts((A, "m1", 500), (B, "m1", 500), (C, "m2", 60), (D, "m3", 40))
    assert is_covered(tenfold, is_split=True)
    more = parts((A, "m1", 505), (B, "m1", 505), (C, "m2", 60), (D, "m3", 40))
    assert not is_covered(more, is_split=True)


def test_a_commissioner_knows_what_it_commissioned():
    bought = {
        source(B, "m1", commissioner=A): Pounds(60),
        source(C, "m2", commissioner=A): Pounds(60),
        source(D, "m3"): Pounds(60),
    }
    assert not is_covered(bought, is_split=True)
    assert is_covered({**bought, source(D, "m2"): Pounds(60)} | {source(B, "m3"): Pounds(60)}, is_split=True)


def test_partners_of_a_joint_activity_know_all_of_it():
    activity = UUID(int=99)
    joint = {
        source(A, "m1", activity=activity): Pounds(60),
        source(B, "m2", activity=activity): Pounds(60),
        source(C, "m3"): Pounds(60),
    }
    assert not is_covered(joint, is_split=True)
    assert is_covered({**joint, source(D, "m3"): Pounds(60)}, is_split=True)


def test_a_component_that_is_not_covered_shows_in_the_sum_alone():
    mixed = {**parts((A, "m1", 100), (B, "m2", 100), (C, "m3", 100)), source(D, "m4"): Pounds(0, 100)}
    total = shown(mixed)
    assert total is not None
    assert (total.outcome, total.pounds, total.is_split) == ("included", Pounds(300, 100), False)


def test_nothing_is_covered():
    assert is_covered({}, is_split=True)
    assert is_covered(parts((A, "m1", 0)), is_split=True)


def test_a_window_shorter_than_a_quarter_is_left_out():
    assert shown(COVERED, Period(date(2026, 1, 1), date(2026, 2, 28))) is None
    assert shown(COVERED, Period(date(2026, 1, 1), date(2026, 3, 31))) is not None


def test_a_window_that_shares_days_with_one_shown_is_left_out():
    assert shown(COVERED, HALF, [earlier(COVERED, Q1)]) is None
    assert shown(COVERED, Q3, [earlier(COVERED, Q1)]) is not None


def test_a_change_by_one_party_is_not_shown_and_the_first_total_stands_in():
    corrected = {**COVERED, source(A, "m1"): Pounds(90)}
    total = shown(corrected, Q1, [earlier(COVERED, Q1)])
    assert total is not None
    assert (total.outcome, total.pounds) == ("as_first_published", Pounds(200))
    assert shown(corrected, Q3, [earlier(COVERED, Q1)]) is None


def test_a_change_by_many_is_shown():
    changed = parts((A, "m1", 90), (B, "m2", 55), (C, "m3", 45))
    total = shown(changed, Q1, [earlier(COVERED, Q1)])
    assert total is not None
    assert (total.outcome, total.pounds) == ("included", Pounds(190))


def test_what_was_delivered_shows_beside_what_was_validated_only_if_the_difference_tells_nothing():
    validated = TotalKey("work", "licensed", "validated")
    less = parts((B, "m2", 60), (C, "m3", 40), (D, "m1", 100))
    found = totals_to_show({KEY: {**less, source(A, "m1"): Pounds(70)}, validated: less}, Q1, [])
    assert set(found) == {validated}
    assert set(totals_to_show({KEY: COVERED, validated: COVERED}, Q1, [])) == {KEY, validated}


# ------------------------------------------------------------------ histories
QUARTERS = [Period(date(2000 + number, 1, 1), date(2000 + number, 3, 31)) for number in range(6)]


@st.composite
def histories(draw: st.DrawFn) -> list[dict[Source, int]]:
    """Quantities by source over some quarters; few sizes, so that steady reporters are common."""
    codes = st.sampled_from(["m1", "m2", "m3"])
    amounts = st.integers(min_value=1, max_value=6)
    return [
        {source(who, draw(codes)): draw(amounts) for who in (A, B, C, D)}
        for _ in range(draw(st.integers(min_value=2, max_value=4)))
    ]


@given(histories(), st.fixed_dictionaries({code: st.integers(10, 90) for code in ("m1", "m2", "m3")}))
def test_of_every_shown_total_and_difference_a_party_knows_at_most_half(
    history: list[dict[Source, int]], values: dict[str, int]
) -> None:
    """So dividing a total by one's own quantities gives at least twice a unit value, and what is left of a
    difference when all is known but one's own is nothing."""
    before: list[ShownTotal] = []
    for number, quantities in enumerate(history, 1):
        now = {who: Pounds(values[who.measure[1]] * amount) for who, amount in quantities.items()}
        total = shown(now, QUARTERS[number], before)
        if total is not None:
            before.append(earlier(now, QUARTERS[number], number))
    rows = [{who: part.social_pence for who, part in total.parts.items()} for total in before]
    rows += [_less(one, other) for index, one in enumerate(rows) for other in rows[:index]]
    for row in rows:
        for party in (A, B, C, D):
            own = sum(abs(pence) for who, pence in row.items() if who.deliverer_id == party)
            others = sum(abs(pence) for who, pence in row.items() if who.deliverer_id != party)
            assert own <= others


def _less(one: Mapping[Source, int], other: Mapping[Source, int]) -> dict[Source, int]:
    return {who: one.get(who, 0) - other.get(who, 0) for who in one.keys() | other.keys()}
