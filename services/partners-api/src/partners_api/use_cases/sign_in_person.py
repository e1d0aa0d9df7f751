"""Exchanges the identity token of an external provider for an access token of the person (RFC 8693)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import TokenAnswer
from cdp_common.db.database import Database
from partners_api.domain.clients import ApiClient, Credential
from partners_api.domain.delegations import Delegation
from partners_api.domain.identity_providers import Identity, IdentityProvider, check_identity
from partners_api.domain.oauth_errors import InvalidClient, InvalidRequest, InvalidTarget, OAuthRefused
from partners_api.domain.oauth_requests import TYPE_ACCESS_TOKEN, PersonTokenWanted, Proof
from partners_api.domain.persons import person_grant
from partners_api.storage.clients import load_client
from partners_api.storage.delegations import find_live_delegation
from partners_api.storage.identity_providers import find_provider
from partners_api.storage.person_roles import roles_of_person
from partners_api.storage.persons import find_person, keep_details
from partners_api.use_cases.authenticate_client import authenticate_client
from partners_api.use_cases.identity_tokens import signed_claims, subject_digest, unproven_parts
from partners_api.use_cases.provider_keys import ProviderKeys
from partners_api.use_cases.token_issuer import TokenIssuer
from partners_api.use_cases.write_token import write_token

_UNTRUSTED = "The identity token is of an issuer that is not trusted for that organisation."


async def sign_in_person(
    database: Database,
    proof: Proof,
    wanted: PersonTokenWanted,
    issuer: TokenIssuer,
    keys: ProviderKeys,
    now: datetime,
    *,
    is_live: bool,
) -> TokenAnswer:
    """The token of the person whom the identity token is about.

    The provider's keys are read between two transactions: nobody else is asked while one is open. So the
    second reads again what the first found.
    """
    async with database.begin() as tx:
        client, credential = await authenticate_client(tx, proof, issuer, now)
        try:
            stated_issuer, kid, algorithm = unproven_parts(wanted.id_token)
            provider = _trusted(await find_provider(tx, stated_issuer), is_live=is_live)
            refusal: OAuthRefused | None = None
        except OAuthRefused as fault:
            refusal = fault
    # Raised after the commit: an assertion that came with a refused request is used up all the same.
    if refusal is not None:
        raise refusal
    candidates = await keys.keys_for(provider, kid, now)
    claims = signed_claims(wanted.id_token, algorithm, provider.algorithms, candidates)
    identity = check_identity(claims, provider, client_id=client.client_id, nonce=wanted.nonce, now=now)
    async with database.begin() as tx:
        client = await _still_proven(tx, client, credential)
        return await _issue(tx, client, credential, wanted, identity, provider, issuer, now)


def _trusted(provider: IdentityProvider | None, *, is_live: bool) -> IdentityProvider:
    if provider is None or (is_live and provider.kind == "sandbox"):
        raise InvalidRequest(_UNTRUSTED)
    return provider


async def _still_proven(tx: AsyncConnection, client: ApiClient, credential: Credential) -> ApiClient:
    """The client, locked against revocation until the transaction ends."""
    found = await load_client(tx, client.client_id, for_token=True)
    known = found is not None and any(each.id == credential.id for each in found.credentials)
    if found is None or found.revoked_at is not None or not known:
        raise InvalidClient("The client was revoked, or its credential ended.")
    return found


async def _issue(
    tx: AsyncConnection,
    client: ApiClient,
    credential: Credential,
    wanted: PersonTokenWanted,
    identity: Identity,
    checked: IdentityProvider,
    issuer: TokenIssuer,
    now: datetime,
) -> TokenAnswer:
    target = wanted.organisation_id or client.organisation_id
    provider = await find_provider(tx, checked.issuer, for_token=True)
    if provider is None or provider.id != checked.id or not provider.is_trusted_for(target):
        raise InvalidTarget(_UNTRUSTED)
    delegation = await _delegation(tx, client, target)
    digest = subject_digest(issuer.secret_key(), provider.issuer, identity.subject)
    person = await find_person(tx, provider.issuer, digest)
    if person is None:
        raise InvalidTarget("The person has no role for that organisation.")
    roles = await roles_of_person(tx, person.id, organisation_id=target)
    grant = person_grant(client, wanted.scopes, person.id, roles, target, delegation)
    await keep_details(tx, person.id, identity.details, now)
    return await write_token(
        tx,
        grant,
        credential,
        tuple(role.id for role in roles),
        issuer,
        now,
        not_after=identity.expires_at,
        token_type=TYPE_ACCESS_TOKEN,
    )


async def _delegation(tx: AsyncConnection, client: ApiClient, target: UUID) -> Delegation | None:
    """What lends the organisation to the client, when it is not the client's own."""
    if target == client.organisation_id:
        return None
    delegation = await find_live_delegation(tx, target, client.organisation_id)
    if delegation is None:
        raise InvalidTarget("No delegation lets this client act for that organisation.")
    return delegation
