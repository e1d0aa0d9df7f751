"""Issues access tokens to clients: for their own organisation, or for one that lets them act."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import TokenAnswer
from cdp_common.db.database import Database
from partners_api.domain.clients import ApiClient, Credential
from partners_api.domain.oauth_errors import InvalidRequest, InvalidTarget, OAuthRefused
from partners_api.domain.oauth_requests import (
    TYPE_ACCESS_TOKEN,
    DelegateTokenWanted,
    OwnTokenWanted,
    Proof,
)
from partners_api.domain.tokens import TokenGrant, delegate_grant, own_grant
from partners_api.storage.delegations import find_live_delegation
from partners_api.storage.role_grants import roles_held
from partners_api.use_cases.authenticate_client import authenticate_client
from partners_api.use_cases.token_issuer import TokenIssuer
from partners_api.use_cases.write_token import with_asserted_user, write_token


@dataclass(frozen=True)
class SubjectToken:
    """What was read of a token that is good now: whose it is and for which organisations."""

    client_id: str
    organisation_id: UUID
    own_organisation_id: UUID
    person_id: UUID | None


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
    role_ids: tuple[UUID, ...] = ()
    if isinstance(wanted, OwnTokenWanted):
        held = await roles_held(tx, client.client_id)
        grant = own_grant(client, wanted.scopes, [(each.place_id, each.role) for each in held])
        role_ids, token_type = tuple(each.id for each in held), None
    else:
        grant, token_type = await _delegate_grant(tx, client, wanted, subject), TYPE_ACCESS_TOKEN
    grant = await with_asserted_user(tx, grant, client, wanted.asserted_user, issuer, now)
    return await write_token(tx, grant, credential, role_ids, issuer, now, token_type=token_type)


async def _delegate_grant(
    tx: AsyncConnection, client: ApiClient, wanted: DelegateTokenWanted, subject: SubjectToken | None
) -> TokenGrant:
    if subject is None or subject.client_id != client.client_id:
        raise InvalidRequest("subject_token is not a token of this client that is good now.")
    if subject.organisation_id != subject.own_organisation_id:
        raise InvalidRequest("subject_token must be the client's own: what was lent cannot be lent on.")
    if subject.person_id is not None:
        raise InvalidRequest("subject_token is a person's: exchange the identity token, or assert the user.")
    delegation = await find_live_delegation(tx, wanted.organisation_id, client.organisation_id)
    if delegation is None:
        raise InvalidTarget("No delegation lets this client act for that organisation.")
    return delegate_grant(client, wanted.scopes, delegation)
