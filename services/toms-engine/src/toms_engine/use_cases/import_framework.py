"""Loads a framework pack as a draft edition."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.framework_packs import FrameworkPack
from cdp_common.contracts.toms import Edition
from cdp_common.db.database import Database
from cdp_common.db.events import INTERNAL, NewEvent, org_audience, record_event
from cdp_common.db.idempotency import MAX_ANSWER_BYTES, Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from cdp_common.web.etags import etag_of
from toms_engine.domain.canonical import edition_hash
from toms_engine.domain.edition import EditionContent
from toms_engine.domain.errors import EditionCodeTaken, FrameworkNotYours, PackTooLarge, ParentLicenceMissing
from toms_engine.storage import editions as store
from toms_engine.use_cases.resolve_pack import ParentEdition, resolve_pack
from toms_engine.use_cases.views import edition_view, holds_licence


async def import_framework(
    db: Database, caller: Caller, pack: FrameworkPack, once: Once, now: datetime
) -> Answer:
    """The draft edition of the pack.

    The same pack again gives the same edition; another pack replaces the draft under its edition code, and
    is refused once that is published.
    """
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        if await store.claim_framework(tx, pack.framework, caller.org, now) != caller.org:
            raise FrameworkNotYours("Another organisation brought the first edition of this framework.")
        content = resolve_pack(pack, await _parent(tx, caller, pack))
        edition_id, effect = await _store(tx, content, now)
        row = await store.edition_by_id(tx, edition_id)
        assert row is not None, "the edition was stored in this transaction"
        if effect != "none":
            await record_event(tx, _drafted(row), now)
        edition = edition_view(row)
        headers = {"Location": f"/v1/editions/{edition_id}", "ETag": etag_of(edition)}
        status = 201 if effect == "new" else 200
        return await once.keep(tx, status, _summary(edition), headers=headers, now=now)


async def _parent(tx: AsyncConnection, caller: Caller, pack: FrameworkPack) -> ParentEdition | None:
    """The published edition that the pack tailors."""
    if pack.tailors is None:
        return None
    row = await store.edition_by_name(tx, pack.tailors.framework, pack.tailors.edition)
    if row is None or row["state"] != store.PUBLISHED:
        return None
    [parent] = await store.published_catalogues(tx, [row["edition_hash"]])
    # Whoever may not use licensed figures may not hand them on in an edition of their own either.
    if not holds_licence(caller, parent.content):
        raise ParentLicenceMissing("The parent edition holds figures that are licensed to others.")
    return ParentEdition(parent.content, parent.edition_hash)


async def _store(
    tx: AsyncConnection, content: EditionContent, now: datetime
) -> tuple[UUID, Literal["new", "replaced", "none"]]:
    """The id of the edition, and what storing it did."""
    taken_hash = edition_hash(content)
    existing = await store.edition_by_code(tx, content.framework, content.edition)
    if existing is None:
        edition_id = new_id()
        await store.add_draft(tx, edition_id, taken_hash, content, now)
        return edition_id, "new"
    if existing["edition_hash"] == taken_hash:
        return existing["id"], "none"
    if existing["state"] == store.PUBLISHED:
        raise EditionCodeTaken("A published edition never changes; give the new pack a new edition code.")
    await store.replace_draft(tx, existing["id"], taken_hash, content)
    return existing["id"], "replaced"


def _drafted(row: RowMapping) -> NewEvent:
    """What the platform's services and the framework's owner are told."""
    return NewEvent(
        type="edition.drafted",
        aggregate_type="edition",
        aggregate_id=row["id"],
        aggregate_version=row["version"],
        place_id=None,
        audience=(INTERNAL, org_audience(row["owner_org"])),
        data={"framework": row["framework"], "edition": row["edition"], "edition_hash": row["edition_hash"]},
        effective_on=row["effective_from"],
    )


def _summary(edition: Edition) -> Edition:
    """The edition without its crosswalks, which alone can outgrow what is kept to be answered again."""
    summary = edition.model_copy(update={"crosswalks": []})
    if len(summary.model_dump_json().encode()) > MAX_ANSWER_BYTES:
        raise PackTooLarge("The pack's description and outcomes are longer than an answer may be.")
    return summary
