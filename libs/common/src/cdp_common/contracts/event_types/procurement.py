"""The events of procurement-api: tenders, sealed bids, agreements, plans. None carries a sealed quantity."""

from __future__ import annotations

from cdp_common.contracts.after_opening import BidLeft, BidSuperseded
from cdp_common.contracts.amendments import TenderAmended
from cdp_common.contracts.assessments import SummariesTold
from cdp_common.contracts.base import Contract
from cdp_common.contracts.bids import BidChanged
from cdp_common.contracts.commitments import (
    CommitmentsEnded,
    CommitmentsMade,
    CommitmentsNovated,
    CommitmentsVaried,
)
from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.panels import ErasedEvaluator
from cdp_common.contracts.tenderers import PortalAppointmentChanged
from cdp_common.contracts.tenders import TenderChanged

_EVERYBODY = "everybody"
_BIDDER = "the bidder, or the portal that submitted for it"
_BID_SIDES = "the buyer, the bidder, and the portal that submitted for it"
_PARTIES = "both parties, and the platform's services"
_BUYER_AND_PORTAL = "the buyer and the portal"
_PARTNER = "the partner, and the platform's services"


def _of_tender(
    happened: str, means: str, data: type[Contract] = TenderChanged, readers: str = _EVERYBODY
) -> EventType:
    return EventType(f"tender.{happened}", "tender", data, means, readers)


EVENT_TYPES = (
    _of_tender("published", "A tender was published and takes bids."),
    _of_tender("amended", "A tender was amended; `bids_stand` says what becomes of bids.", TenderAmended),
    _of_tender("deadline_extended", "A tender's deadline moved later, and nothing else.", TenderAmended),
    _of_tender("opened", "A tender's bids were opened after the deadline."),
    _of_tender("evaluated", "A tender was evaluated, or evaluated anew."),
    _of_tender(
        "summaries_sent",
        "The assessment summaries of a tender or a lot were sent.",
        SummariesTold,
        "the buyer and the bidders",
    ),
    _of_tender("awarded", "A tender, or one of its lots, was awarded."),
    _of_tender("cancelled", "A tender was cancelled."),
    EventType("bid.received", "bid", BidChanged, "A version of a bid was received.", _BIDDER),
    EventType("bid.withdrawn", "bid", BidChanged, "A bid was withdrawn.", _BIDDER),
    EventType(
        "bid.removed", "bid", BidLeft, "A bid left the tender, or lots of it, after opening.", _BID_SIDES
    ),
    EventType(
        "bid.superseded",
        "bid",
        BidSuperseded,
        "Opening found a later bid of the same organisation, which stands in its place.",
        _BID_SIDES,
    ),
    EventType(
        "evaluator.erased",
        "evaluator",
        ErasedEvaluator,
        "Somebody of a tender's panel was erased: their name is gone, their scores stand.",
        "the buyer",
    ),
    EventType(
        "portal_appointment.made",
        "portal_appointment",
        PortalAppointmentChanged,
        "A buyer appointed a portal for a tender.",
        _BUYER_AND_PORTAL,
    ),
    EventType(
        "portal_appointment.revoked",
        "portal_appointment",
        PortalAppointmentChanged,
        "A portal's appointment was revoked.",
        _BUYER_AND_PORTAL,
    ),
    EventType(
        "agreement.signed",
        "agreement",
        CommitmentsMade,
        "An agreement holds, with these commitments.",
        _PARTIES,
    ),
    EventType(
        "agreement.varied",
        "agreement",
        CommitmentsVaried,
        "An agreement's commitments changed from a day on.",
        _PARTIES,
    ),
    EventType(
        "agreement.novated",
        "agreement",
        CommitmentsNovated,
        "Another organisation delivers an agreement from a day on.",
        f"{_PARTIES}, and the organisation that was a party",
    ),
    EventType(
        "agreement.terminated", "agreement", CommitmentsEnded, "An agreement ended before its time.", _PARTIES
    ),
    EventType(
        "plan.adopted",
        "plan",
        CommitmentsMade,
        "A partner adopted a plan of own activity, with these commitments.",
        _PARTNER,
    ),
    EventType(
        "plan.varied", "plan", CommitmentsVaried, "A plan's commitments changed from a day on.", _PARTNER
    ),
    EventType(
        "plan.withdrawn",
        "plan",
        CommitmentsEnded,
        "A plan ended before its time: its partner withdrew it, or left the collective.",
        _PARTNER,
    ),
)
