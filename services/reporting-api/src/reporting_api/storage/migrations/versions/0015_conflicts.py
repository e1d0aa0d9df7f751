"""Reports under review, conflicts between reporters, deliveries found by their commitment."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE reports ADD COLUMN reviewer_id uuid",
    "ALTER TABLE reports DROP CONSTRAINT ck_reports_state_known",
    """ALTER TABLE reports ADD CONSTRAINT ck_reports_state_known CHECK (state IN
        ('submitted', 'under_review', 'returned', 'validated', 'rejected', 'superseded'))""",
    """ALTER TABLE reports ADD CONSTRAINT ck_reports_review_has_reviewer
        CHECK ((state = 'under_review') = (reviewer_id IS NOT NULL))""",
    "ALTER TABLE reports DROP CONSTRAINT ex_reports_one_live",
    """ALTER TABLE reports ADD CONSTRAINT ex_reports_one_live EXCLUDE USING gist
        (organisation_id WITH =, place_id WITH =, daterange(period_start, period_end, '[]') WITH &&)
        WHERE (state IN ('submitted', 'under_review', 'returned', 'validated'))""",
    "ALTER TABLE report_lines ADD COLUMN activity text",
    "ALTER TABLE report_lines ADD COLUMN taken_out_at timestamptz",
    """CREATE INDEX ix_report_lines_commitment_line_id ON report_lines (commitment_line_id)
        WHERE commitment_line_id IS NOT NULL""",
    """CREATE TABLE line_marks (
        place_id uuid NOT NULL,
        kind text NOT NULL,
        shared text NOT NULL,
        area text NOT NULL,
        line_id uuid NOT NULL,
        report_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        CONSTRAINT pk_line_marks PRIMARY KEY (place_id, kind, shared, area, line_id),
        CONSTRAINT fk_line_marks_line_id FOREIGN KEY(line_id) REFERENCES report_lines (line_id),
        CONSTRAINT fk_line_marks_report_id FOREIGN KEY(report_id) REFERENCES reports (id),
        CONSTRAINT ck_line_marks_kind_known CHECK (kind IN ('evidence', 'activity')))""",
    "CREATE INDEX ix_line_marks_report_id ON line_marks (report_id)",
    """CREATE TABLE report_conflicts (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        kind text NOT NULL,
        shared text NOT NULL,
        first_line_id uuid NOT NULL,
        first_report_id uuid NOT NULL,
        first_organisation_id uuid NOT NULL,
        second_line_id uuid NOT NULL,
        second_report_id uuid NOT NULL,
        second_organisation_id uuid NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        state text NOT NULL,
        outcome text,
        reason text,
        raised_at timestamptz NOT NULL,
        closed_at timestamptz,
        resolver_id uuid,
        client_id text,
        person_id uuid,
        version integer NOT NULL,
        CONSTRAINT pk_report_conflicts PRIMARY KEY (id),
        CONSTRAINT uq_report_conflicts_kind_first_line_id_second_line_id
            UNIQUE (kind, first_line_id, second_line_id),
        CONSTRAINT fk_report_conflicts_first_line_id
            FOREIGN KEY(first_line_id) REFERENCES report_lines (line_id),
        CONSTRAINT fk_report_conflicts_first_report_id FOREIGN KEY(first_report_id) REFERENCES reports (id),
        CONSTRAINT fk_report_conflicts_second_line_id
            FOREIGN KEY(second_line_id) REFERENCES report_lines (line_id),
        CONSTRAINT fk_report_conflicts_second_report_id
            FOREIGN KEY(second_report_id) REFERENCES reports (id),
        CONSTRAINT ck_report_conflicts_kind_known
            CHECK (kind IN ('same_evidence', 'same_activity', 'measures_exclude')),
        CONSTRAINT ck_report_conflicts_state_known CHECK (state IN ('open', 'resolved', 'lapsed')),
        CONSTRAINT ck_report_conflicts_closed_or_open CHECK ((state = 'open') = (closed_at IS NULL)),
        CONSTRAINT ck_report_conflicts_resolved_with_outcome
            CHECK ((state = 'resolved') = (outcome IS NOT NULL)),
        CONSTRAINT ck_report_conflicts_outcome_with_reason CHECK ((outcome IS NULL) = (reason IS NULL)),
        CONSTRAINT ck_report_conflicts_outcome_known
            CHECK (outcome IN ('both_stand', 'first_stands', 'second_stands')))""",
    "CREATE INDEX ix_report_conflicts_place_id_id ON report_conflicts (place_id, id)",
    "CREATE INDEX ix_report_conflicts_first_report_id ON report_conflicts (first_report_id)",
    "CREATE INDEX ix_report_conflicts_second_report_id ON report_conflicts (second_report_id)",
)

# The way back finds no report under review: reviews are released before.
_DOWN = (
    "DROP TABLE report_conflicts, line_marks",
    "DROP INDEX ix_report_lines_commitment_line_id",
    "ALTER TABLE report_lines DROP COLUMN taken_out_at, DROP COLUMN activity",
    "ALTER TABLE reports DROP CONSTRAINT ex_reports_one_live",
    """ALTER TABLE reports ADD CONSTRAINT ex_reports_one_live EXCLUDE USING gist
        (organisation_id WITH =, place_id WITH =, daterange(period_start, period_end, '[]') WITH &&)
        WHERE (state IN ('submitted', 'returned', 'validated'))""",
    "ALTER TABLE reports DROP CONSTRAINT ck_reports_review_has_reviewer",
    "ALTER TABLE reports DROP CONSTRAINT ck_reports_state_known",
    """ALTER TABLE reports ADD CONSTRAINT ck_reports_state_known CHECK (state IN
        ('submitted', 'returned', 'validated', 'rejected', 'superseded'))""",
    "ALTER TABLE reports DROP COLUMN reviewer_id",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    for statement in _DOWN:
        run(op, statement)
