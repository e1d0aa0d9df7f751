"""Totals made elsewhere in versions, and what contracts are worth."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE prior_totals (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_prior_totals PRIMARY KEY (id))""",
    "CREATE INDEX ix_prior_totals_place_id_id ON prior_totals (place_id, id)",
    """CREATE TABLE prior_total_versions (
        prior_total_id uuid NOT NULL,
        version integer NOT NULL,
        title text NOT NULL,
        pence bigint NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        publisher text NOT NULL,
        basis text NOT NULL,
        validated_by text,
        url text,
        data_status text NOT NULL,
        withdrawn boolean NOT NULL,
        reason text,
        stated_by uuid NOT NULL,
        client_id text NOT NULL,
        person_id uuid,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_prior_total_versions PRIMARY KEY (prior_total_id, version),
        CONSTRAINT ck_prior_total_versions_not_negative CHECK (pence >= 0),
        CONSTRAINT ck_prior_total_versions_period_in_order CHECK (period_end >= period_start),
        CONSTRAINT ck_prior_total_versions_corrected_with_reason CHECK ((version = 1) = (reason IS NULL)),
        CONSTRAINT ck_prior_total_versions_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT fk_prior_total_versions_prior_total_id
            FOREIGN KEY(prior_total_id) REFERENCES prior_totals (id))""",
    """CREATE TABLE commitment_values (
        source_id uuid NOT NULL,
        version integer NOT NULL,
        effective_on date NOT NULL,
        pence bigint,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_commitment_values PRIMARY KEY (source_id, version),
        CONSTRAINT ck_commitment_values_not_negative CHECK (pence >= 0),
        CONSTRAINT fk_commitment_values_source_id
            FOREIGN KEY(source_id) REFERENCES commitments (source_id))""",
)
_NAMES = ("prior_totals", "prior_total_versions", "commitment_values")


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in _NAMES:
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE commitment_values, prior_total_versions, prior_totals")
