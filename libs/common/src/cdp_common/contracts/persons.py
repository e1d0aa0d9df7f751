"""Contracts of partners-api about people: providers at which they sign in, persons and their roles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, ShortText, Url
from cdp_common.contracts.partners import PlaceRole

ProviderKind = Literal["external", "sandbox"]
SignatureAlgorithm = Literal["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"]
ClaimName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_:/.-]+$")]
Subject = Annotated[str, Field(min_length=1, max_length=255)]


# ------------------------------------------------------------------ identity providers
class ProviderAudience(Contract):
    """A client id that the provider gave us, and which of our clients may bring its tokens (none: any)."""

    audience: Annotated[str, Field(min_length=1, max_length=255)]
    client_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=20)
    ] = []


class IdentityProviderDraft(Contract):
    """An OpenID Connect provider whose identity tokens are exchanged for access tokens."""

    name: ShortText
    kind: ProviderKind = "external"  # live trusts no sandbox provider
    issuer: Url  # exactly as the `iss` of its tokens
    audiences: Annotated[list[ProviderAudience], Field(min_length=1, max_length=20)]
    jwks_uri: Url | None = None  # absent: the one that its discovery document names
    jwks: dict[str, Any] | None = None  # its public keys themselves, instead of an address
    algorithms: Annotated[list[SignatureAlgorithm], Field(min_length=1, max_length=6)] = ["RS256"]
    subject_claim: ClaimName = "sub"
    trusted_for_all: bool = False
    organisation_ids: Annotated[list[UUID], Field(max_length=200)] = []  # for whom its people may act


class IdentityProvider(IdentityProviderDraft):
    """A provider, trusted unless `ended_at` is set."""

    id: UUID
    created_at: datetime
    ended_at: datetime | None = None


# ------------------------------------------------------------------ people
class PersonDraft(Contract):
    """Somebody who signs in at a provider, so that roles can be given before they first do."""

    issuer: Url  # of a provider that is trusted
    subject: Subject  # what the provider calls them; kept as a keyed digest alone
    name: ShortText | None = None
    email: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None


class PersonRoleDraft(Contract):
    """A role of a person for an organisation in a place."""

    person_id: UUID
    organisation_id: UUID
    place_id: UUID
    role: PlaceRole


class PersonRole(PersonRoleDraft):
    """A role held unless `ended_at` is set."""

    id: UUID
    granted_at: datetime
    ended_at: datetime | None = None


class Person(Contract):
    """A person by number, with what names them while it is kept, and the roles held now."""

    id: UUID
    signs_in_at: str | None  # the issuer; null for a person whom only a portal asserts
    name: str | None
    email: str | None
    roles: list[PersonRole]
    created_at: datetime
    erased_at: datetime | None = None


# ------------------------------------------------------------------ event payloads
class PersonRoleChanged(Contract):
    """Payload of `person.role_granted` and `person.role_ended`: a number, never a name."""

    person_role_id: UUID
    person_id: UUID
    organisation_id: UUID
    place_id: UUID
    role: PlaceRole


class PersonErased(Contract):
    """Payload of `person.erased`: whoever keeps something that names this person removes it."""

    person_id: UUID
