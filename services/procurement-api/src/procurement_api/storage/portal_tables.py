"""The tables of portals, and of who was found to have bid at opening. These can be erased."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text

from cdp_common.db.columns import UtcDateTime, id_column
from procurement_api.storage.actor_columns import actor_columns
from procurement_api.storage.metadata import metadata

portal_appointments = Table(
    "portal_appointments",
    metadata,
    id_column(),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("portal_organisation_id", Uuid, nullable=False),
    Column("appointed_at", UtcDateTime, nullable=False),
    *actor_columns(),
    Column("revoked_at", UtcDateTime),
    *actor_columns("revoked_"),
    Index(
        "uq_portal_appointments_live",
        "tender_id",
        "portal_organisation_id",
        unique=True,
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

# Those who bid together, written at opening out of what was sealed.
bid_tenderers = Table(
    "bid_tenderers",
    metadata,
    Column("bid_id", Uuid, ForeignKey("bids.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("lead", Boolean, nullable=False),
    Column("organisation_id", Uuid),
    Column("scheme", Text),
    Column("number", Text),
    Column("portal_local_id", Text),
    Column("legal_name", Text, nullable=False),
)

# Who authorised an opened bid, by role; which user of a portal submitted it stays sealed.
bid_attestations = Table(
    "bid_attestations",
    metadata,
    Column("bid_id", Uuid, ForeignKey("bids.id"), primary_key=True),
    Column("authorised_by", Text, nullable=False),
    Column("authorised_at", UtcDateTime, nullable=False),
)
