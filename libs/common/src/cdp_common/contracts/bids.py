"""Contracts of procurement-api's bids: submitting, receipts, opening, and the tender's published log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.after_opening import RemovedBid, SupersededBid
from cdp_common.contracts.base import Code, Contract, DecimalText, GbpText, Sha256
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.tenderers import (
    BidAttestation,
    OpenedAttestation,
    OpenedTenderer,
    Tenderer,
    TendererRef,
)
from cdp_common.contracts.toms import Explanation

BidState = Literal["sealed", "withdrawn", "opened", "disregarded"]
BidAction = Literal["submitted", "replaced", "withdrawn", "reconfirmed"]


MAX_ANSWER_CHARS = 20_000


class BidLine(PromisedLine):
    """One promised quantity with the written answer that explains how it will be done."""

    lot: Code | None = None
    once_if_any_won: bool = False  # of no single lot: owed once if the bid wins any
    answer: Annotated[str, Field(max_length=MAX_ANSWER_CHARS)] = ""


MAX_LINES = 1000


class BidHead(Contract):
    """What a bid says beside its lines: whose it is, for which lots, and on whose authority."""

    tenderer: TendererRef | None = None
    tenderers: Annotated[list[Tenderer], Field(max_length=20)] = []
    lots: Annotated[list[Code], Field(max_length=100)] = []
    attestation: BidAttestation | None = None


class BidDraft(BidHead):
    """A bid's social-value commitments, or the whole replacement of an earlier version.

    It is `tenderer`'s, or that of the `tenderers` who bid together under one lead, else the caller's own.
    The lead is the organisation that the caller acts for. A portal that the buyer appointed may bid for
    others: it names them, and owes the attestation with its reference to its own user.
    """

    lines: Annotated[list[BidLine], Field(min_length=1, max_length=MAX_LINES)]


class BidReceipt(Contract):
    """Signed proof that a version of a bid arrived in time.

    `receipt_jws` is an Ed25519 JWS over the canonical JSON of the other fields but the key. `content_hash` is
    the SHA-256 of what was stored, which is sealed; null for a withdrawal. `commitment` is an HMAC-SHA256 of
    the canonical JSON of what was sent, under `commitment_key`, which is stored only inside the seal.
    """

    bid_id: UUID
    tender_id: UUID
    version: int
    action: BidAction
    received_at: datetime
    content_hash: Sha256 | None
    commitment: str
    commitment_key: str | None  # null for a reconfirmation: the key of the version that it confirms stands
    receipt_jws: str


class BidReceipts(Contract):
    """The receipts of a bid's versions, oldest first; of a withdrawal the commitment key is kept nowhere."""

    receipts: list[BidReceipt]


class ReceiptKeys(Contract):
    """The public keys with which receipts are verified (RFC 7517)."""

    keys: list[dict[str, Any]]


class BidVersion(Contract):
    """That a version exists: nothing of its content."""

    version: int
    received_at: datetime
    action: BidAction
    terms_version: int  # the tender's terms under which it was made or confirmed


class Bid(Contract):
    """A bid. `lines` is null while sealed: nobody can read a quantity before opening."""

    id: UUID
    tender_id: UUID
    state: BidState
    version: int
    versions: list[BidVersion]
    needs_reconfirmation: bool  # the tender was amended since; unconfirmed it is disregarded at opening
    disregarded_reason: str | None  # why the whole bid does not count; null while it does
    tenderer_name: str | None  # null while sealed for anybody but the submitter
    tenderer_organisation_id: UUID | None
    tenderers: list[OpenedTenderer] = []  # empty until opened
    portal_organisation_id: UUID | None = None  # the portal that submitted it for its bidder, if one did
    attestation: OpenedAttestation | None = None
    removed: list[RemovedBid] = []  # what it has left since opening
    superseded: list[SupersededBid] = []  # where a later bid of the same organisation stands in its place
    lines: list[OpenedLine] | None


class ValuedBidLine(BidLine, Licensed):
    """A line of a bid with its value; without the licence that they need its pounds are null.

    Its quantity is what was stated or what the inputs give, its schedule what the shares per year come to.
    """

    quantity: DecimalText
    counted_quantity: DecimalText
    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    total_gbp: GbpText | None
    low_gbp: GbpText | None
    high_gbp: GbpText | None
    fiscal_gbp: GbpText | None
    disregarded: str | None = None  # the reason, when the response is not counted for this measure
    explanation: Explanation | None = None


class OpenedLine(ValuedBidLine):
    """A line after opening, valued."""

    line_id: UUID


class BidTrial(Licensed):
    """What a bid would be worth as it stands: nothing of it was kept.

    The total is null for readers to whom the value of a line in it is.
    """

    pounds = ("total_gbp",)

    lines: list[ValuedBidLine]
    total_gbp: GbpText | None  # of the lines that would count

    def is_visible_to(self, scopes: Collection[str]) -> bool:
        """Whether the holder of the scopes may see the pounds of every line in it."""
        return all(line.is_visible_to(scopes) for line in self.lines)


class Opening(Contract):
    """What opening found."""

    tender_id: UUID
    opened_at: datetime
    bids: list[Bid]
    log: TenderLog


class TenderLog(Contract):
    """The published log of a tender's accepted submissions: its Merkle root (RFC 9162, SHA-256).

    A leaf is what a receipt signs, byte for byte; leaves are ordered by received-at, bid and version.
    `log_jws` is an Ed25519 JWS over the canonical JSON of the other fields.
    """

    tender_id: UUID
    opened_at: datetime
    size: int
    root: Sha256
    log_jws: str


class InclusionProof(Contract):
    """Proof that a submission stands in a tender's log: the path from its leaf to the root, nearest first."""

    log: TenderLog
    leaf_hash: Sha256  # SHA-256 of a zero byte and of what the receipt signs
    leaf_index: int  # from 0
    path: list[Sha256]


class BidChanged(Contract):
    """Payload of `bid.received` and `bid.withdrawn`: that something arrived, nothing of its content."""

    bid_id: UUID
    tender_id: UUID
    version: int
    action: BidAction


Bid.model_rebuild()
Opening.model_rebuild()
