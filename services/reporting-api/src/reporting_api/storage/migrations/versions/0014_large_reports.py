"""Reports of more lines than a small number counts."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(op, "ALTER TABLE report_lines ALTER COLUMN ordinal TYPE integer")


def downgrade() -> None:
    run(op, "ALTER TABLE report_lines ALTER COLUMN ordinal TYPE smallint")
