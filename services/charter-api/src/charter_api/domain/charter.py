"""Who may sign a charter, how long a signature lasts, and what a pledge may be."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from cdp_common.kernel.periods import FIRST_YEAR, LAST_YEAR, PeriodOutOfRange

# The Charter is for private and third-sector organisations; public bodies are members of the collective
# instead (County Durham Pound phase 2, domain facts section 5).
SIGNING_KINDS = frozenset({"private", "third_sector"})


class OrganisationMayNotSign(Forbidden):
    """A public body joins the collective; it does not sign the Charter."""

    code = "organisation_may_not_sign"
    title = "This kind of organisation does not sign the Charter"


class AlreadySigned(Conflict):
    """The organisation has a signature of this charter in force."""

    code = "already_signed"
    title = "The organisation has signed this charter already"


class CharterVersionTaken(Conflict):
    """The place has published a charter under this version before."""

    code = "charter_version_taken"
    title = "This charter version exists already"


class SignatureEnded(Conflict):
    """The signature was withdrawn or has lapsed, so nothing can be added to it."""

    code = "signature_ended"
    title = "The signature is no longer in force"


class EndBeforeSignature(InvalidInput):
    """A signature cannot end before it began."""

    code = "end_before_signature"
    title = "The end lies before the signature"


class SignatureUnsound(InvalidInput):
    """What is signed, or renewed, does not hold by the rules; `errors` say where."""

    code = "signature_unsound"
    title = "The signature does not hold"


class PledgesUnsound(InvalidInput):
    """Pledges are not the charter's, or their periods do not hold; `errors` say where."""

    code = "pledges_unsound"
    title = "The pledges do not hold"


class CharterUnsound(InvalidInput):
    """A charter version contradicts itself; `errors` say where."""

    code = "charter_unsound"
    title = "The charter does not hold"


@dataclass(frozen=True)
class PledgePeriod:
    """What the rules need of a pledge: its code in the charter and its days, both inclusive."""

    code: str
    starts_on: date
    ends_on: date


def expiry(signed_on: date, review_months: int) -> date:
    """The last day of a signature: the day before the same day `review_months` later.

    In a month without that day it is the month's last: a year from 29 February ends on 28 February, as
    every year of the platform does.
    """
    month_index = signed_on.month - 1 + review_months
    year, month = signed_on.year + month_index // 12, month_index % 12 + 1
    days = monthrange(year, month)[1]
    if signed_on.day > days:
        return date(year, month, days)
    return date(year, month, signed_on.day) - timedelta(days=1)


def require_signing_day_holds(signed_on: date) -> None:
    """Refuse a day outside the years that the platform holds: no review could be set."""
    if not FIRST_YEAR <= signed_on.year <= LAST_YEAR:
        words = f"A signature is of a day between {FIRST_YEAR} and {LAST_YEAR}."
        fault = FieldError("/signed_on", PeriodOutOfRange.code, words)
        raise SignatureUnsound("The signature does not hold.", errors=[fault])


def require_may_sign(kind: str) -> None:
    """Refuse a kind of organisation that the Charter is not for."""
    if kind not in SIGNING_KINDS:
        raise OrganisationMayNotSign("The Charter is for private and third-sector organisations.")


def require_pledges_hold(
    pledges: Mapping[str, PledgePeriod], offered: Collection[str], signed_on: date
) -> None:
    """Refuse pledges that the charter does not offer or whose periods do not hold.

    `pledges` go by the JSON pointer at which each stands in the request; every fault is named.
    """
    faults: list[FieldError] = []
    for at, pledge in pledges.items():
        if pledge.code not in offered:
            faults.append(
                FieldError(f"{at}/pledge", "pledge_unknown", "The charter offers no pledge with this code.")
            )
        if pledge.ends_on < pledge.starts_on:
            faults.append(FieldError(f"{at}/ends_on", "period_reversed", "The pledge ends before it starts."))
        if pledge.starts_on < signed_on:
            faults.append(
                FieldError(
                    f"{at}/starts_on",
                    "pledge_before_signature",
                    "A pledge starts with the signature or later.",
                )
            )
    if faults:
        raise PledgesUnsound("The pledges do not hold.", errors=faults)


def require_offers_hold(pledges: Collection[Mapping[str, str]]) -> None:
    """Refuse a charter that offers the same pledge code twice."""
    seen: set[str] = set()
    faults = []
    for index, pledge in enumerate(pledges):
        if pledge["code"] in seen:
            faults.append(
                FieldError(
                    f"/pledges/{index}/code", "code_repeated", "Each pledge of a charter has its own code."
                )
            )
        seen.add(pledge["code"])
    if faults:
        raise CharterUnsound("The charter's pledges do not hold.", errors=faults)
