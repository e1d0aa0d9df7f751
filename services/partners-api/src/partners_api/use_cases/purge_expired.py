"""Forgets what can matter no more: tokens, keys, claims, previews, answers, people past their time."""

from datetime import datetime

from cdp_common.db.database import Database
from cdp_common.db.idempotency import purge_expired as purge_answers
from partners_api.domain.public_voice import GATHERING_CONTACTS_KEPT, IDEA_CONTACTS_KEPT
from partners_api.domain.verification import CLAIM_LASTS
from partners_api.storage.hub_previews import purge_previews
from partners_api.storage.issued_tokens import MAX_PURGED, purge_tokens_and_assertions
from partners_api.storage.organisations import purge_claims
from partners_api.storage.public_contacts import purge_contacts
from partners_api.storage.revocations import purge_revocations
from partners_api.storage.signing_keys import purge_keys


async def purge_expired(database: Database, now: datetime) -> int:
    """Remove what is past its time, and say how many rows went."""
    async with database.begin() as tx:
        purged = await purge_tokens_and_assertions(tx, now)
        purged += await purge_revocations(tx, now)
        purged += await purge_keys(tx, now)
        purged += await purge_claims(tx, now, CLAIM_LASTS, MAX_PURGED)
        purged += await purge_previews(tx, now, MAX_PURGED)
        purged += await purge_contacts(
            tx,
            gathering_ended_before=now - GATHERING_CONTACTS_KEPT,
            idea_consented_before=now - IDEA_CONTACTS_KEPT,
        )
        return purged + await purge_answers(tx, now)
