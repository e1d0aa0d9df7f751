"""What the operations of this service are about, subject by subject, in the order of its document."""

from collections.abc import Mapping
from types import MappingProxyType

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "charters": "Charters and their versions.",
        "signatures": "Who signed a Charter, with which pledges and at which level; renewal and end.",
        "register": "The public register of signatories.",
        "certificates": "Certificates of signatories (Open Badges) with their keys and status lists.",
    }
)
