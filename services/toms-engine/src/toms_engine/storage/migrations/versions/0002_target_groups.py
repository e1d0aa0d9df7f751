"""Measures name the groups of people that they are about.

An edition stored before has none; the default lets the release before this one go on storing drafts.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; rows are not touched, so published editions stay as they are."""
    run(op, "ALTER TABLE measures ADD COLUMN target_groups text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """Take the column away."""
    run(op, "ALTER TABLE measures DROP COLUMN target_groups")
