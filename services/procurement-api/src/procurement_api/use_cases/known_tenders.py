"""Tenders that bids were submitted to lately, as far as taking a bid needs them: read once, used many times.

What is remembered may be out of date. Whoever relies on it has the database compare the tender's version in
the statement that writes: a tender that changed is forgotten, and the bid goes the long way.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.db.database import Database
from procurement_api.domain.bid import Demands
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.bid_rules import demands_of
from procurement_api.use_cases.bids_together import BidsTogether
from procurement_api.use_cases.sealing import sealing_public_key

MOST_KNOWN = 200


@dataclass(frozen=True)
class KnownTender:
    """A published tender, what it asks of bids, and the key that they are sealed to."""

    row: RowMapping
    demands: Demands
    sealing_key: bytes
    bids: BidsTogether
    """Those that are being taken for it."""


class KnownTenders:
    """The tenders used last, a bounded number of them."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, KnownTender] = OrderedDict()

    async def published(self, db: Database, tender_id: UUID) -> KnownTender | None:
        """The tender if it takes bids, as it is remembered or else as it is read now."""
        known = self._known.get(tender_id)
        if known is None:
            async with db.begin() as tx:
                row = await tender_by_id(tx, tender_id)
            if row is None or row["state"] != "published":
                return None
            sealing_key = sealing_public_key(row["sealing_public_jwk"])
            bids = BidsTogether(tender_id, row["version"])
            known = KnownTender(row, demands_of(row), sealing_key, bids)
            self._known[tender_id] = known
        self._known.move_to_end(tender_id)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return known

    def forget(self, tender: KnownTender) -> None:
        """Read the tender anew the next time, unless that has been done."""
        if self._known.get(tender.row["id"]) is tender:
            del self._known[tender.row["id"]]
