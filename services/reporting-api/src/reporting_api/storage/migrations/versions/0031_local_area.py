"""A report states the area in which "local" is meant, where that is not its place."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TABLES = ("reports", "report_drafts")


def upgrade() -> None:
    for table in _TABLES:
        run(op, f"ALTER TABLE {table} ADD COLUMN local_area text")


def downgrade() -> None:
    for table in _TABLES:
        run(op, f"ALTER TABLE {table} DROP COLUMN local_area")
