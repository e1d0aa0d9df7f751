"""Contracts of partners-api: places, memberships, Statement of Intent, clients and tokens.

Those of organisations are in `organisations`, and of people in `persons`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DataStatus, GbpText, LongText, ShortText, Slug, Url
from cdp_common.contracts.organisations import Identifier as Identifier
from cdp_common.contracts.organisations import Organisation as Organisation
from cdp_common.contracts.organisations import OrganisationChange as OrganisationChange
from cdp_common.contracts.organisations import OrganisationChanged as OrganisationChanged
from cdp_common.contracts.organisations import OrganisationDraft as OrganisationDraft
from cdp_common.contracts.organisations import OrganisationKind as OrganisationKind
from cdp_common.contracts.organisations import OrganisationState as OrganisationState

PlaceRole = Literal["officer", "evaluator", "moderator", "validator", "programme_manager", "signatory"]
MembershipRole = Literal["lead", "partner"]


# ------------------------------------------------------------------ places and the collective
class NamedItem(Contract):
    """A coded, titled item of a programme: an objective, a commitment, a phase."""

    code: Code
    title: ShortText
    description: LongText | None = None


class PriorTotal(Contract):
    """A total made elsewhere, shown beside the four figures and never inside them."""

    label: ShortText
    amount_gbp: GbpText
    period_text: ShortText
    publisher: ShortText
    method_text: ShortText
    validated_by: ShortText | None = None
    url: Url | None = None
    note: ShortText = "not recomputable here"


class PlaceDraft(Contract):
    """A place and its programme as data."""

    slug: Slug
    name: ShortText
    gss_code: Annotated[str, Field(pattern=r"^[A-Z][0-9]{8}$")] | None = None
    objectives: Annotated[list[NamedItem], Field(max_length=50)] = []
    commitments: Annotated[list[NamedItem], Field(max_length=50)] = []
    phases: Annotated[list[NamedItem], Field(max_length=50)] = []
    prior_totals: Annotated[list[PriorTotal], Field(max_length=20)] = []
    need_index: Slug | None = None  # the index of deprivation that its need bands use
    source: ShortText


class Place(PlaceDraft):
    """A place with its id."""

    id: UUID
    created_at: datetime


class MembershipDraft(Contract):
    """An organisation's membership of a place's collective from a date on."""

    organisation_id: UUID
    role: MembershipRole = "partner"
    valid_from: date
    valid_to: date | None = None  # last day inclusive; null while it lasts
    named_totals_agreed: bool = False  # the partner agreed that its own totals are named
    assumed: bool = False  # the dates are assumed, not from a record
    source: ShortText


class Membership(Contract):
    """A membership; lists are ordered by organisation name: a collective, not a league."""

    id: UUID
    place_id: UUID
    organisation: Organisation
    role: MembershipRole
    valid_from: date
    valid_to: date | None
    named_totals_agreed: bool
    assumed: bool
    source: str
    end_source: str | None = None  # where the last day is known from, if it was set later


class MembershipEnd(Contract):
    """The last day of a membership."""

    valid_to: date
    source: ShortText


class StatementDraft(Contract):
    """A version of the Statement of Intent."""

    version: Code
    title: ShortText
    text: LongText
    commitments: list[Code]
    source: ShortText
    data_status: DataStatus = "actual"


class Statement(StatementDraft):
    """A published, immutable version of the Statement with its signatures."""

    id: UUID
    place_id: UUID
    published_at: datetime
    signatures: list[StatementSignature] = []


class SignedCommitment(Contract):
    """A commitment of the Statement that a partner made its own, perhaps in words of its own."""

    code: Code
    words: ShortText | None = None


class StatementSignatureDraft(Contract):
    """One organisation's signature, named by role: no person's name is needed for the public record."""

    signed_on: date
    signed_by_role: ShortText  # e.g. Chief Executive
    assumed: bool = False
    commitments: Annotated[list[SignedCommitment], Field(max_length=50)] | None = None
    # absent: everything that the statement names


class StatementSignature(Contract):
    """Who signed the Statement and when."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    signed_on: date
    signed_by_role: str
    assumed: bool
    commitments: list[SignedCommitment] = []  # what it committed to


Statement.model_rebuild()


# ------------------------------------------------------------------ clients, roles, delegation, tokens
class RegistrationRequest(Contract):
    """Self-registration of an organisation with its first API client."""

    organisation: OrganisationDraft
    client_name: ShortText
    public_jwk: dict[str, Any] | None = None  # for private_key_jwt; otherwise a secret is made


