"""How an organisation is verified: somebody vouches for it, or it proves a domain known to be its own."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, Unavailable
from cdp_common.kernel.identifiers import OrganisationIdentifier
from partners_api.domain.organisations import Organisation

VerificationMethod = Literal["vouched", "dns"]

CLAIM_LASTS = timedelta(days=30)
"""How long an identifier may be claimed by an organisation that nobody has verified."""
PROOF_LABEL = "_cdp-verification"
PROOF_PREFIX = "cdp-verification="


class AlreadyVerified(Conflict):
    """The organisation is verified; verifying it again changes nothing."""

    code = "already_verified"
    title = "The organisation is verified already"


class VerificationIncomplete(InvalidInput):
    """The method needs something that is not stated, or takes nothing that is."""

    code = "verification_incomplete"
    title = "The verification lacks what its method needs"


class DomainNotTied(InvalidInput):
    """No trusted record says that the domain belongs to whoever has one of the organisation's identifiers."""

    code = "domain_not_tied"
    title = "The domain is not known to belong to this identifier"


class DomainProofMissing(Conflict):
    """The domain does not carry the record that proves it."""

    code = "domain_proof_missing"
    title = "The DNS record is not there yet"


class DnsUnavailable(Unavailable):
    """The domain name system did not answer in time."""

    code = "dns_unavailable"
    title = "The domain could not be asked"
    retry_after_s = 30


@dataclass(frozen=True)
class Verification:
    """A verification with its grounds; `identifiers` are what the organisation owns by it."""

    id: UUID
    organisation_id: UUID
    method: VerificationMethod
    evidence: str | None
    domain: str | None
    identifiers: tuple[OrganisationIdentifier, ...]
    decided_at: datetime


def require_complete(method: VerificationMethod, evidence: str | None, domain: str | None) -> None:
    """Refuse a vouching without evidence or with a domain, and a proof without a domain."""
    needed: Mapping[VerificationMethod, tuple[str, str]] = {
        "vouched": ("evidence", "domain"),
        "dns": ("domain", "evidence"),
    }
    stated = {"evidence": evidence, "domain": domain}
    wanted, unwanted = needed[method]
    errors = []
    if stated[wanted] is None:
        errors.append(FieldError(f"/{wanted}", VerificationIncomplete.code, f"{method} needs it"))
    if stated[unwanted] is not None:
        errors.append(FieldError(f"/{unwanted}", VerificationIncomplete.code, f"{method} takes none"))
    if errors:
        raise VerificationIncomplete("See errors for what the method needs.", errors=errors)


def require_unverified(organisation: Organisation) -> None:
    """Refuse an organisation that is verified already."""
    if organisation.state == "verified":
        raise AlreadyVerified("The organisation is verified already.")


def proof_name(domain: str) -> str:
    """The name of the DNS record that proves the domain."""
    return f"{PROOF_LABEL}.{domain}"


def proof_value(key: bytes, organisation_id: UUID, domain: str) -> str:
    """What that record must say: a keyed digest, the same whenever it is asked for, and for nobody else."""
    digest = hmac.new(key, f"{organisation_id}\n{domain}".encode(), hashlib.sha256)
    return PROOF_PREFIX + digest.hexdigest()


def proven_identifiers(
    organisation: Organisation, domain: str, tied: Mapping[OrganisationIdentifier, Collection[str]]
) -> tuple[OrganisationIdentifier, ...]:
    """The organisation's identifiers to which trusted records tie the domain; refuses when there is none."""
    proven = tuple(each for each in organisation.identifiers if domain in tied.get(each, ()))
    if not proven:
        error = FieldError("/domain", DomainNotTied.code, "no trusted record ties it to an identifier stated")
        raise DomainNotTied("The domain is not known to belong to one of the identifiers.", errors=[error])
    return proven


def require_proof(records: Iterable[str], expected: str) -> None:
    """Refuse unless one of the domain's records is the expected one."""
    if not any(hmac.compare_digest(record.strip().encode(), expected.encode()) for record in records):
        raise DomainProofMissing("The TXT record is not there; it may take a while to be seen everywhere.")
