"""Which opened bids take part in what: in the whole tender, or in lots that have contracts of their own.

A bid leaves a lot when it is excluded or withdrawn. Where one organisation turns out to have made several
bids for a lot, the one that came last counts, as a replacement would; an earlier one counts again once the
later one has left the lot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp_common.kernel.errors import FieldError
from procurement_api.domain.after_opening import BidRemoved
from procurement_api.domain.lot_progress import LotsInvalid, LotState, LotStateWrong

Place = str | None
"""A lot that has a contract of its own; None stands for the whole tender."""

SETTLED: tuple[LotState, ...] = ("signed", "not_awarded")


@dataclass(frozen=True)
class Entries:
    """The bids of a tender: what each is for, what it has left, and which later one stands in its place."""

    bid_for: Mapping[UUID, frozenset[Place]]
    left: frozenset[tuple[UUID, Place]] = frozenset()
    superseded: Mapping[tuple[UUID, Place], UUID] | None = None

    def holds(self, bid_id: UUID, place: Place) -> bool:
        """Whether the bid is scored there."""
        if place not in self.bid_for.get(bid_id, frozenset()) or self.has_left(bid_id, place):
            return False
        later = (self.superseded or {}).get((bid_id, place))
        while later is not None:
            if not self.has_left(later, place):
                return False
            later = (self.superseded or {}).get((later, place))
        return True

    def has_left(self, bid_id: UUID, place: Place) -> bool:
        """Whether the bid was excluded from it or withdrawn."""
        return (bid_id, place) in self.left or (bid_id, None) in self.left

    def of(self, bid_id: UUID) -> frozenset[Place]:
        """Where the bid is scored."""
        places = self.bid_for.get(bid_id, frozenset())
        return frozenset(place for place in places if self.holds(bid_id, place))

    @property
    def bids(self) -> frozenset[UUID]:
        """The bids that are scored anywhere."""
        return frozenset(bid_id for bid_id in self.bid_for if self.of(bid_id))

    def counts(self, bid_id: UUID, lot: str | None) -> bool:
        """Whether a line of the bid counts: one of a lot in that lot, one of none wherever the bid does."""
        places = self.of(bid_id)
        return bool(places) if lot is None or None in places else lot in places


def places_of(award_by: str, lots: Collection[str], line_lots: Iterable[str | None]) -> frozenset[Place]:
    """What a bid with lines of these lots is for."""
    if award_by == "whole":
        return frozenset({None})
    return frozenset(lot for lot in line_lots if lot in lots)


def places_to_leave(
    asked: str | None, bid_id: UUID, entries: Entries, states: Mapping[Place, LotState]
) -> list[Place]:
    """What the bid leaves: the lot that is asked for, or everything that is not settled yet.

    A bid of a tender by lots that is for none of them leaves the whole of it.
    """
    bid_for = entries.bid_for[bid_id] or frozenset({None})
    if asked is not None and asked not in bid_for:
        words = "The bid offers nothing for this lot."
        raise LotsInvalid(words, errors=[FieldError("/lot", "bid_not_for_lot", words)])
    wanted = bid_for if asked is None else {asked}
    still_in = [place for place in states if place in wanted and not entries.has_left(bid_id, place)]
    if None in wanted and not entries.has_left(bid_id, None):
        still_in = [None]
    if not still_in:
        raise BidRemoved("The bid was excluded or withdrawn after opening.")
    leaves = [place for place in still_in if states.get(place) not in SETTLED]
    if not leaves:
        raise LotStateWrong("Whose contract it is was settled; nothing is left to leave.")
    return leaves


@dataclass(frozen=True)
class Word:
    """A bid as one of its organisation's words: what it is for, and when its last version came in."""

    bid_id: UUID
    leads: UUID
    received_at: datetime
    places: frozenset[Place]


def superseded_in(words: Sequence[Word]) -> dict[tuple[UUID, Place], UUID]:
    """For each bid that a later one of the same organisation stands in place of: where, and which one.

    Bids that came at the same moment go by their ids, which count up with time.
    """
    found: dict[tuple[UUID, Place], UUID] = {}
    ordered = sorted(words, key=lambda word: (word.received_at, word.bid_id))
    for index, word in enumerate(ordered):
        for place in word.places:
            later = [
                other.bid_id
                for other in ordered[index + 1 :]
                if other.leads == word.leads and place in other.places
            ]
            if later:
                found[word.bid_id, place] = later[0]
    return found
