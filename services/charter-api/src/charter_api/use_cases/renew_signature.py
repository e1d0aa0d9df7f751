"""A signatory renews its signature for another period, under the same or a newer charter version."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.signature_changes import RenewalDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from charter_api.domain.charter import SignatureUnsound
from charter_api.domain.levels import require_level_reached
from charter_api.domain.standing import period_from, require_may_follow
from charter_api.storage.charters import charter_by_id
from charter_api.storage.signature_changes import add_change, add_signing_person
from charter_api.storage.signatures import pledges_of
from charter_api.use_cases.answers import signatory_now
from charter_api.use_cases.own_signature import held_signature, known_signature, require_own
from charter_api.use_cases.signature_events import signature_event
from charter_api.use_cases.stated_levels import levels_of, pledges_running


async def renew_signature(
    db: Database, caller: Caller, signature_id: UUID, draft: RenewalDraft, once: Once, now: datetime
) -> Answer:
    """The register's entry with its new period, which follows the one that runs without a gap."""
    today = now.date()
    async with db.begin() as tx:
        require_own(caller, await known_signature(tx, signature_id, today))
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        held = await held_signature(tx, signature_id, today)
        charter = await _version_for_renewal(tx, held.row, draft.charter_id)
        require_may_follow("renewed", today, held.changes, today)
        starts_on = held.row["expires_on"] + timedelta(days=1)
        level = _level_for_renewal(held.row, charter, draft.level)
        running = pledges_running(await pledges_of(tx, [signature_id]), starts_on)
        require_level_reached(level, levels_of(charter["levels"]), running)
        period = period_from(starts_on, charter["review_months"], charter["renewal_notice_days"])
        person_id = new_id()
        await add_signing_person(tx, person_id, draft.signing_person.name, caller.sub)
        await add_change(
            tx,
            {
                "signature_id": signature_id,
                "number": held.next_number,
                "kind": "renewed",
                "effective_on": today,
                "period": held.period + 1,
                "charter_id": charter["id"],
                "starts_on": period.starts_on,
                "renewal_due_on": period.renewal_due_on,
                "expires_on": period.expires_on,
                "level": level,
                "signed_by_role": draft.signing_person.role,
                "person_id": person_id,
                "acted_by": caller.act,
                "recorded_at": now,
            },
        )
        renewed = {**held.row, "charter_id": charter["id"], "level": level}
        ends = {"starts_on": period.starts_on.isoformat(), "expires_on": period.expires_on.isoformat()}
        await record_event(tx, signature_event(renewed, "renewed", held.next_number, today, days=ends), now)
        signatory = await signatory_now(tx, signature_id, today)
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)


def _level_for_renewal(signature: RowMapping, charter: RowMapping, stated: str | None) -> str | None:
    """The level stated; where none is, the present one if the charter version has it."""
    if stated is None and signature["level"] in levels_of(charter["levels"]):
        present: str = signature["level"]
        return present
    return stated


async def _version_for_renewal(
    tx: AsyncConnection, signature: RowMapping, charter_id: UUID | None
) -> RowMapping:
    """The charter version that is signed now: the same as before unless a newer one of the place is named."""
    signed = await charter_by_id(tx, signature["charter_id"])
    assert signed is not None
    if charter_id is None:
        return signed
    wanted = await charter_by_id(tx, charter_id)
    if wanted is None or wanted["place_id"] != signature["place_id"]:
        raise _refused("charter_unknown", "The place has no charter version with this id.")
    if wanted["published_at"] < signed["published_at"]:
        raise _refused("charter_version_older", "A renewal is of the version signed before or of a newer.")
    return wanted


def _refused(code: str, words: str) -> SignatureUnsound:
    return SignatureUnsound("The renewal does not hold.", errors=[FieldError("/charter_id", code, words)])
