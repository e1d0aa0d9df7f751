"""The receipts of a bid once more, after opening: for whoever bid through a portal and holds none."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.bids import BidReceipts
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from procurement_api.domain.tender import BidsSealed
from procurement_api.storage.bids import bid_by_id, versions_of
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.receipts import ReceiptSigner, make_receipt
from procurement_api.use_cases.rights import own_bid
from procurement_api.use_cases.sealing import KeyProvider, unseal, unwrap_tender_key


async def list_receipts(
    db: Database, signer: ReceiptSigner, sealing: KeyProvider, caller: Caller, bid_id: UUID, now: datetime
) -> BidReceipts:
    """The receipts of every version, as they were given, of a bid that is the caller's to read."""
    async with db.begin() as tx:
        bid = own_bid(caller, await bid_by_id(tx, bid_id))
        tender = await tender_by_id(tx, bid["tender_id"])
        assert tender is not None
        if tender["opened_at"] is None:
            raise BidsSealed("Receipts are given again once the bids are opened.")
        versions = await versions_of(tx, [bid_id])
        key = await signer.key(tx, now)
    wrapped = tender["sealing_private_wrapped"]
    private_jwk = await unwrap_tender_key(wrapped, sealing, tender["id"])
    receipts = [
        make_receipt(bid_id, tender["id"], version, _commitment_key(version, private_jwk), key)
        for version in versions
    ]
    return BidReceipts(receipts=receipts)


def _commitment_key(version: RowMapping, private_jwk: dict[str, Any]) -> bytes | None:
    """The key that lies in the seal; that of a withdrawal was given once and kept nowhere."""
    if version["sealed"] is None:
        return None
    key: str = json.loads(unseal(version["sealed"], private_jwk))["commitment_key"]
    return bytes.fromhex(key)
