"""Exports: many rows as one file, made by a job."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE exports (
        id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        kind text NOT NULL,
        format text NOT NULL,
        rows text,
        place_id uuid NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        as_of timestamptz,
        publication_number integer,
        licences text[] NOT NULL,
        state text NOT NULL,
        fault text,
        attempt integer NOT NULL,
        rows_done bigint NOT NULL,
        rows_total bigint,
        byte_count bigint,
        sha256 text,
        blob_key text,
        about jsonb,
        created_at timestamptz NOT NULL,
        touched_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        expires_at timestamptz,
        client_id text NOT NULL,
        acted_by uuid NOT NULL,
        person_id uuid,
        CONSTRAINT pk_exports PRIMARY KEY (id),
        CONSTRAINT ck_exports_kind_known
            CHECK (kind IN ('ledger_entries', 'report_lines', 'commitments', 'published_figures')),
        CONSTRAINT ck_exports_format_known CHECK (format IN ('jsonl', 'parquet')),
        CONSTRAINT ck_exports_rows_known CHECK (rows IN ('own', 'place')),
        CONSTRAINT ck_exports_rows_said CHECK ((rows IS NULL) = (kind = 'published_figures')),
        CONSTRAINT ck_exports_period_in_order CHECK (period_start <= period_end),
        CONSTRAINT ck_exports_state_known
            CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')),
        CONSTRAINT ck_exports_failed_with_fault CHECK ((state = 'failed') = (fault IS NOT NULL)),
        CONSTRAINT ck_exports_done_with_file CHECK ((state = 'done') = (blob_key IS NOT NULL)),
        CONSTRAINT ck_exports_done_is_told CHECK (state <> 'done' OR (byte_count IS NOT NULL
            AND sha256 IS NOT NULL AND about IS NOT NULL AND expires_at IS NOT NULL)))""",
    "CREATE INDEX ix_exports_organisation_id_id ON exports (organisation_id, id)",
    "CREATE INDEX ix_exports_open ON exports (touched_at) WHERE state IN ('queued', 'running')",
    "CREATE INDEX ix_exports_done ON exports (expires_at) WHERE state = 'done'",
    "CREATE INDEX ix_exports_created_at ON exports (created_at)",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    run(op, "DROP TABLE exports")
