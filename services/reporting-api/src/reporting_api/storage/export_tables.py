"""Exports: what was asked for, how far it is, and where its file lies."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from cdp_common.db.columns import Json, UtcDateTime, id_column
from reporting_api.storage.catalogue import metadata

exports = Table(
    "exports",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("rows", Text),  # null: published figures are everybody's
    Column("place_id", Uuid, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("as_of", UtcDateTime),
    Column("ledger_position", BigInteger),  # of ledger entries: up to which, and behind which
    Column("after_position", BigInteger),
    Column("publication_number", Integer),
    Column("licences", ARRAY(Text), nullable=False),  # whose figures whoever asked may see
    Column("state", Text, nullable=False),
    Column("fault", Text),
    Column("attempt", Integer, nullable=False),
    Column("rows_done", BigInteger, nullable=False),
    Column("rows_total", BigInteger),
    Column("byte_count", BigInteger),
    Column("sha256", Text),
    Column("blob_key", Text),  # null until it is done, and once the file is gone
    Column("about", Json),
    Column("created_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),  # when its worker was last heard of
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("client_id", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("person_id", Uuid),
    CheckConstraint(
        "kind IN ('ledger_entries', 'report_lines', 'commitments', 'published_figures')", name="kind_known"
    ),
    CheckConstraint("format IN ('jsonl', 'parquet')", name="format_known"),
    CheckConstraint("rows IN ('own', 'place')", name="rows_known"),
    CheckConstraint("(rows IS NULL) = (kind = 'published_figures')", name="rows_said"),
    CheckConstraint("period_start <= period_end", name="period_in_order"),
    CheckConstraint(
        "kind = 'ledger_entries' OR (ledger_position IS NULL AND after_position IS NULL)",
        name="positions_of_ledger",
    ),
    CheckConstraint(
        "state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')", name="state_known"
    ),
    CheckConstraint("(state = 'failed') = (fault IS NOT NULL)", name="failed_with_fault"),
    CheckConstraint("(state = 'done') = (blob_key IS NOT NULL)", name="done_with_file"),
    CheckConstraint(
        "state <> 'done' OR (byte_count IS NOT NULL AND sha256 IS NOT NULL AND about IS NOT NULL "
        "AND expires_at IS NOT NULL)",
        name="done_is_told",
    ),
    Index(None, "organisation_id", "id"),
    Index(
        "ix_exports_open",
        "touched_at",
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    Index("ix_exports_done", "expires_at", postgresql_where=text("state = 'done'")),
    Index(None, "created_at"),
)