class ClientCredential(Contract):
    """A secret or public key in force: at most two, so that one can take over from the other."""

    id: UUID
    created_at: datetime
    key_thumbprint: str | None = None  # RFC 7638, for a public key
    client_secret: str | None = None  # shown once, in the answer that made it


class ClientCredentialDraft(Contract):
    """A further credential: the public key for a client with keys, nothing for one with secrets."""

    public_jwk: dict[str, Any] | None = None


class ApiClient(Contract):
    """An API client of an organisation. The secret is shown once, at creation."""

    client_id: str
    name: str
    organisation_id: UUID
    scopes: list[str]
    authentication: Literal["client_secret_basic", "private_key_jwt"]
    client_secret: str | None = None
    created_at: datetime
    revoked_at: datetime | None = None
    credentials: list[ClientCredential] = []


class Registration(Contract):
    """The answer to a registration."""

    organisation: Organisation
    client: ApiClient


class ClientDraft(Contract):
    """A further client for an organisation."""

    organisation_id: UUID
    name: ShortText
    scopes: Annotated[list[Annotated[str, Field(max_length=90)]], Field(max_length=60)]
    public_jwk: dict[str, Any] | None = None


class RoleGrantDraft(Contract):
    """A role in a place, given to one API client."""

    client_id: ShortText
    place_id: UUID
    role: PlaceRole


class RoleGrant(RoleGrantDraft):
    """A role held."""

    id: UUID
    granted_at: datetime
    ended_at: datetime | None = None


class DelegationDraft(Contract):
    """Allows another organisation to act for the caller's, for stated scopes, until revoked."""

    delegate_organisation_id: UUID
    scopes: Annotated[list[Annotated[str, Field(max_length=90)]], Field(min_length=1, max_length=60)]


class Delegation(DelegationDraft):
    """A delegation in force unless `revoked_at` is set."""

    id: UUID
    organisation_id: UUID
    created_at: datetime
    revoked_at: datetime | None = None


class TokenAnswer(Contract):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a token type
    expires_in: int
    scope: str
    issued_token_type: str | None = None  # RFC 8693


class Revocation(Contract):
    """A revoked client (tokens issued up to that moment) or a single token by its jti."""

    position: int
    kind: Literal["client", "token"]
    value: str
    revoked_at: datetime
    expires_at: datetime


class RevocationPage(Contract):
    """Revocations after a position, in order."""

    items: list[Revocation]
    next_after: int


class OAuthError(Contract):
    """RFC 6749 section 5.2."""

    error: str
    error_description: str


class JwkSet(Contract):
    """The public keys with which access tokens are signed (RFC 7517)."""

    keys: list[dict[str, Any]]


class AuthorizationServer(Contract):
    """What the authorisation server offers (RFC 8414)."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    service_documentation: str


# ------------------------------------------------------------------ event payloads
class PlaceCreated(Contract):
    """Payload of `place.created`."""

    place_id: UUID
    place_slug: Slug
    name: str


class StatementPublished(Contract):
    """Payload of `statement.published`."""

    statement_id: UUID
    place_id: UUID
    version: Code


class StatementSigned(Contract):
    """Payload of `statement.signed`."""

    signature_id: UUID
    statement_id: UUID
    place_id: UUID
    organisation_id: UUID
    signed_on: date


class ClientChanged(Contract):
    """Payload of `client.created`, `.changed`, `.revoked`, `.credential_added`, `.credential_ended`."""

    client_id: str
    organisation_id: UUID


class RoleChanged(Contract):
    """Payload of `role.granted` and `role.ended`."""

    role_grant_id: UUID
    client_id: str
    organisation_id: UUID
    place_id: UUID
    role: PlaceRole


class DelegationChanged(Contract):
    """Payload of `delegation.created` and `delegation.revoked`."""

    delegation_id: UUID
    organisation_id: UUID
    delegate_organisation_id: UUID
    scopes: list[str]


class MembershipChanged(Contract):
    """Payload of `membership.started` and `membership.ended`."""

    membership_id: UUID
    place_id: UUID
    place_slug: Slug
    organisation_id: UUID
    organisation_name: str
    role: MembershipRole
    valid_from: date
    valid_to: date | None
    named_totals_agreed: bool
    data_status: DataStatus
