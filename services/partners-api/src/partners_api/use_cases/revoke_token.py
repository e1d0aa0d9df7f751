"""Takes back a token that its client no longer wants (RFC 7009)."""

from dataclasses import dataclass
from datetime import datetime

from cdp_common.db.database import Database
from partners_api.domain.oauth_errors import OAuthRefused, UnauthorizedClient
from partners_api.domain.oauth_requests import Proof
from partners_api.storage.revocations import revoke
from partners_api.use_cases.authenticate_client import authenticate_client
from partners_api.use_cases.token_issuer import TokenIssuer


@dataclass(frozen=True)
class TokenToRevoke:
    """What was read of a token that is good now."""

    client_id: str
    jti: str
    expires_at: datetime


async def revoke_token(
    database: Database, proof: Proof, token: TokenToRevoke | None, issuer: TokenIssuer, now: datetime
) -> None:
    """Revoke the token; one that is not good (None) needs no revoking, and that is no error."""
    async with database.begin() as tx:
        client, _ = await authenticate_client(tx, proof, issuer, now)
        refusal: OAuthRefused | None = None
        if token is not None and token.client_id != client.client_id:
            refusal = UnauthorizedClient("The token was issued to another client.")
        elif token is not None:
            await revoke(tx, "token", [(token.jti, token.expires_at)], now)
    # Raised after the commit: an assertion that came with a refused request is used up all the same.
    if refusal is not None:
        raise refusal
