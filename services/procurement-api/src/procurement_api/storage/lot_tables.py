"""The tables of decisions and standstills, by lot and round: a lot whose winner left is decided anew.

Append-only.
"""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text, Uuid

from cdp_common.db.columns import UtcDateTime
from procurement_api.storage.metadata import metadata

# A tender that is awarded as a whole has one row, whose lot is the empty text.
lot_decisions = Table(
    "lot_decisions",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tenders.id"), primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("winner_bid_id", Uuid, ForeignKey("bids.id")),
    Column("reason", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("decided_by", Uuid, nullable=False),
)

lot_standstills = Table(
    "lot_standstills",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tenders.id"), primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("award_notice_on", Date, nullable=False),
    Column("notice_reference", Text),
    Column("ends_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
)
