"""What lines claim of an activity is found by its name."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(op, "CREATE INDEX ix_report_lines_activity ON report_lines (activity) WHERE activity IS NOT NULL")


def downgrade() -> None:
    run(op, "DROP INDEX ix_report_lines_activity")
