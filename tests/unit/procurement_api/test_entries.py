"""Which bids take part in which lots: what they are for, have left, and are superseded in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from procurement_api.domain.after_opening import BidRemoved
from procurement_api.domain.entries import Entries, Word, places_of, places_to_leave, superseded_in
from procurement_api.domain.lot_progress import LotsInvalid, LotState, LotStateWrong

A, B, C = (UUID(int=number) for number in (1, 2, 3))
X, Y = UUID(int=11), UUID(int=12)
AT = datetime(2026, 12, 1, tzinfo=UTC)
BOTH: frozenset[str | None] = frozenset({"N", "S"})
WHOLE: frozenset[str | None] = frozenset({None})


def word(bid: UUID, org: UUID, minute: int, *lots: str) -> Word:
    return Word(bid, org, AT + timedelta(minutes=minute), frozenset(lots) or WHOLE)


def test_a_bid_is_for_the_lots_of_its_lines_or_for_the_whole_tender():
    assert places_of("whole", ["N", "S"], ["N", None]) == {None}
    assert places_of("lot", ["N", "S"], ["N", None, "gone"]) == {"N"}


def test_the_last_of_an_organisations_bids_counts_lot_by_lot():
    assert superseded_in([word(B, X, 5), word(A, X, 1), word(C, Y, 9)]) == {(A, None): B}
    assert superseded_in([word(A, X, 1, "N", "S"), word(B, X, 2, "S")]) == {(A, "S"): B}
    assert superseded_in([word(A, X, 1, "N"), word(B, X, 2, "S")]) == {}
    assert superseded_in([word(B, X, 1), word(A, X, 1)]) == {(A, None): B}  # at one moment, by id
    assert superseded_in([word(C, X, 3), word(A, X, 1), word(B, X, 2)]) == {(A, None): B, (B, None): C}


def test_a_superseded_bid_counts_again_once_the_later_ones_have_left():
    chain: dict[tuple[UUID, str | None], UUID] = {(A, None): B, (B, None): C}
    bids = dict.fromkeys((A, B, C), WHOLE)
    for left, counting in (
        ((), {C}),
        (((C, None),), {B}),
        (((C, None), (B, None)), {A}),
        (((B, None),), {C}),
        (((A, None), (B, None), (C, None)), set()),
    ):
        assert Entries(bids, frozenset(left), chain).bids == counting


def test_what_a_bid_has_left_is_counted_no_more_and_its_other_lot_is():
    entries = Entries({A: BOTH, B: frozenset()}, frozenset({(A, "N")}))
    assert (entries.holds(A, "N"), entries.holds(A, "S"), entries.holds(A, None)) == (False, True, False)
    assert [entries.counts(A, lot) for lot in ("N", "S", None)] == [False, True, True]
    assert entries.of(A) == {"S"}
    assert entries.bids == {A}
    assert entries.counts(B, None) is False
    assert Entries({A: WHOLE}).counts(A, "N") is True  # of a tender that is awarded whole


def test_a_bid_leaves_one_lot_or_all_that_are_not_settled():
    states: dict[str | None, LotState] = {"N": "decided", "S": "signed"}
    fresh, half = Entries({A: BOTH}), Entries({A: BOTH}, frozenset({(A, "N")}))
    assert places_to_leave(None, A, fresh, states) == ["N"]
    assert places_to_leave("N", A, fresh, states) == ["N"]
    assert places_to_leave(None, A, Entries({A: frozenset()}), states) == [None]
    for asked, entries, refusal in (
        ("S", fresh, LotStateWrong),
        (None, half, LotStateWrong),
        ("N", half, BidRemoved),
        ("E", fresh, LotsInvalid),
        (None, Entries({A: WHOLE}, frozenset({(A, None)})), BidRemoved),
    ):
        with pytest.raises(refusal):
            places_to_leave(asked, A, entries, states)
