"""Issues the tokens that are asked for most, those of clients with a secret for their own organisation.

Whoever asks while others are being served waits for the next round, and a round is one transaction for all in
it: what a token costs of the database is shared. Nothing is weaker for that: the clients are locked against
revocation until the round is committed, and everybody is judged alone.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cdp_common.contracts.partners import TokenAnswer
from cdp_common.db.database import Database, DatabaseBusy
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import ApiClient, is_client_id, matching_secret
from partners_api.domain.oauth_errors import InvalidClient, OAuthRefused
from partners_api.domain.oauth_requests import SecretProof
from partners_api.domain.roles import RoleGrant
from partners_api.domain.signing_keys import SigningKey, signing_at
from partners_api.domain.tokens import claims_of, own_grant
from partners_api.storage.issued_tokens import IssuedToken, insert_issued_tokens
from partners_api.storage.lock_clients import lock_clients
from partners_api.storage.signing_keys import load_signing_keys
from partners_api.use_cases.authenticate_client import REFUSED
from partners_api.use_cases.jose import sign_token
from partners_api.use_cases.token_issuer import TokenIssuer

MAX_ROUND = 64
MAX_WAITING = 2_000
KEYS_KEPT_FOR = timedelta(seconds=1)
"""How long the signing keys are remembered: a new one is announced for longer before it signs."""


@dataclass(frozen=True)
class _Asked:
    proof: SecretProof
    scopes: frozenset[str] | None
    now: datetime
    answer: asyncio.Future[TokenAnswer]


@dataclass
class TokenDesk:
    """Those who wait for a token, and the rounds in which they are served. One per process."""

    database: Database
    issuer: TokenIssuer
    _waiting: deque[_Asked] = field(default_factory=deque)
    _rounds: asyncio.Task[None] | None = None
    _keys: tuple[Sequence[SigningKey], datetime] | None = None

    async def issue(self, proof: SecretProof, scopes: frozenset[str] | None, now: datetime) -> TokenAnswer:
        """The token of the client that the secret proves; raises `OAuthRefused` for nobody else's sake."""
        if len(self._waiting) >= MAX_WAITING:
            raise DatabaseBusy("too many ask for tokens at this moment")
        asked = _Asked(proof, scopes, now, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._serve())
        return await asked.answer

    async def _serve(self) -> None:
        """Rounds until nobody waits any more."""
        try:
            while self._waiting:
                await asyncio.sleep(0)  # whoever has come meanwhile is served in the same round
                several = [self._waiting.popleft() for _ in range(min(MAX_ROUND, len(self._waiting)))]
                try:
                    await self._round(several)
                except Exception as fault:
                    # It is everybody's in the round: each request answers for it as for a fault of its own.
                    _settle(several, fault)
        finally:
            self._rounds = None

    async def _round(self, several: Sequence[_Asked]) -> None:
        """Serve these in one transaction; they get their tokens once it is committed."""
        served: list[tuple[_Asked, TokenAnswer | OAuthRefused]] = []
        async with self.database.begin() as tx:
            ids = {asked.proof.client_id for asked in several}
            known = await lock_clients(tx, sorted(one for one in ids if is_client_id(one)))
            now = max(asked.now for asked in several)
            if self._keys is None or not timedelta(0) <= now - self._keys[1] < KEYS_KEPT_FOR:
                self._keys = (await load_signing_keys(tx), now)
            tokens: list[IssuedToken] = []
            for asked in several:
                try:
                    token, answer = self._issued(asked, known)
                    tokens.append(token)
                    served.append((asked, answer))
                except OAuthRefused as refusal:
                    served.append((asked, refusal))
            await insert_issued_tokens(tx, tokens)
        for asked, outcome in served:
            if asked.answer.done():
                continue  # whoever asked has gone
            if isinstance(outcome, OAuthRefused):
                asked.answer.set_exception(outcome)
            else:
                asked.answer.set_result(outcome)

    def _issued(
        self, asked: _Asked, known: Mapping[str, tuple[ApiClient, Sequence[RoleGrant]]]
    ) -> tuple[IssuedToken, TokenAnswer]:
        client, roles = known.get(asked.proof.client_id, (None, ()))
        credential = matching_secret(asked.proof.secret, client)
        if client is None or client.revoked_at is not None or credential is None:
            raise InvalidClient(REFUSED)
        grant = own_grant(client, asked.scopes, [(each.place_id, each.role) for each in roles])
        assert self._keys is not None, "the round has read them"
        key, lifetime = signing_at(self._keys[0], asked.now), self.issuer.token_lifetime
        token = IssuedToken(
            jti=new_id(),
            client_id=client.client_id,
            credential_id=credential.id,
            delegation_id=None,
            role_grant_ids=tuple(each.id for each in roles),
            person_id=None,
            issued_at=asked.now,
            expires_at=asked.now + lifetime,
        )
        claims = claims_of(
            grant,
            issuer=self.issuer.issuer,
            audience=self.issuer.audience,
            jti=token.jti,
            issued_at=asked.now,
            lifetime=lifetime,
        )
        answer = TokenAnswer(
            access_token=sign_token(key, self.issuer.secret_key(), claims),
            expires_in=int(lifetime.total_seconds()),
            scope=" ".join(grant.scopes),
        )
        return token, answer


def _settle(several: Sequence[_Asked], fault: Exception) -> None:
    for asked in several:
        if not asked.answer.done():
            asked.answer.set_exception(fault)
