"""Writes a token down, so that it can be taken back, and signs it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import TokenAnswer
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import ApiClient, Credential
from partners_api.domain.oauth_errors import UnauthorizedClient
from partners_api.domain.persons import Person
from partners_api.domain.scopes import PERSONS_ASSERT
from partners_api.domain.signing_keys import signing_at
from partners_api.domain.tokens import TokenGrant, claims_of
from partners_api.storage.issued_tokens import IssuedToken, insert_issued_token
from partners_api.storage.persons import keep_person
from partners_api.storage.signing_keys import load_signing_keys
from partners_api.use_cases.identity_tokens import subject_digest
from partners_api.use_cases.jose import sign_token
from partners_api.use_cases.token_issuer import TokenIssuer


async def write_token(
    tx: AsyncConnection,
    grant: TokenGrant,
    credential: Credential,
    role_ids: tuple[UUID, ...],
    issuer: TokenIssuer,
    now: datetime,
    *,
    not_after: datetime | None = None,
    token_type: str | None = None,
) -> TokenAnswer:
    """The answer with the token; it ends with its lifetime, or at `not_after` if that is earlier."""
    expires_at = now + issuer.token_lifetime
    if not_after is not None:
        expires_at = min(expires_at, not_after)
    token = IssuedToken(
        jti=new_id(),
        client_id=grant.client_id,
        credential_id=credential.id,
        delegation_id=grant.delegation_id,
        role_grant_ids=role_ids,
        person_id=grant.person_id,
        issued_at=now,
        expires_at=expires_at,
    )
    await insert_issued_token(tx, token)
    key = signing_at(await load_signing_keys(tx), now)
    claims = claims_of(
        grant,
        issuer=issuer.issuer,
        audience=issuer.audience,
        jti=token.jti,
        issued_at=now,
        lifetime=expires_at - now,
    )
    return TokenAnswer(
        access_token=sign_token(key, issuer.secret_key(), claims),
        expires_in=int((expires_at - now).total_seconds()),
        scope=" ".join(grant.scopes),
        issued_token_type=token_type,
    )


async def with_asserted_user(
    tx: AsyncConnection,
    grant: TokenGrant,
    client: ApiClient,
    user: str | None,
    issuer: TokenIssuer,
    now: datetime,
) -> TokenGrant:
    """The grant, naming by number the user whom a trusted portal says to sit at it.

    The same user of the same portal is the same number again, so that rules which compare people see it.
    """
    if user is None:
        return grant
    if PERSONS_ASSERT not in client.scopes:
        raise UnauthorizedClient(f"asserted_user needs the scope {PERSONS_ASSERT}, which the operator gives.")
    portal = client.organisation_id
    fresh = Person(new_id(), None, portal, portal, now, None)
    digest = subject_digest(issuer.secret_key(), str(portal), user)
    person = await keep_person(tx, fresh, digest)
    return replace(grant, person_id=person.id, person_asserted=True)
