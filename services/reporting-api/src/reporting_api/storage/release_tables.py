"""OCDS releases about delivery, as they went out. Append-only."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import UtcDateTime, id_column
from reporting_api.storage.catalogue import metadata

ocds_releases = Table(
    "ocds_releases",
    metadata,
    id_column(),
    Column("position", BigInteger, nullable=False),  # in the order of commits, without gaps
    Column("ocid", Text, nullable=False),
    Column("agreement_id", Uuid, ForeignKey("commitments.source_id"), nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("position", name="uq_ocds_releases_position"),
    CheckConstraint("period_end >= period_start", name="period_forward"),
    Index("ix_ocds_releases_ocid", "ocid", "position"),
    Index("ix_ocds_releases_agreement_id", "agreement_id", "period_start", "period_end"),
    Index("ix_ocds_releases_published_at", "published_at"),
)
