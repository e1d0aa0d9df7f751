"""Providers at which people sign in, and what an identity token must say (OpenID Connect Core 1.0)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from partners_api.domain.oauth_errors import InvalidRequest
from partners_api.domain.persons import PersonDetails

ProviderKind = Literal["external", "sandbox"]

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA")
"""Signatures with public keys alone: with a shared secret a client could sign for its users."""

CLOCK_SKEW = timedelta(seconds=30)
MAX_SUBJECT_CHARS = 255
MAX_NAME_CHARS = 300


class ProviderUnknown(NotFound):
    """There is no identity provider of that id."""

    code = "identity_provider_not_found"
    title = "There is no such identity provider"


class ProviderNotRecorded(InvalidInput):
    """The input names an identity provider that is not recorded, or is trusted no more."""

    code = "identity_provider_unknown"
    title = "The named identity provider is not recorded"


class IssuerTaken(Conflict):
    """A provider with this issuer is trusted already; end it before another takes its place."""

    code = "issuer_taken"
    title = "A provider with this issuer is trusted already"


class ProviderUnusable(InvalidInput):
    """The description of the provider breaks a rule; `errors` says where."""

    code = "identity_provider_unusable"
    title = "The identity provider cannot be trusted as described"


class SandboxProviderRefused(Forbidden):
    """A sandbox's provider signs whatever it is asked to: live trusts none."""

    code = "sandbox_provider_refused"
    title = "Live trusts no sandbox provider"


@dataclass(frozen=True)
class Audience:
    """A name under which the provider knows us, and the clients that may come with its tokens (none: any)."""

    audience: str
    client_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class IdentityProvider:
    """A provider in force unless `ended_at` is set; trusted for some organisations, or for all."""

    id: UUID
    name: str
    kind: ProviderKind
    issuer: str
    audiences: tuple[Audience, ...]
    jwks_uri: str | None
    jwks: Mapping[str, Any] | None
    algorithms: tuple[str, ...]
    subject_claim: str
    trusted_for_all: bool
    organisation_ids: frozenset[UUID]
    created_at: datetime
    ended_at: datetime | None

    def is_trusted_for(self, organisation_id: UUID) -> bool:
        """Whether it may say who acts for the organisation."""
        return self.trusted_for_all or organisation_id in self.organisation_ids


@dataclass(frozen=True)
class Identity:
    """Whom a checked identity token is about, and until when it says so."""

    subject: str = field(repr=False)
    details: PersonDetails
    expires_at: datetime


def require_usable(provider: IdentityProvider, *, is_live: bool) -> None:
    """Refuse a provider that could not be believed, or not in this deployment."""
    if is_live and provider.kind == "sandbox":
        raise SandboxProviderRefused("A sandbox provider is trusted in the sandbox alone.")
    errors = [
        FieldError(f"/algorithms/{index}", "algorithm_not_offered", f"one of {' '.join(ALGORITHMS)}")
        for index, algorithm in enumerate(provider.algorithms)
        if algorithm not in ALGORITHMS
    ]
    if provider.jwks_uri is not None and provider.jwks is not None:
        errors.append(FieldError("/jwks", "keys_stated_twice", "state jwks or jwks_uri, not both"))
    if provider.trusted_for_all and provider.organisation_ids:
        errors.append(
            FieldError("/organisation_ids", "trust_stated_twice", "all organisations include these")
        )
    if not provider.trusted_for_all and not provider.organisation_ids:
        errors.append(FieldError("/organisation_ids", "trust_not_stated", "name an organisation"))
    if is_live:
        for name, address in (("issuer", provider.issuer), ("jwks_uri", provider.jwks_uri)):
            if address is not None and urlsplit(address).scheme != "https":
                errors.append(FieldError(f"/{name}", "https_needed", "live believes https alone"))
    if errors:
        raise ProviderUnusable("The provider's description breaks rules; see errors.", errors=errors)


def check_identity(
    claims: Mapping[str, Any], provider: IdentityProvider, *, client_id: str, nonce: str | None, now: datetime
) -> Identity:
    """The identity that the claims of a token state whose signature holds.

    Checks what OpenID Connect Core 1.0 section 3.1.3.7 asks of a client: issuer, audience, authorised party,
    times, and the nonce where the client says which one it had sent.
    """
    if claims.get("iss") != provider.issuer:
        raise InvalidRequest("The identity token is of another issuer.")
    _require_audience(claims, provider.audiences, client_id)
    expires_at = _moment(claims, "exp")
    if expires_at <= now:
        raise InvalidRequest("The identity token is over.")
    if _moment(claims, "iat") - now > CLOCK_SKEW:
        raise InvalidRequest("iat of the identity token lies in the future.")
    if "nbf" in claims and _moment(claims, "nbf") - now > CLOCK_SKEW:
        raise InvalidRequest("nbf of the identity token lies in the future.")
    if nonce is not None and claims.get("nonce") != nonce:
        raise InvalidRequest("The identity token does not carry the nonce that was sent.")
    subject = claims.get(provider.subject_claim)
    if (
        not isinstance(subject, str)
        or not 1 <= len(subject) <= MAX_SUBJECT_CHARS
        or not subject.isprintable()
    ):
        raise InvalidRequest(f"The identity token has no usable {provider.subject_claim}.")
    return Identity(subject, PersonDetails(_words(claims, "name"), _words(claims, "email")), expires_at)


def _require_audience(claims: Mapping[str, Any], audiences: Sequence[Audience], client_id: str) -> None:
    """Refuse a token that was made for others, or also for others, or for another of our clients."""
    stated = claims.get("aud")
    named = [stated] if isinstance(stated, str) else stated
    known = {each.audience: each.client_ids for each in audiences}
    if not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named):
        raise InvalidRequest("The identity token names no audience.")
    if not set(named) <= set(known):
        raise InvalidRequest("The identity token is meant for others.")
    party = claims.get("azp")
    if party is None and len(named) > 1:
        raise InvalidRequest("An identity token with several audiences must name its authorised party.")
    if party is not None and party not in named:
        raise InvalidRequest("The authorised party of the identity token is another.")
    presenters = known[named[0] if party is None else party]
    if presenters and client_id not in presenters:
        raise InvalidRequest("The identity token was made for another client.")


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequest(f"{name} of the identity token is missing or no number.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise InvalidRequest(f"{name} of the identity token is not a moment.") from fault


def _words(claims: Mapping[str, Any], name: str) -> str | None:
    """A claim that is kept if it can be: nothing depends on it."""
    value = claims.get(name)
    usable = isinstance(value, str) and 1 <= len(value) <= MAX_NAME_CHARS and value.isprintable()
    return str(value) if usable else None
