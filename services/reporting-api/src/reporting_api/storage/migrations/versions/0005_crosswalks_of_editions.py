"""Editions keep their crosswalks beside them, so that value can be grouped by another system's categories."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null until the edition's crosswalks were asked for, which is made up for when they are needed.
    run(op, "ALTER TABLE editions ADD COLUMN crosswalks jsonb")


def downgrade() -> None:
    run(op, "ALTER TABLE editions DROP COLUMN crosswalks")
