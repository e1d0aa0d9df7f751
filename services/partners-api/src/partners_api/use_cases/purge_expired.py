"""Forgets what can matter no more: tokens, assertions, revocations, keys, claims, answers past their time."""

from datetime import datetime

from cdp_common.db.database import Database
from cdp_common.db.idempotency import purge_expired as purge_answers
from partners_api.domain.verification import CLAIM_LASTS
from partners_api.storage.issued_tokens import MAX_PURGED, purge_tokens_and_assertions
from partners_api.storage.organisations import purge_claims
from partners_api.storage.revocations import purge_revocations
from partners_api.storage.signing_keys import purge_keys


async def purge_expired(database: Database, now: datetime) -> int:
    """Remove what is past its time, and say how many rows went."""
    async with database.begin() as tx:
        purged = await purge_tokens_and_assertions(tx, now)
        purged += await purge_revocations(tx, now)
        purged += await purge_keys(tx, now)
        purged += await purge_claims(tx, now, CLAIM_LASTS, MAX_PURGED)
        return purged + await purge_answers(tx, now)
