"""Totals made elsewhere, in versions. Append-only."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from cdp_common.db.columns import Pence, UtcDateTime, id_column
from reporting_api.storage.catalogue import STATUS_KNOWN, metadata

prior_totals = Table(
    "prior_totals",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "place_id", "id"),
)

prior_total_versions = Table(
    "prior_total_versions",
    metadata,
    Column("prior_total_id", Uuid, ForeignKey("prior_totals.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("pence", Pence, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("validated_by", Text),
    Column("url", Text),
    Column("data_status", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("reason", Text),
    Column("stated_by", Uuid, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("person_id", Uuid),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("pence >= 0", name="not_negative"),
    CheckConstraint("period_end >= period_start", name="period_in_order"),
    CheckConstraint("(version = 1) = (reason IS NULL)", name="corrected_with_reason"),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
)
