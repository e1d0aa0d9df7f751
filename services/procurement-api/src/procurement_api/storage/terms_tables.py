"""The table of a tender's terms, version by version. Append-only."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text, Uuid

from cdp_common.db.columns import Json, Pence, UtcDateTime
from procurement_api.storage.metadata import metadata

terms_versions = Table(
    "terms_versions",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tenders.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("in_force_at", UtcDateTime, nullable=False),
    Column("reason", Text),
    Column("amended", Json, nullable=False),
    Column("bids_stand", Boolean, nullable=False),
    Column("deadline_at", UtcDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("value_pence", Pence),
    Column("value_gross_pence", Pence),
    Column("lots", Json, nullable=False),
    Column("terms", Json, nullable=False),
    Column("measures", Json, nullable=False),
    Column("amended_by", Uuid, nullable=False),
)
