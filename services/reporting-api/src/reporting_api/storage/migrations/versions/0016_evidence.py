"""Evidence kept as files."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE evidence_files (
        id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        file_name text,
        media_type text NOT NULL,
        byte_count bigint NOT NULL,
        sha256 text NOT NULL,
        blob_key text,
        scan_state text NOT NULL,
        scan_due_at timestamptz,
        uploaded_at timestamptz NOT NULL,
        removed_at timestamptz,
        removal_reason text,
        removed_by uuid,
        version integer NOT NULL,
        client_id text NOT NULL,
        acted_by uuid NOT NULL,
        person_id uuid,
        CONSTRAINT pk_evidence_files PRIMARY KEY (id),
        CONSTRAINT ck_evidence_files_sha256_written CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT ck_evidence_files_not_empty CHECK (byte_count > 0),
        CONSTRAINT ck_evidence_files_scan_known
            CHECK (scan_state IN ('not_scanned', 'unscanned', 'clean', 'refused')),
        CONSTRAINT ck_evidence_files_unscanned_is_due
            CHECK ((scan_state = 'unscanned' AND blob_key IS NOT NULL) = (scan_due_at IS NOT NULL)),
        CONSTRAINT ck_evidence_files_removed_or_kept
            CHECK ((blob_key IS NULL) = (removed_at IS NOT NULL)),
        CONSTRAINT ck_evidence_files_removed_with_reason
            CHECK ((removed_at IS NULL) = (removal_reason IS NULL)),
        CONSTRAINT ck_evidence_files_removed_without_name
            CHECK (removed_at IS NULL OR file_name IS NULL),
        CONSTRAINT ck_evidence_files_removal_reason_known CHECK (removal_reason IN
            ('personal_data', 'wrong_file', 'no_longer_needed', 'refused_by_scanner', 'never_used',
             'kept_long_enough')))""",
    """CREATE UNIQUE INDEX uq_evidence_files_kept_once ON evidence_files (organisation_id, sha256)
        WHERE blob_key IS NOT NULL""",
    "CREATE INDEX ix_evidence_files_organisation_id_id ON evidence_files (organisation_id, id)",
    """CREATE INDEX ix_evidence_files_to_scan ON evidence_files (scan_state, scan_due_at)
        WHERE blob_key IS NOT NULL AND scan_state IN ('not_scanned', 'unscanned')""",
    "CREATE INDEX ix_evidence_files_uploaded_at ON evidence_files (uploaded_at) WHERE blob_key IS NOT NULL",
    """CREATE TABLE line_evidence (
        evidence_id uuid NOT NULL,
        line_id uuid NOT NULL,
        report_id uuid NOT NULL,
        CONSTRAINT pk_line_evidence PRIMARY KEY (evidence_id, line_id),
        CONSTRAINT fk_line_evidence_evidence_id FOREIGN KEY(evidence_id) REFERENCES evidence_files (id),
        CONSTRAINT fk_line_evidence_line_id FOREIGN KEY(line_id) REFERENCES report_lines (line_id),
        CONSTRAINT fk_line_evidence_report_id FOREIGN KEY(report_id) REFERENCES reports (id))""",
    "CREATE INDEX ix_line_evidence_report_id ON line_evidence (report_id)",
    """CREATE TABLE loose_blobs (
        blob_key text NOT NULL,
        due_at timestamptz NOT NULL,
        is_taken boolean NOT NULL,
        CONSTRAINT pk_loose_blobs PRIMARY KEY (blob_key))""",
    "CREATE INDEX ix_loose_blobs_due_at ON loose_blobs (due_at)",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    run(op, "DROP TABLE line_evidence, loose_blobs, evidence_files")
