"""Drafts of reports, and the states that a report may go through."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE report_drafts (
        id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        place_id uuid NOT NULL,
        place_slug text NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        nil_return boolean NOT NULL,
        named_totals_agreed boolean NOT NULL,
        data_status text NOT NULL,
        line_count integer NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pk_report_drafts PRIMARY KEY (id),
        CONSTRAINT uq_report_drafts_one_a_period
            UNIQUE (organisation_id, place_id, period_start, period_end),
        CONSTRAINT ck_report_drafts_period_in_order CHECK (period_start <= period_end),
        CONSTRAINT ck_report_drafts_lines_counted CHECK (line_count >= 0),
        CONSTRAINT ck_report_drafts_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')))""",
    "CREATE INDEX ix_report_drafts_organisation_id_id ON report_drafts (organisation_id, id)",
    "CREATE INDEX ix_report_drafts_changed_at ON report_drafts (changed_at)",
    """CREATE TABLE report_draft_lines (
        draft_id uuid NOT NULL,
        ordinal integer NOT NULL,
        line jsonb NOT NULL,
        CONSTRAINT pk_report_draft_lines PRIMARY KEY (draft_id, ordinal),
        CONSTRAINT fk_report_draft_lines_draft_id FOREIGN KEY(draft_id)
            REFERENCES report_drafts (id) ON DELETE CASCADE)""",
    """CREATE FUNCTION refuse_report_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF NEW.state = 'submitted' THEN RETURN NEW; END IF;
            ELSIF NEW.state = OLD.state OR (OLD.state, NEW.state) IN (
                ('submitted', 'under_review'), ('submitted', 'returned'), ('submitted', 'validated'),
                ('submitted', 'rejected'), ('submitted', 'superseded'),
                ('under_review', 'submitted'), ('under_review', 'returned'), ('under_review', 'validated'),
                ('under_review', 'rejected'),
                ('returned', 'superseded'), ('validated', 'superseded')) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'a report does not come to be % like this', NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_reports_state_moves';
        END $$""",
    """CREATE TRIGGER reports_state_moves BEFORE INSERT OR UPDATE OF state ON reports
        FOR EACH ROW EXECUTE FUNCTION refuse_report_move()""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    run(op, "DROP TRIGGER reports_state_moves ON reports")
    run(op, "DROP FUNCTION refuse_report_move()")
    run(op, "DROP TABLE report_draft_lines, report_drafts")
