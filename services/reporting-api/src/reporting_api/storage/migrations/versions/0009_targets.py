"""Targets of places, their versions, and the progress that publications showed."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE targets (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        code text NOT NULL,
        unit text NOT NULL,
        accumulation text NOT NULL,
        workstream text,
        aim text NOT NULL,
        counted_from date,
        counts_people boolean NOT NULL,
        data_status text NOT NULL,
        set_by uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_targets PRIMARY KEY (id),
        CONSTRAINT uq_targets_place_id_code UNIQUE (place_id, code),
        CONSTRAINT ck_targets_accumulation_known
            CHECK (accumulation IN ('flow', 'stock', 'latest', 'ratio')),
        CONSTRAINT ck_targets_aim_known CHECK (aim IN ('at_least', 'at_most')),
        CONSTRAINT ck_targets_data_status_known CHECK (data_status IN ('actual', 'synthetic_sample')))""",
    """CREATE TABLE target_measures (
        target_id uuid NOT NULL,
        ordinal integer NOT NULL,
        edition_hash text NOT NULL,
        code text NOT NULL,
        title text NOT NULL,
        is_licensed boolean NOT NULL,
        CONSTRAINT pk_target_measures PRIMARY KEY (target_id, ordinal),
        CONSTRAINT uq_target_measures_target_id_edition_hash_code UNIQUE (target_id, edition_hash, code),
        CONSTRAINT fk_target_measures_target_id FOREIGN KEY(target_id) REFERENCES targets (id))""",
    """CREATE TABLE target_versions (
        target_id uuid NOT NULL,
        version integer NOT NULL,
        title text NOT NULL,
        value numeric(28, 8) NOT NULL,
        due date NOT NULL,
        baseline_value numeric(28, 8),
        baseline_on date,
        source jsonb NOT NULL,
        note text,
        state text NOT NULL,
        reason text,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_target_versions PRIMARY KEY (target_id, version),
        CONSTRAINT fk_target_versions_target_id FOREIGN KEY(target_id) REFERENCES targets (id),
        CONSTRAINT ck_target_versions_state_known CHECK (state IN ('open', 'withdrawn')),
        CONSTRAINT ck_target_versions_changed_with_reason CHECK ((version = 1) = (reason IS NULL)),
        CONSTRAINT ck_target_versions_baseline_dated
            CHECK ((baseline_value IS NULL) = (baseline_on IS NULL)))""",
    """CREATE TABLE target_progress (
        publication_id uuid NOT NULL,
        target_id uuid NOT NULL,
        number integer NOT NULL,
        published_at timestamptz NOT NULL,
        period_end date NOT NULL,
        answer jsonb NOT NULL,
        shown jsonb NOT NULL,
        CONSTRAINT pk_target_progress PRIMARY KEY (publication_id, target_id),
        CONSTRAINT fk_target_progress_publication_id FOREIGN KEY(publication_id) REFERENCES publications (id),
        CONSTRAINT fk_target_progress_target_id FOREIGN KEY(target_id) REFERENCES targets (id))""",
    "CREATE INDEX ix_target_progress_target_id_number ON target_progress (target_id, number)",
)

_APPEND_ONLY = ("targets", "target_measures", "target_versions", "target_progress")


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in _APPEND_ONLY:
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE target_progress, target_versions, target_measures, targets")
