"""Calendars of places, schedules of agreements, notices of reports owed, first days of submission."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE reporting_calendars (
        place_id uuid NOT NULL,
        version integer NOT NULL,
        monthly_asked boolean NOT NULL,
        due_days smallint NOT NULL,
        reminder_days smallint[] NOT NULL,
        set_by uuid NOT NULL,
        client_id text NOT NULL,
        person_id uuid,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_reporting_calendars PRIMARY KEY (place_id, version),
        CONSTRAINT ck_reporting_calendars_version_from_one CHECK (version > 0),
        CONSTRAINT ck_reporting_calendars_due_after_end CHECK (due_days > 0))""",
    """CREATE TABLE commitment_schedules (
        line_id uuid NOT NULL,
        due_on date NOT NULL,
        CONSTRAINT pk_commitment_schedules PRIMARY KEY (line_id, due_on),
        CONSTRAINT fk_commitment_schedules_line_id FOREIGN KEY(line_id)
            REFERENCES commitment_lines (line_id))""",
    """CREATE TABLE obligation_notices (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        kind text NOT NULL,
        source_id uuid NOT NULL,
        period_end date NOT NULL,
        notice text NOT NULL,
        days_before smallint NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_obligation_notices PRIMARY KEY
            (place_id, organisation_id, kind, source_id, period_end, notice, days_before),
        CONSTRAINT uq_obligation_notices_id UNIQUE (id),
        CONSTRAINT ck_obligation_notices_kind_known CHECK (kind IN ('quarter', 'contract')),
        CONSTRAINT ck_obligation_notices_notice_known CHECK (notice IN ('reminder', 'overdue')))""",
    "ALTER TABLE reports ADD COLUMN first_submitted_at timestamptz",
    """WITH RECURSIVE chain AS (
            SELECT id, submitted_at AS first FROM reports WHERE supersedes IS NULL
            UNION ALL
            SELECT later.id, chain.first FROM reports AS later JOIN chain ON later.supersedes = chain.id)
        UPDATE reports SET first_submitted_at = chain.first FROM chain WHERE chain.id = reports.id""",
    "ALTER TABLE reports ALTER COLUMN first_submitted_at SET NOT NULL",
)

_DOWN = (
    "ALTER TABLE reports DROP COLUMN first_submitted_at",
    "DROP TABLE obligation_notices, commitment_schedules, reporting_calendars",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)
    for table in ("reporting_calendars", "obligation_notices"):
        make_append_only(op, table)


def downgrade() -> None:
    for statement in _DOWN:
        run(op, statement)
