"""How a signature stands on a day: a fold over its dated changes, and which change may follow which state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cdp_common.kernel.errors import Conflict, FieldError
from charter_api.domain.charter import (
    CharterUnsound,
    EndBeforeSignature,
    SignatureEnded,
    SignatureUnsound,
    expiry,
)

SignatureState = Literal["active", "due_for_renewal", "suspended", "lapsed", "withdrawn", "merged"]
ChangeKind = Literal[
    "signed",
    "renewed",
    "suspended",
    "reinstated",
    "withdrawn",
    "level_changed",
    "merged",
    "renewal_due",
    "lapsed",
]
Decision = Literal["renewed", "suspended", "reinstated", "withdrawn", "level_changed"]

# What a calendar did and somebody was told of: these are kept, and change nothing by themselves.
NOTICES = frozenset({"renewal_due", "lapsed"})

MAX_CHANGES = 500
"""How many changes a signature can have: more is a fault of whoever sends them."""

_IN_FORCE: frozenset[SignatureState] = frozenset({"active", "due_for_renewal"})
_ENDED: frozenset[SignatureState] = frozenset({"lapsed", "withdrawn", "merged"})

# After which state a decision may be taken. What has ended stays so: the organisation signs again.
_MAY_FOLLOW: dict[Decision, frozenset[SignatureState]] = {
    "renewed": frozenset({"due_for_renewal"}),
    "suspended": _IN_FORCE,
    "reinstated": frozenset({"suspended"}),
    "withdrawn": _IN_FORCE | {"suspended"},
    "level_changed": _IN_FORCE,
}


class SignatureSuspended(Conflict):
    """The programme manager has suspended the signature; only its reinstatement or its end can follow."""

    code = "signature_suspended"
    title = "The signature is suspended"


class RenewalNotDue(Conflict):
    """The charter's notice period before the review has not begun."""

    code = "renewal_not_due"
    title = "The signature is not due for renewal yet"


class SignatureNotSuspended(Conflict):
    """Only what is suspended is reinstated."""

    code = "signature_not_suspended"
    title = "The signature is not suspended"


class ChangeDecidedAlready(Conflict):
    """A change of a later day stands, or the signature has as many changes as it can have."""

    code = "signature_change_decided"
    title = "A later change of the signature is decided already"


@dataclass(frozen=True)
class SignaturePeriod:
    """One period of a signature, to its review: days, all inclusive."""

    starts_on: date
    renewal_due_on: date
    """The first day on which the signatory may renew, and is reminded."""
    expires_on: date


@dataclass(frozen=True)
class Change:
    """One dated change; a signing and a renewal bring a period with them."""

    kind: ChangeKind
    effective_on: date
    period: SignaturePeriod | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Standing:
    """A state, and from which day on a signature is in it."""

    state: SignatureState
    from_on: date
    reason: str | None


def period_from(starts_on: date, review_months: int, renewal_notice_days: int) -> SignaturePeriod:
    """The period that starts on a day, as long as the charter version says, with its notice."""
    expires_on = expiry(starts_on, review_months)
    due = max(starts_on, expires_on - timedelta(days=renewal_notice_days - 1))
    return SignaturePeriod(starts_on, due, expires_on)


def state_on(day: date, changes: Sequence[Change]) -> SignatureState | None:
    """The state on a day by the changes in their order; None before the first of them."""
    current = [change for change in changes if change.effective_on <= day and change.kind not in NOTICES]
    if not current:
        return None
    if current[-1].kind in ("withdrawn", "merged"):
        return current[-1].kind
    period = next(change.period for change in reversed(current) if change.period is not None)
    if day > period.expires_on:
        return "lapsed"
    if current[-1].kind == "suspended":
        return "suspended"
    return "due_for_renewal" if day >= period.renewal_due_on else "active"


def standings(changes: Sequence[Change], until: date) -> list[Standing]:
    """The states one after the other up to a day, each with its first day and the reason given for it."""
    reasons = {change.effective_on: change.reason for change in changes if change.reason is not None}
    turns = {change.effective_on for change in changes}
    for change in changes:
        if change.period is not None:
            turns |= {change.period.renewal_due_on, change.period.expires_on + timedelta(days=1)}
    found: list[Standing] = []
    for day in sorted(turn for turn in turns if turn <= until):
        state = state_on(day, changes)
        if state is not None and (not found or found[-1].state != state):
            found.append(Standing(state, day, reasons.get(day)))
    return found


def require_in_force(state: SignatureState) -> None:
    """Refuse to add to a signature that has ended or is suspended."""
    if state == "suspended":
        raise SignatureSuspended("Nothing is added to a signature while it is suspended.")
    if state not in _IN_FORCE:
        raise SignatureEnded(f"The signature is {state}.")


def is_standing(state: SignatureState) -> bool:
    """Whether a signature has not ended, so that the organisation cannot sign the same charter anew."""
    return state not in _ENDED


def require_may_follow(
    decision: Decision, effective_on: date, changes: Sequence[Change], today: date
) -> None:
    """Refuse a decision that the state does not allow, today and on the day from which it shall hold."""
    decided = [change for change in changes if change.kind not in NOTICES]
    if any(change.kind == "merged" for change in decided):
        raise SignatureEnded("Another signature of the organisation stands in its place.")
    if any(change.kind == "withdrawn" for change in decided):
        raise SignatureEnded("The signature was withdrawn before.")
    if effective_on < decided[0].effective_on:
        raise EndBeforeSignature(
            f"The signature is of {decided[0].effective_on}; it cannot end on {effective_on}."
        )
    if effective_on < decided[-1].effective_on or len(changes) >= MAX_CHANGES:
        raise ChangeDecidedAlready(f"The signature was last changed from {decided[-1].effective_on} on.")
    for day in sorted({max(today, decided[-1].effective_on), max(today, effective_on)}):
        state = state_on(day, changes)
        if state is None or state not in _MAY_FOLLOW[decision]:
            raise _refusal(decision, state)


def _refusal(decision: Decision, state: SignatureState | None) -> Conflict:
    if state is None or state in _ENDED:
        return SignatureEnded(f"The signature is {state}; the organisation may sign again.")
    if state == "suspended":
        return SignatureSuspended("The signature is suspended.")
    if decision == "renewed":
        return RenewalNotDue("The signature is not within the charter's notice period before its review.")
    return SignatureNotSuspended("The signature is in force.")


def require_signed_by(signed_on: date, today: date) -> None:
    """Refuse a signature of a day that is still to come."""
    if signed_on > today:
        words = "A signature is of today or an earlier day."
        raise SignatureUnsound(
            "The signature does not hold.", errors=[FieldError("/signed_on", "signed_in_future", words)]
        )


def require_notice_fits(review_months: int, renewal_notice_days: int) -> None:
    """Refuse a notice that would be as long as the shortest period between two reviews."""
    if renewal_notice_days >= review_months * _SHORTEST_MONTH_DAYS:
        words = "The notice is shorter than the period between two reviews."
        fault = FieldError("/renewal_notice_days", "notice_too_long", words)
        raise CharterUnsound("The charter does not hold.", errors=[fault])


_SHORTEST_MONTH_DAYS = 28
