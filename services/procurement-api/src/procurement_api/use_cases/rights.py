"""Whose tender, bid, agreement or plan it is: what others may not know of is not there for them."""

from __future__ import annotations

from sqlalchemy import RowMapping

from cdp_common.kernel.errors import Forbidden, NotFound
from cdp_common.web.caller import Caller

AGREEMENTS_SCOPE = "agreements:read"


class TenderNotFound(NotFound):
    """No tender that the caller may see has this id."""

    code = "tender_not_found"
    title = "There is no such tender"


class BidNotFound(NotFound):
    """No bid that the caller may see has this id."""

    code = "bid_not_found"
    title = "There is no such bid"


class EvaluatorNotFound(NotFound):
    """Nobody of the tender's panel has this id."""

    code = "evaluator_not_found"
    title = "There is nobody of the panel with this id"


class AgreementNotFound(NotFound):
    """No agreement that the caller may see has this id."""

    code = "agreement_not_found"
    title = "There is no such agreement"


class PlanNotFound(NotFound):
    """No plan that the caller may see has this id."""

    code = "plan_not_found"
    title = "There is no such plan"


class NotTheBuyer(Forbidden):
    """Only the buyer of the tender may do this."""

    code = "not_the_buyer"
    title = "The caller does not act for the tender's buyer"


class NotTheCommissioner(Forbidden):
    """Only the commissioner of the agreement may do this."""

    code = "not_the_commissioner"
    title = "The caller does not act for the agreement's commissioner"


class BuyerIsBidder(Forbidden):
    """A buyer does not bid for its own tender."""

    code = "buyer_is_bidder"
    title = "The buyer does not bid for its own tender"


def sees_drafts(caller: Caller) -> bool:
    """Whether the caller may read its own organisation's tenders before they are published."""
    return caller.has_scope("tenders:read") or caller.has_scope("tenders:write")


def is_visible(caller: Caller | None, tender: RowMapping) -> bool:
    """Whether the caller may read the tender: what was never published is its buyer's alone."""
    if tender["published_at"] is not None:
        return True
    return caller is not None and _buys(caller, tender) and sees_drafts(caller)


def visible_tender(caller: Caller | None, tender: RowMapping | None) -> RowMapping:
    """The tender if the caller may read it."""
    if tender is None or not is_visible(caller, tender):
        raise TenderNotFound("No tender has this id.")
    return tender


def own_tender(caller: Caller, tender: RowMapping | None) -> RowMapping:
    """The tender if the caller acts for its buyer."""
    found = _found(caller, tender)
    if not _buys(caller, found):
        raise NotTheBuyer("Only the buyer of the tender may do this.")
    return found


def tender_to_bid_for(caller: Caller, tender: RowMapping | None) -> RowMapping:
    """The tender if the caller may bid for it."""
    found = _found(caller, tender)
    if _buys(caller, found):
        raise BuyerIsBidder("The caller acts for the tender's buyer.")
    return found


def _found(caller: Caller, tender: RowMapping | None) -> RowMapping:
    if tender is None or (tender["published_at"] is None and not _buys(caller, tender)):
        raise TenderNotFound("No tender has this id.")
    return tender


def _buys(caller: Caller, tender: RowMapping) -> bool:
    return bool(tender["buyer_organisation_id"] == caller.org)


def reads_as_bidder(caller: Caller, bid: RowMapping) -> bool:
    """Whether the bid is the caller's to read: its bidder's, or the portal's that submitted it."""
    return caller.org in (bid["tenderer_organisation_id"], bid["portal_organisation_id"])


def own_bid(caller: Caller, bid: RowMapping | None) -> RowMapping:
    """The bid if it is the caller's to read as its bidder or as the portal that submitted it."""
    if bid is None or not reads_as_bidder(caller, bid):
        raise BidNotFound("No bid of yours has this id.")
    return bid


def require_reads_agreements(caller: Caller) -> None:
    """Refuse who neither holds the scope for agreements and plans nor is one of the platform's services."""
    if not caller.is_internal:
        caller.requires_scope(AGREEMENTS_SCOPE)


def visible_agreement(caller: Caller, agreement: RowMapping | None) -> RowMapping:
    """The agreement if the caller is a party to it, or one of the platform's services."""
    if agreement is None or not (caller.is_internal or _is_party(caller, agreement)):
        raise AgreementNotFound("No agreement of yours has this id.")
    return agreement


def own_agreement(caller: Caller, agreement: RowMapping | None) -> RowMapping:
    """The agreement if the caller acts for its commissioner."""
    if agreement is None or not _is_party(caller, agreement):
        raise AgreementNotFound("No agreement of yours has this id.")
    if agreement["commissioner_organisation_id"] != caller.org:
        raise NotTheCommissioner("Only the commissioner may do this.")
    return agreement


def visible_plan(caller: Caller, plan: RowMapping | None) -> RowMapping:
    """The plan if it is the caller's organisation's, or the caller one of the platform's services."""
    if plan is None or not (caller.is_internal or plan["organisation_id"] == caller.org):
        raise PlanNotFound("No plan of yours has this id.")
    return plan


def own_plan(caller: Caller, plan: RowMapping | None) -> RowMapping:
    """The plan if it is the caller's organisation's."""
    if plan is None or plan["organisation_id"] != caller.org:
        raise PlanNotFound("No plan of yours has this id.")
    return plan


def _is_party(caller: Caller, agreement: RowMapping) -> bool:
    return caller.org in (
        agreement["commissioner_organisation_id"],
        agreement["deliverer_organisation_id"],
    )
