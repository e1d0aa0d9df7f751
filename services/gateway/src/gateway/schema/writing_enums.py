"""The enumerations of what is written through the graph, and of the proofs that come back."""

from __future__ import annotations

from enum import Enum

import strawberry

from gateway.schema.enums import described_value


@strawberry.enum(description="By which way value arises.")
class Route(Enum):
    """By which way value arises."""

    PROCUREMENT = described_value("procurement", "A contract.")
    OWN_ACTIVITY = described_value("own_activity", "The organisation's own activity.")
    GRANT = described_value("grant", "Grant funding.")
    PLANNING = described_value("planning", "A planning obligation.")
    CHARTER = described_value("charter", "A pledge under the Charter.")
    JOINT = described_value("joint", "A joint activity of several partners.")


@strawberry.enum(description="What was done to a bid.")
class BidAction(Enum):
    """What was done to a bid."""

    SUBMITTED = described_value("submitted", "A first version arrived.")
    REPLACED = described_value("replaced", "A further version arrived.")
    WITHDRAWN = described_value("withdrawn", "The bid was withdrawn.")
    RECONFIRMED = described_value("reconfirmed", "The bid was confirmed under amended terms.")


@strawberry.enum(description="How far a report has come.")
class ReportState(Enum):
    """How far a report has come."""

    SUBMITTED = described_value("submitted", "Sent, and to be looked at by a validator.")
    UNDER_REVIEW = described_value("under_review", "Being looked at by a validator.")
    RETURNED = described_value("returned", "Sent back to be corrected.")
    VALIDATED = described_value("validated", "Accepted by a validator, line by line.")
    REJECTED = described_value("rejected", "Rejected by a validator.")
    SUPERSEDED = described_value("superseded", "Taken over by a correction.")


@strawberry.enum(description="What a review of a line rests on.")
class EvidenceLevel(Enum):
    """What a review of a line rests on."""

    DECLARED = described_value("declared", "The reporter's own word.")
    DOCUMENTED = described_value("documented", "Documents that were seen.")
    INSPECTED = described_value("inspected", "What was seen on the spot.")


@strawberry.enum(description="How far a line of a report has come.")
class LineState(Enum):
    """How far a line of a report has come."""

    REPORTED = described_value("reported", "Reported, and not looked at yet.")
    VALIDATED = described_value("validated", "Accepted by somebody outside reporter and commissioner.")
    CONFIRMED = described_value("confirmed", "Confirmed by the commissioner.")
    REJECTED = described_value("rejected", "Rejected, with a reason.")
