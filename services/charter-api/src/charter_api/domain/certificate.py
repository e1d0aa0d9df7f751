"""What a certificate says: a W3C Verifiable Credential 2.0 that is an Open Badges 3.0 OpenBadgeCredential.

It names the organisation and never a person. Sources: VC Data Model 2.0, Securing Verifiable Credentials
using JOSE and COSE, Bitstring Status List 1.0 (W3C Recommendations, 2025); Open Badges 3.0 (1EdTech, 2024).
"""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict

Document = dict[str, Any]
StatusPurpose = Literal["revocation", "suspension"]

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]

LIST_ENTRIES = 131_072
"""Entries of one status list: 16 KiB of bits, the least that the recommendation allows (section 6.1)."""
STATUS_TTL_MS = 300_000
"""For how long a verifier may keep a status list."""

SAMPLE_TAG = "synthetic_sample"
"""The achievement's `tag` (Open Badges 3.0, Achievement) of a sample: the value of `data_status` in REST."""
SAMPLE_NOTE = "This is an invented sample: it certifies nobody."
"""What a sample says in words, where wallets and displays show it."""

_STATES_OF_PURPOSE: dict[StatusPurpose, frozenset[str]] = {
    "revocation": frozenset({"withdrawn", "merged"}),
    "suspension": frozenset({"suspended"}),
}


class CertificateNotInForce(Conflict):
    """A certificate is given out while the signature is in force; earlier ones tell by their status."""

    code = "certificate_not_in_force"
    title = "The signature is not in force, so there is no certificate"


@dataclass(frozen=True)
class Addresses:
    """Where outsiders read what belongs to a place's certificates."""

    base: str

    def issuer(self, place_id: UUID) -> str:
        """The issuer's own description, with its keys."""
        return f"{self.base}/v1/places/{place_id}/issuer"

    def key(self, place_id: UUID, kid: str) -> str:
        """One public key; the `kid` of what is signed with it."""
        return f"{self.base}/v1/places/{place_id}/certificate-keys/{kid}"

    def status_list(self, place_id: UUID, purpose: StatusPurpose, number: int) -> str:
        """One status list."""
        return f"{self.base}/v1/places/{place_id}/status-lists/{purpose}/{number}"

    def certificate(self, signature_id: UUID) -> str:
        """The certificate of a signature."""
        return f"{self.base}/v1/signatures/{signature_id}/certificate"

    def charter(self, charter_id: UUID) -> str:
        """The version of the Charter that was signed."""
        return f"{self.base}/v1/charters/{charter_id}"


@dataclass(frozen=True)
class Certified:
    """What a certificate is about: a signature in one of its periods."""

    signature_id: UUID
    place_id: UUID
    charter_id: UUID
    charter_title: str
    charter_version: str
    pledge_titles: tuple[str, ...]
    organisation_id: UUID
    organisation_name: str
    issuer_name: str
    certified_from: date
    """The first day of the period, or of the present level where that came later."""
    expires_on: date
    period: int
    status_number: int
    """Where the status lists keep its bit: another one for each level that the signature goes to."""
    levels: tuple[tuple[str, str], ...]
    """Code and name of each level of the charter version, the first one first."""
    level: str | None
    is_sample: bool
    """Whether the signature or the Charter is an invented sample."""


def credential_of(certified: Certified, at: Addresses) -> Document:
    """The credential: valid from the first second of the period to its last, and where its status is.

    A sample says so in its name and description, and in the achievement's description and `tag`: terms of
    the two contexts, which every reader of Open Badges knows. A level is the achievement's result (Open
    Badges 3.0, ResultDescription and Result).
    """
    credential = _plain_credential(certified, at)
    if certified.level is not None:
        _state_level(credential["credentialSubject"], certified, at)
    if certified.is_sample:
        achievement = credential["credentialSubject"]["achievement"]
        credential["name"] = f"Sample: {credential['name']}"
        credential["description"] = SAMPLE_NOTE
        achievement["description"] += f" {SAMPLE_NOTE}"
        achievement["tag"] = [SAMPLE_TAG]
    return credential


def _credential_id(certified: Certified, at: Addresses) -> str:
    """One id for each period and, within it, for each level that was gone to."""
    level = "" if certified.level is None else f"-{certified.level}-{certified.status_number}"
    return f"{at.certificate(certified.signature_id)}#period-{certified.period}{level}"


