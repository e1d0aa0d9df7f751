"""The events of charter-api: what is promised freely."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.contracts.base import Code, Contract
from cdp_common.contracts.commitments import CommitmentsEnded, CommitmentsMade
from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.signature_imports import SignatureEntryChanged


class CharterPublished(Contract):
    """Which version of a place's Charter it is."""

    charter_id: UUID
    version: str
    title: str


class SignatureChanged(Contract):
    """Whose signature of which Charter it is, and the days that the change is about.

    It names the organisation and never a person or a reason.
    """

    signature_id: UUID
    charter_id: UUID
    organisation_id: UUID
    organisation_name: str
    effective_on: date
    signed_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None
    level: Code | None = None  # at which the signature is
    merged_into: UUID | None = None  # the signature of the same organisation that stands instead


class CertificateKeyRotated(Contract):
    """The key with which a place's certificates are signed from now on."""

    place_id: UUID
    kid: str


_EVERYBODY = "everybody"
_SIGNATORY = "the signatory"
_NETWORK = "the network that entered it, and the organisation where it is known"


def _of_signature(kind: str, means: str, readers: str = _EVERYBODY) -> EventType:
    return EventType(f"signature.{kind}", "signature", SignatureChanged, means, readers)


EVENT_TYPES = (
    EventType(
        "charter.published", "charter", CharterPublished, "A version of a Charter was published.", _EVERYBODY
    ),
    _of_signature("signed", "An organisation signed a Charter."),
    _of_signature("renewed", "A signature was renewed for a further period."),
    _of_signature("level_changed", "A signatory went to another level of the Charter."),
    _of_signature("suspended", "A signature is suspended."),
    _of_signature("reinstated", "A suspended signature counts again."),
    _of_signature("withdrawn", "A signatory withdrew its signature."),
    _of_signature(
        "merged", "Records of its organisation were merged; another signature stands, with its pledges."
    ),
    _of_signature("lapsed", "A signature ran out and was not renewed."),
    _of_signature("renewal_due", "A signature runs out soon.", _SIGNATORY),
    EventType(
        "signature_entry.made",
        "signature_entry",
        SignatureEntryChanged,
        "A network entered a signature that its organisation has to confirm.",
        _NETWORK,
    ),
    EventType(
        "signature_entry.ended",
        "signature_entry",
        SignatureEntryChanged,
        "An entered signature was confirmed or declined, or ran out.",
        _NETWORK,
    ),
    EventType(
        "pledge.made",
        "pledge",
        CommitmentsMade,
        "A signatory pledged something that is measured; what has no target is no event.",
        _EVERYBODY,
    ),
    EventType("pledge.withdrawn", "pledge", CommitmentsEnded, "A pledge ended.", _EVERYBODY),
    EventType(
        "certificate_key.rotated",
        "certificate_keys",
        CertificateKeyRotated,
        "A place's certificates are signed with another key from now on.",
        _EVERYBODY,
    ),
)
