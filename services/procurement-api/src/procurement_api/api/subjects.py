"""What the operations of this service are about, subject by subject, in the order of its document."""

from collections.abc import Mapping
from types import MappingProxyType

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "tenders": "Tenders with their terms, measures, amendments and response form.",
        "portals": "Which portals a buyer has appointed to submit for bidders.",
        "bids": "Sealed commitments, their receipts, and the log that is published at opening.",
        "panels": "Named evaluators, their interests, scores and moderation.",
        "evaluations": "What bids came to and why; clarifications, removals, awards, summaries for bidders.",
        "lots": "How far each lot is: decision, standstill, signature.",
        "agreements": "Contracts, call-offs, grants and planning obligations, and how they change and end.",
        "plans": "What a partner promises of its own activity, year by year.",
        "ocds": "Notices in the Open Contracting Data Standard, in and out.",
    }
)
