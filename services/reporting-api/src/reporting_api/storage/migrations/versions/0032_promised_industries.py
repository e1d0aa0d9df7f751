"""Promised lines keep the industry of local spend, without which nothing can value them again."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(op, "ALTER TABLE commitment_lines ADD COLUMN industry text")


def downgrade() -> None:
    run(op, "ALTER TABLE commitment_lines DROP COLUMN industry")
