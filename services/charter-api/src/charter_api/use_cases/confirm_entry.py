"""An organisation confirms a signature that a network has entered for it, or ends the entry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.signature_changes import StatedReason
from cdp_common.contracts.signature_imports import SignatureEntry
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from charter_api.domain.charter import require_may_sign
from charter_api.domain.entry import (
    EntryNotFound,
    EntryOfAnother,
    EntryState,
    OwnRecord,
    end_by,
    require_pending,
    state_now,
)
from charter_api.storage.entries import decide_entry, entries_page, entry_by_id
from charter_api.storage.signature_changes import forget_names
from charter_api.use_cases.answers import signatory_now
from charter_api.use_cases.entry_answers import entry_answer, entry_event, own_record
from charter_api.use_cases.take_signature import Signer, Signing, known_charter, take_signature
from charter_api.use_cases.value_pledges import value_pledges


async def confirm_entry(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    entry_id: UUID,
    once: Once,
    now: datetime,
) -> Answer:
    """The register's new entry: the signature stands as it was entered, under the same id."""
    own = await own_record(partners, caller)
    async with db.begin() as tx:
        row = await _visible(tx, own, entry_id)
        if not own.is_named(row["organisation_id"], row["identifier"]):
            raise EntryOfAnother("The entry names another organisation than the caller's.")
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        charter = await known_charter(tx, row["charter_id"])
    entry = entry_answer(row, now.date())
    require_pending(entry.state)
    organisation = await partners.get_organisation(caller.org)
    require_may_sign(organisation.kind)
    pledges = {f"/pledges/{index}": pledge for index, pledge in enumerate(entry.pledges)}
    signing = Signing(
        id=entry_id,
        charter=charter,
        organisation=organisation,
        signed_on=entry.signed_on,
        areas=entry.areas,
        data_status=entry.data_status,
        acted_by=caller.act,
        level=entry.level,
        pledges=entry.pledges,
        commitments=await value_pledges(toms, pledges, entry.signed_on),
    )

    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        held = await _held(tx, entry_id, now)
        await take_signature(tx, signing, Signer(held["signed_by_role"], held["person_id"]), now)
        await _decide(tx, held, "signed", caller, None, now)
        signatory = await signatory_now(tx, entry_id, now.date())
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)


async def end_entry(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    entry_id: UUID,
    stated: StatedReason,
    if_match: str | None,
    now: datetime,
) -> SignatureEntry:
    """The entry, declined by the organisation it names or withdrawn by the network; the name in it goes."""
    own = await own_record(partners, caller)
    async with db.begin() as tx:
        row = await _visible(tx, own, entry_id)
        is_named = own.is_named(row["organisation_id"], row["identifier"])
        end = end_by(own, row["entered_by"], is_named=is_named)
        held = await _held(tx, entry_id, now)
        require_match(if_match, entry_answer(held, now.date()))
        await _decide(tx, held, end, caller, stated.reason, now)
        await forget_names(tx, [held["person_id"]])
        ended = await entry_by_id(tx, entry_id)
        assert ended is not None
        return entry_answer(ended, now.date())


async def read_entry(
    db: Database, partners: PartnersClient, caller: Caller, entry_id: UUID, now: datetime
) -> SignatureEntry:
    """An entry that the caller's organisation made or that names it."""
    own = await own_record(partners, caller)
    async with db.begin() as tx:
        return entry_answer(await _visible(tx, own, entry_id), now.date())


async def list_entries(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    *,
    state: EntryState | None,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> tuple[list[SignatureEntry], str | None]:
    """Such entries, oldest first, and the cursor of the next page."""
    own = await own_record(partners, caller)
    async with db.begin() as tx:
        rows = await entries_page(tx, own, state=state, today=now.date(), cursor=cursor, limit=limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [entry_answer(row, now.date()) for row in kept], next_cursor


async def _visible(tx: AsyncConnection, own: OwnRecord, entry_id: UUID) -> RowMapping:
    """The entry, for whoever made it and whom it names; for everybody else there is none."""
    row = await entry_by_id(tx, entry_id)
    if row is None or not (
        row["entered_by"] in own.ids or own.is_named(row["organisation_id"], row["identifier"])
    ):
        raise EntryNotFound("No entry of this id is the caller's or names its organisation.")
    return row


async def _held(tx: AsyncConnection, entry_id: UUID, now: datetime) -> RowMapping:
    """The entry, still pending, which nobody else decides until the transaction ends."""
    row = await entry_by_id(tx, entry_id, for_change=True)
    assert row is not None
    require_pending(state_now(row["state"], row["expires_on"], now.date()))
    return row


async def _decide(
    tx: AsyncConnection,
    row: RowMapping,
    state: EntryState,
    caller: Caller,
    reason: str | None,
    now: datetime,
) -> None:
    await decide_entry(tx, row["id"], state, now, decided_by=caller.act, reason=reason)
    await record_event(tx, entry_event(row, state), now)
