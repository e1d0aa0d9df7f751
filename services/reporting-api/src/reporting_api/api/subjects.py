"""What the operations of this service are about, subject by subject, in the order of its document."""

from collections.abc import Mapping
from types import MappingProxyType

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "obligations": "What has to be reported, by whom and by when.",
        "drafts": "Reports that are not submitted yet, and that only their organisation sees.",
        "reports": "Delivery as it is reported, checked and corrected; files, templates, conflicts.",
        "activities": "Joint activities, so that what several report is counted once.",
        "evidence": "Files that prove what is reported, and their erasure.",
        "people": "Cohorts of people who were helped, and what is published of them, naming nobody.",
        "collective value": "What a place's promises and deliveries add up to at any moment; the ledger.",
        "targets": "Targets of a place or an organisation, and how far they are reached.",
        "publications": "The published figures of a period: files, proofs, and the bridge to those before.",
        "exports": "Whole tables as files.",
        "performance": "Contract performance in the Open Contracting Data Standard.",
        "spend": "Published spending: import, matching of suppliers, what stays local.",
    }
)
