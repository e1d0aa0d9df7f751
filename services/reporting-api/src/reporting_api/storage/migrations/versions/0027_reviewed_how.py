"""A line keeps how it was reviewed and on what evidence, beside the reason of its decision."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE report_lines ADD COLUMN review_method text, ADD COLUMN evidence_level text",
    """ALTER TABLE report_lines ADD CONSTRAINT ck_report_lines_evidence_level_known
        CHECK (evidence_level IN ('declared', 'documented', 'inspected'))""",
    """ALTER TABLE report_lines ADD CONSTRAINT ck_report_lines_method_with_evidence_level
        CHECK ((review_method IS NULL) = (evidence_level IS NULL))""",
    # What a conflict took out was decided anew after the review.
    """UPDATE report_lines SET review_method = said.method, evidence_level = said.evidence_level
        FROM (
            SELECT DISTINCT ON (review_lines.line_id)
                review_lines.line_id, review_lines.method, review_lines.evidence_level
            FROM review_lines JOIN reviews ON reviews.id = review_lines.review_id
            ORDER BY review_lines.line_id, reviews.recorded_at DESC, reviews.id DESC
        ) AS said
        WHERE said.line_id = report_lines.line_id AND report_lines.taken_out_at IS NULL""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    run(op, "ALTER TABLE report_lines DROP COLUMN review_method, DROP COLUMN evidence_level")
