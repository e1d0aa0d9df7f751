"""Issues access tokens: for the client's own organisation, or for one that lets it act."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import TokenAnswer
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import ApiClient, Credential
from partners_api.domain.oauth_errors import InvalidRequest, InvalidTarget, OAuthRefused
from partners_api.domain.oauth_requests import (
    TYPE_ACCESS_TOKEN,
    DelegateTokenWanted,
    OwnTokenWanted,
    Proof,
)
from partners_api.domain.signing_keys import signing_at
from partners_api.domain.tokens import TokenGrant, claims_of, delegate_grant, own_grant
from partners_api.storage.delegations import find_live_delegation
from partners_api.storage.issued_tokens import IssuedToken, insert_issued_token
from partners_api.storage.role_grants import roles_held
from partners_api.storage.signing_keys import load_signing_keys
from partners_api.use_cases.authenticate_client import authenticate_client
from partners_api.use_cases.jose import sign_token
from partners_api.use_cases.token_issuer import TokenIssuer


@dataclass(frozen=True)
class SubjectToken:
    """What was read of a token that is good now: whose it is and for which organisations."""

    client_id: str
    organisation_id: UUID
    own_organisation_id: UUID


async def issue_token(
    database: Database,
    proof: Proof,
    wanted: OwnTokenWanted | DelegateTokenWanted,
    subject: SubjectToken | None,
    issuer: TokenIssuer,
    now: datetime,
) -> TokenAnswer:
    """The token; `subject` is the token offered in exchange, None when it is not good."""
    async with database.begin() as tx:
        client, credential = await authenticate_client(tx, proof, issuer, now)
        try:
            return await _issue(tx, client, credential, wanted, subject, issuer, now)
        except OAuthRefused as fault:
            refusal = fault
    # Raised after the commit: an assertion that came with a refused request is used up all the same.
    raise refusal


async def _issue(
    tx: AsyncConnection,
    client: ApiClient,
    credential: Credential,
    wanted: OwnTokenWanted | DelegateTokenWanted,
    subject: SubjectToken | None,
    issuer: TokenIssuer,
    now: datetime,
) -> TokenAnswer:
    role_grant_ids: tuple[UUID, ...] = ()
    if isinstance(wanted, OwnTokenWanted):
        held = await roles_held(tx, client.client_id)
        grant = own_grant(client, wanted.scopes, [(each.place_id, each.role) for each in held])
        role_grant_ids = tuple(each.id for each in held)
    else:
        grant = await _delegate_grant(tx, client, wanted, subject)
    token = IssuedToken(
        jti=new_id(),
        client_id=client.client_id,
        credential_id=credential.id,
        delegation_id=grant.delegation_id,
        role_grant_ids=role_grant_ids,
        issued_at=now,
        expires_at=now + issuer.token_lifetime,
    )
    await insert_issued_token(tx, token)
    return TokenAnswer(
        access_token=await _signed(tx, grant, token, issuer),
        expires_in=int(issuer.token_lifetime.total_seconds()),
        scope=" ".join(grant.scopes),
        issued_token_type=TYPE_ACCESS_TOKEN if isinstance(wanted, DelegateTokenWanted) else None,
    )


async def _delegate_grant(
    tx: AsyncConnection, client: ApiClient, wanted: DelegateTokenWanted, subject: SubjectToken | None
) -> TokenGrant:
    if subject is None or subject.client_id != client.client_id:
        raise InvalidRequest("subject_token is not a token of this client that is good now.")
    if subject.organisation_id != subject.own_organisation_id:
        raise InvalidRequest("subject_token must be the client's own: what was lent cannot be lent on.")
    delegation = await find_live_delegation(tx, wanted.organisation_id, client.organisation_id)
    if delegation is None:
        raise InvalidTarget("No delegation lets this client act for that organisation.")
    return delegate_grant(client, wanted.scopes, delegation)


async def _signed(tx: AsyncConnection, grant: TokenGrant, token: IssuedToken, issuer: TokenIssuer) -> str:
    key = signing_at(await load_signing_keys(tx), token.issued_at)
    claims = claims_of(
        grant,
        issuer=issuer.issuer,
        audience=issuer.audience,
        jti=token.jti,
        issued_at=token.issued_at,
        lifetime=issuer.token_lifetime,
    )
    return sign_token(key, issuer.secret_key(), claims)
