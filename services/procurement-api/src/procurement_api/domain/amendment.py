"""Which changes a published tender takes before its deadline, and what they mean for bids made before."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from procurement_api.domain.bid import BidInvalid, Content, Demands, require_bid_holds
from procurement_api.domain.tender_draft import Estimate

Amended = Literal["deadline_at", "title", "description", "value", "lots", "terms"]

NOT_ON_CURRENT_TERMS = "not on current terms"
"""Why a bid is disregarded that was neither confirmed nor replaced after an amendment."""

_LINE = re.compile(r"^/lines/(\d+)/")


class AmendmentInvalid(InvalidInput):
    """What is stated of an amendment breaks a rule; each fault is named."""

    code = "amendment_invalid"
    title = "The amendment is not valid"


class AmendmentTooLate(Conflict):
    """A tender is amended before its deadline, not after."""

    code = "amendment_too_late"
    title = "The deadline has passed"


class TermsVersionStale(Conflict):
    """The tender was amended since the buyer read it."""

    code = "terms_version_stale"
    title = "The tender has other terms by now"


class BidOnCurrentTerms(Conflict):
    """The bid was made or confirmed under the terms in force."""

    code = "bid_on_current_terms"
    title = "The bid is on the current terms already"


@dataclass(frozen=True)
class Change:
    """What an amendment would change: each is null where it stays."""

    deadline_at: datetime | None
    amended: Collection[Amended]
    bids_stand: bool


def require_before_deadline(now: datetime, deadline_at: datetime) -> None:
    """Refuse to amend a tender at its deadline or later."""
    if now >= deadline_at:
        raise AmendmentTooLate(f"The deadline was {deadline_at.isoformat()}; it is {now.isoformat()}.")


def require_version(amended: int, present: int) -> None:
    """Refuse an amendment of terms that are in force no more."""
    if amended != present:
        raise TermsVersionStale(f"The terms in force are version {present}.")


def require_change_holds(change: Change, deadline_at: datetime) -> None:
    """Refuse an amendment that changes nothing, or that moves the deadline to an earlier moment."""
    if not change.amended:
        words = "State what changes."
        raise AmendmentInvalid(words, errors=[FieldError("", "nothing_amended", words)])
    if change.deadline_at is not None and change.deadline_at < deadline_at:
        words = f"A deadline only moves later: it is {deadline_at.isoformat()}."
        raise AmendmentInvalid(words, errors=[FieldError("/deadline_at", "deadline_not_later", words)])


def require_amounts_kept(before: Mapping[str, Estimate], after: Mapping[str, Estimate]) -> None:
    """Refuse to leave out an amount that was published: it may be another, but releases cannot unsay it.

    Values go by what they are of; those of `after` say where they stand in what was sent.
    """
    faults = []
    for of, stated in before.items():
        now = after.get(of)
        if now is None:
            continue
        for name, earlier, later in (
            ("amount_net", stated.net, now.net),
            ("amount_gross", stated.gross, now.gross),
        ):
            if earlier is not None and later is None:
                words = "The amount was published; state what it is now."
                faults.append(FieldError(f"{now.at}/{name}", "amount_missing", words))
    if faults:
        raise AmendmentInvalid("An amount that was published is left out.", errors=faults)


def leaves_bids(change: Change) -> bool:
    """Whether bids stand as they are: always where the deadline alone moves."""
    return change.bids_stand or set(change.amended) == {"deadline_at"}


def faults_on_new_terms(bid: Content, demands: Demands) -> dict[int, str]:
    """The lines of a bid made under earlier terms that do not fit those in force, each with the reason."""
    try:
        require_bid_holds(bid, demands)
    except BidInvalid as refusal:
        found: dict[int, str] = {}
        for fault in refusal.errors:
            line = _LINE.match(fault.pointer)
            if line is not None:
                found.setdefault(int(line[1]), f"does not fit the amended terms: {fault.message}")
        return found
    return {}
