"""Evidence kept as files: what is known of each, the lines that rest on it, and loose blobs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from cdp_common.db.columns import UtcDateTime, id_column
from reporting_api.storage.catalogue import metadata

evidence_files = Table(
    "evidence_files",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, nullable=False),
    Column("file_name", Text),
    Column("media_type", Text, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("blob_key", Text),  # null once the file is gone
    Column("scan_state", Text, nullable=False),
    Column("scan_due_at", UtcDateTime),  # when the scanner is asked again
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("removal_reason", Text),
    Column("removed_by", Uuid),  # null where a rule removed it
    Column("version", Integer, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("person_id", Uuid),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_written"),
    CheckConstraint("byte_count > 0", name="not_empty"),
    CheckConstraint("scan_state IN ('not_scanned', 'unscanned', 'clean', 'refused')", name="scan_known"),
    CheckConstraint(
        "(scan_state = 'unscanned' AND blob_key IS NOT NULL) = (scan_due_at IS NOT NULL)",
        name="unscanned_is_due",
    ),
    CheckConstraint("(blob_key IS NULL) = (removed_at IS NOT NULL)", name="removed_or_kept"),
    CheckConstraint("(removed_at IS NULL) = (removal_reason IS NULL)", name="removed_with_reason"),
    CheckConstraint("removed_at IS NULL OR file_name IS NULL", name="removed_without_name"),
    CheckConstraint(
        "removal_reason IN ('personal_data', 'wrong_file', 'no_longer_needed', 'refused_by_scanner', "
        "'never_used', 'kept_long_enough')",
        name="removal_reason_known",
    ),
    # The same file of one organisation is kept once.
    Index(
        "uq_evidence_files_kept_once",
        "organisation_id",
        "sha256",
        unique=True,
        postgresql_where=text("blob_key IS NOT NULL"),
    ),
    Index(None, "organisation_id", "id"),
    Index(
        "ix_evidence_files_to_scan",
        "scan_state",
        "scan_due_at",
        postgresql_where=text("blob_key IS NOT NULL AND scan_state IN ('not_scanned', 'unscanned')"),
    ),
    Index(None, "uploaded_at", postgresql_where=text("blob_key IS NOT NULL")),
)

# Which lines of submitted reports rest on which file; what is erased stays named here.
line_evidence = Table(
    "line_evidence",
    metadata,
    Column("evidence_id", Uuid, ForeignKey("evidence_files.id"), primary_key=True),
    Column("line_id", Uuid, ForeignKey("report_lines.line_id"), primary_key=True),
    Column("report_id", Uuid, ForeignKey("reports.id"), nullable=False),
    Index(None, "report_id"),
)

# Blobs that are about to be written, or that nobody stands for any more: what is due is removed.
loose_blobs = Table(
    "loose_blobs",
    metadata,
    Column("blob_key", Text, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("is_taken", Boolean, nullable=False),  # being removed: no file may come to rest on it any more
    Index(None, "due_at"),
)
