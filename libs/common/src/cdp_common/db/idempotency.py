"""A request that is sent twice has its effect once, and its first answer is given again.

The answer is stored in the transaction of the effect, encrypted under a key that only the caller holds: the
idempotency key itself is not stored, so the table alone neither gives answers nor confirms guesses.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.common_tables import idempotency_records as records
from cdp_common.kernel.errors import Conflict, InvalidInput

MAX_ANSWER_BYTES = 64 * 1024
KEPT_FOR = timedelta(hours=72)
MAX_PURGED = 1_000
_NONCE_BYTES = 12


class IdempotencyInProgress(Conflict):
    """The first request with this key has not ended yet."""

    code = "idempotency_in_progress"
    title = "The first request with this key is still running"
    retry_after_s = 1


class IdempotencyKeyReused(InvalidInput):
    """The key was used before, for something else."""

    code = "idempotency_key_reused"
    title = "The idempotency key was used for another request"


@dataclass(frozen=True)
class Answer:
    """What the caller is answered: status, body and headers; `replayed` when it is an earlier answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    replayed: bool = False


class Once:
    """One idempotent call: the caller's key, the scope in which it counts, and a fingerprint of the request.

    `scope` names client, organisation and operation; `fingerprint` is a hash of the request's body. `merged`
    finds the same call as it was made under records that lead to the caller's organisation now.
    """

    def __init__(self, key: str, scope: str, fingerprint: str, merged: MergedCalls | None = None) -> None:
        self._record_key = _keyed_hash(key, f"record\n{scope}")
        self._fingerprint = _keyed_hash(key, f"request\n{fingerprint}")
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"answer\n{scope}".encode())
        self._cipher = AESGCM(kdf.derive(key.encode()))
        self._merged = merged
        self._locked = False

    async def replay(self, tx: AsyncConnection) -> Answer | None:
        """The answer already given to this call, or none when it is the first.

        Comes first in the transaction, before any rule on state or input is applied. Until the transaction
        ends, others with the same key get `IdempotencyInProgress`.
        """
        earlier = await self._answer_before(tx)
        if earlier is not None or self._merged is None:
            return earlier
        for call in await self._merged(tx):
            if (earlier := await call._answer_before(tx)) is not None:
                return earlier
        return None

    async def _answer_before(self, tx: AsyncConnection) -> Answer | None:
        if not await tx.scalar(select(func.pg_try_advisory_xact_lock(self.lock))):
            raise IdempotencyInProgress("a request with this idempotency key is still running")
        self._locked = True
        # A statement after the lock, so that it sees what the request that held it has committed.
        query = select(records.c.fingerprint, records.c.answer).where(
            records.c.record_key == self._record_key
        )
        row = (await tx.execute(query)).one_or_none()
        if row is None:
            return None
        if not hmac.compare_digest(row.fingerprint, self._fingerprint):
            raise IdempotencyKeyReused("this idempotency key was used with another request body")
        return self._opened(row.answer)

    @property
    def lock(self) -> int:
        """The number of the advisory lock under which one request with this key runs at a time."""
        return int.from_bytes(self._record_key[:8], "big", signed=True)

    def prepared(self, status: int, body: BaseModel, *, now: datetime) -> tuple[Answer, dict[str, object]]:
        """The answer, and the row that keeps it: for whoever takes the lock and writes it by a statement."""
        answer = _checked(Answer(status, body.model_dump_json().encode()))
        return answer, self._row(answer, now)

    async def keep(
        self,
        tx: AsyncConnection,
        status: int,
        body: BaseModel,
        *,
        headers: Mapping[str, str] | None = None,
        now: datetime,
    ) -> Answer:
        """Store the answer in the transaction of the effect, and give it; a refusal stores nothing."""
        if not self._locked:
            raise RuntimeError("replay() comes before keep() in the same transaction")
        answer = Answer(status, body.model_dump_json().encode(), MappingProxyType(dict(headers or {})))
        await tx.execute(insert(records).values(self._row(_checked(answer), now)))
        return answer

    def _row(self, answer: Answer, now: datetime) -> dict[str, object]:
        return {
            "record_key": self._record_key,
            "fingerprint": self._fingerprint,
            "answer": self._sealed(answer),
            "created_at": now,
            "expires_at": now + KEPT_FOR,
        }

    def _sealed(self, answer: Answer) -> bytes:
        head = msgspec.json.encode({"status": answer.status, "headers": dict(answer.headers)})
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, head + b"\n" + answer.body, self._record_key)

    def _opened(self, sealed: bytes) -> Answer:
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        head, _, body = self._cipher.decrypt(nonce, rest, self._record_key).partition(b"\n")
        facts = msgspec.json.decode(head)
        return Answer(facts["status"], body, MappingProxyType(facts["headers"]), replayed=True)


def _checked(answer: Answer) -> Answer:
    """The answer if it is small enough to be kept."""
    if len(answer.body) > MAX_ANSWER_BYTES:
        raise ValueError(f"a kept answer has at most {MAX_ANSWER_BYTES} bytes; answer with a job's address")
    return answer


MergedCalls = Callable[[AsyncConnection], Awaitable[Sequence[Once]]]
"""Finds a call as it was made under records of organisations that were merged since."""


async def purge_expired(tx: AsyncConnection, now: datetime) -> int:
    """Remove answers past their time, a bounded number in one go, and say how many."""
    expired = select(records.c.record_key).where(records.c.expires_at <= now).limit(MAX_PURGED)
    return (await tx.execute(delete(records).where(records.c.record_key.in_(expired)))).rowcount


def _keyed_hash(key: str, message: str) -> bytes:
    return hmac.digest(key.encode(), message.encode(), "sha256")
