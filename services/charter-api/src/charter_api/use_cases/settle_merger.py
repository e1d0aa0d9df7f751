"""Records of an organisation were merged: its signatures are the survivor's, and of two one stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.organisations import OrganisationMerged
from cdp_common.db.events import record_event
from cdp_common.db.merges import keep_merge, survivors
from charter_api.domain.mergers import StandingSignature, may_be_ended, merged_from, signature_that_stays
from charter_api.storage.mergers import hold_signings, move_pledges, signed_by_records_of
from charter_api.storage.signature_changes import add_change
from charter_api.use_cases.own_signature import HeldSignature, held_signature
from charter_api.use_cases.signature_events import signature_event


async def settle_merger(
    tx: AsyncConnection, merged: OrganisationMerged, merged_at: datetime, now: datetime
) -> None:
    """Remember where the record leads; where the survivor then has two signatures of one charter version
    standing, end all but one, which takes over their pledges. Applied again it changes nothing."""
    await hold_signings(tx)
    await keep_merge(tx, merged.organisation_id, merged.survivor_id, merged_at)
    survivor = (await survivors(tx)).get(merged.survivor_id, merged.survivor_id)
    for signature_ids in await _signatures_of_same_version(tx, survivor, now.date()):
        # Always in one order, as everybody who holds several.
        held = [await held_signature(tx, one, now.date()) for one in sorted(signature_ids)]
        standing = [one for one in held if may_be_ended(one.row["state"], one.changes)]
        if len(standing) > 1:
            await _end_all_but_one(tx, standing, merged_at.date(), now)


async def _signatures_of_same_version(tx: AsyncConnection, survivor: UUID, today: date) -> list[list[UUID]]:
    by_version: dict[UUID, list[UUID]] = {}
    for row in await signed_by_records_of(tx, [survivor], today):
        by_version.setdefault(row["charter_id"], []).append(row["id"])
    return [ids for ids in by_version.values() if len(ids) > 1]


async def _end_all_but_one(
    tx: AsyncConnection, standing: Sequence[HeldSignature], merged_on: date, now: datetime
) -> None:
    stays = signature_that_stays([_as_standing(one.row) for one in standing]).id
    for one in standing:
        if one.row["id"] == stays:
            continue
        effective_on = merged_from(merged_on, one.changes)
        await add_change(
            tx,
            {
                "signature_id": one.row["id"],
                "number": one.next_number,
                "kind": "merged",
                "effective_on": effective_on,
                "period": one.period,
                "merged_into": stays,
                "reason": f"The organisation's records were merged; its signature {stays} stands.",
                "recorded_at": now,
            },
        )
        await move_pledges(tx, one.row["id"], stays, effective_on, now)
        told = {**one.row, "merged_into": stays}
        await record_event(tx, signature_event(told, "merged", one.next_number, effective_on), now)


def _as_standing(row: RowMapping) -> StandingSignature:
    return StandingSignature(
        row["id"], row["state"], row["signed_on"], row["expires_on"], row["register_number"]
    )