def _state_level(subject: Document, certified: Certified, at: Addresses) -> None:
    levels = f"{at.charter(certified.charter_id)}#level"
    subject["achievement"]["resultDescription"] = [
        {
            "id": levels,
            "type": ["ResultDescription"],
            "name": "Level",
            "resultType": "RubricCriterionLevel",
            "rubricCriterionLevel": [
                {"id": f"{levels}-{code}", "type": ["RubricCriterionLevel"], "name": name}
                for code, name in certified.levels
            ],
        }
    ]
    subject["result"] = [
        {"type": ["Result"], "resultDescription": levels, "achievedLevel": f"{levels}-{certified.level}"}
    ]


def _plain_credential(certified: Certified, at: Addresses) -> Document:
    number, index = divmod(certified.status_number, LIST_ENTRIES)
    return {
        "@context": CONTEXTS,
        "id": _credential_id(certified, at),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{certified.organisation_name}: {certified.charter_title}",
        "issuer": {
            "id": at.issuer(certified.place_id),
            "type": ["Profile"],
            "name": certified.issuer_name,
        },
        "validFrom": _written(_first_second(certified.certified_from)),
        "validUntil": _written(_last_second(certified.expires_on)),
        "credentialSubject": {
            "id": certified.organisation_id.urn,
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "identityHash": certified.organisation_name,
                    "hashed": False,
                }
            ],
            "achievement": {
                "id": at.charter(certified.charter_id),
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": certified.charter_title,
                "version": certified.charter_version,
                "description": f"Signatory of {certified.charter_title} ({certified.charter_version}).",
                "criteria": {
                    "id": at.charter(certified.charter_id),
                    "narrative": "The Charter offers these pledges: "
                    + "; ".join(certified.pledge_titles)
                    + ".",
                },
            },
        },
        "credentialStatus": [
            _status_entry(at.status_list(certified.place_id, purpose, number), purpose, index)
            for purpose in _STATES_OF_PURPOSE
        ],
    }


def _status_entry(address: str, purpose: StatusPurpose, index: int) -> Document:
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def claims_of(credential: Document) -> Document:
    """The credential with the registered claims that say the same (Open Badges 3.0, JWT payload)."""
    claims: Document = {
        **credential,
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "nbf": _seconds(credential["validFrom"]),
        "sub": credential["credentialSubject"]["id"],
    }
    if "validUntil" in credential:
        claims["exp"] = _seconds(credential["validUntil"])
    return claims


def status_list_of(
    place_id: UUID,
    purpose: StatusPurpose,
    number: int,
    states: Mapping[int, str],
    issuer_name: str,
    day: date,
    at: Addresses,
) -> Document:
    """The status list credential: the bit of each register number whose signature is so on the day."""
    wanted = _STATES_OF_PURPOSE[purpose]
    indices = [entry % LIST_ENTRIES for entry, state in states.items() if state in wanted]
    address = at.status_list(place_id, purpose, number)
    return {
        "@context": CONTEXTS[:1],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": at.issuer(place_id), "name": issuer_name},
        "validFrom": _written(_first_second(day)),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_bits(indices),
            "ttl": STATUS_TTL_MS,
        },
    }


def encoded_bits(indices: Collection[int]) -> str:
    """The bits of a list, index 0 leftmost: gzipped, base64url without padding, as Multibase (`u`)."""
    bits = bytearray(LIST_ENTRIES // 8)
    for index in indices:
        bits[index // 8] |= 0x80 >> index % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + urlsafe_b64encode(packed).rstrip(b"=").decode()


def issuer_document(place_id: UUID, name: str, kids: Mapping[str, Document], at: Addresses) -> Document:
    """Who issues, and the keys that its certificates are verified with: an Open Badges profile and a
    controlled identifier document in one."""
    address = at.issuer(place_id)
    methods = [
        {"id": at.key(place_id, kid), "type": "JsonWebKey", "controller": address, "publicKeyJwk": jwk}
        for kid, jwk in kids.items()
    ]
    return {
        "@context": [*CONTEXTS, "https://www.w3.org/ns/cid/v1"],
        "id": address,
        "type": ["Profile"],
        "name": name,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _first_second(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _last_second(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
