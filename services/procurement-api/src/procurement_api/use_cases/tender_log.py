"""A tender's log: what was accepted, as one signed root, with a proof for whoever holds a receipt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.bids import InclusionProof, TenderLog
from cdp_common.db.database import Database
from cdp_common.kernel.errors import NotFound
from cdp_common.kernel.proofs import canonical_json, inclusion_paths, leaf_hash, merkle_root
from cdp_common.web.caller import Caller
from procurement_api.domain.receipt import log_order
from procurement_api.storage.bids import bids_of, versions_of
from procurement_api.storage.tender_logs import add_log, leaf_of, log_of
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.actors import actor_row
from procurement_api.use_cases.receipts import ReceiptKey, content_hash, receipt_payload, signed, utc_text
from procurement_api.use_cases.rights import visible_tender

LOG_TYPE = "cdp-tender-log+jws"


class TenderLogNotFound(NotFound):
    """A tender's log is published when its bids are opened."""

    code = "tender_log_not_found"
    title = "The tender's log has not been published"


class LogProofNotFound(NotFound):
    """No accepted submission of the tender has this leaf: it was not considered."""

    code = "log_proof_not_found"
    title = "The tender's log does not hold this"


async def publish_log(
    tx: AsyncConnection, tender_id: UUID, caller: Caller, key: ReceiptKey, now: datetime
) -> TenderLog:
    """Write the log of every submission of the tender, replaced and withdrawn ones included.

    Who opened the bids is kept with it, and is told to the buyer alone.
    """
    versions = await versions_of(tx, [bid["id"] for bid in await bids_of(tx, tender_id)])
    versions.sort(key=lambda row: log_order(row["received_at"], row["bid_id"], row["version"]))
    leaves = [
        leaf_hash(receipt_payload(row["bid_id"], tender_id, row, content_hash(row["sealed"])))
        for row in versions
    ]
    head = {"tender_id": tender_id, "opened_at": now, "size": len(leaves), "root": merkle_root(leaves)}
    payload = {**head, "tender_id": str(tender_id), "opened_at": utc_text(now)}
    log = TenderLog.model_validate({**head, "log_jws": signed(canonical_json(payload), LOG_TYPE, key)})
    rows = [
        {"tender_id": tender_id, "leaf_hash": leaf, "leaf_index": index, "path": path}
        for index, (leaf, path) in enumerate(zip(leaves, inclusion_paths(leaves), strict=True))
    ]
    await add_log(tx, {**log.model_dump(), **actor_row(caller)}, rows)
    return log


async def get_tender_log(db: Database, caller: Caller | None, tender_id: UUID) -> TenderLog:
    """The tender's published log."""
    async with db.begin() as tx:
        return await _published(tx, caller, tender_id)


async def get_inclusion_proof(
    db: Database, caller: Caller | None, tender_id: UUID, leaf: str
) -> InclusionProof:
    """Proof that the log holds the leaf; who cannot name a leaf is told of none."""
    async with db.begin() as tx:
        log = await _published(tx, caller, tender_id)
        row = await leaf_of(tx, tender_id, leaf)
    if row is None:
        raise LogProofNotFound("No accepted submission of this tender has this leaf.")
    return InclusionProof(log=log, leaf_hash=leaf, leaf_index=row["leaf_index"], path=row["path"])


async def _published(tx: AsyncConnection, caller: Caller | None, tender_id: UUID) -> TenderLog:
    visible_tender(caller, await tender_by_id(tx, tender_id))
    row = await log_of(tx, tender_id)
    if row is None:
        raise TenderLogNotFound("The log is published when the bids are opened.")
    return TenderLog(**{name: row[name] for name in TenderLog.model_fields})
