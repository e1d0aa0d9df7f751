"""Finds out which client calls the authorisation server, or refuses it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from partners_api.domain.clients import ApiClient, Credential, is_client_id, matching_secret
from partners_api.domain.oauth_errors import InvalidClient, InvalidRequest
from partners_api.domain.oauth_requests import AssertionProof, Proof, SecretProof
from partners_api.domain.tokens import check_assertion
from partners_api.storage.clients import load_client
from partners_api.storage.issued_tokens import use_assertion
from partners_api.use_cases.jose import read_assertion, unproven_client_id
from partners_api.use_cases.token_issuer import TokenIssuer

REFUSED = "The client is not known, was revoked, or did not prove itself."


async def authenticate_client(
    tx: AsyncConnection, proof: Proof, issuer: TokenIssuer, now: datetime
) -> tuple[ApiClient, Credential]:
    """The client, locked against revocation until the transaction ends, and the credential it used."""
    if isinstance(proof, SecretProof):
        return await _by_secret(tx, proof)
    return await _by_assertion(tx, proof, issuer, now)


async def _find(tx: AsyncConnection, client_id: str) -> ApiClient | None:
    # What cannot be an id is not asked for: the database could not even compare some of it.
    return await load_client(tx, client_id, for_token=True) if is_client_id(client_id) else None


async def _by_secret(tx: AsyncConnection, proof: SecretProof) -> tuple[ApiClient, Credential]:
    client = await _find(tx, proof.client_id)
    credential = matching_secret(proof.secret, client)
    if client is None or client.revoked_at is not None or credential is None:
        raise InvalidClient(REFUSED)
    return client, credential


async def _by_assertion(
    tx: AsyncConnection, proof: AssertionProof, issuer: TokenIssuer, now: datetime
) -> tuple[ApiClient, Credential]:
    client_id = unproven_client_id(proof.assertion)
    if proof.client_id not in (None, client_id):
        raise InvalidRequest("client_id differs from the one in the assertion.")
    client = await _find(tx, client_id)
    if client is None or client.revoked_at is not None:
        raise InvalidClient(REFUSED)
    claims, credential = read_assertion(proof.assertion, client)
    assertion = check_assertion(
        claims, client_id=client_id, audiences=(issuer.issuer, issuer.token_endpoint), now=now
    )
    if not await use_assertion(tx, client_id, assertion):
        raise InvalidClient("The assertion was used before: its jti must be new.")
    return client, credential
