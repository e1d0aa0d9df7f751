"""Lines that are promised and reported name the target group that they are for."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_TABLES = ("commitment_lines", "report_lines")


def upgrade() -> None:
    for table in _TABLES:
        run(op, f"ALTER TABLE {table} ADD COLUMN target_group text")


def downgrade() -> None:
    for table in _TABLES:
        run(op, f"ALTER TABLE {table} DROP COLUMN target_group")
