"""Proxies name the discount rate of their value; what is stored already goes by the standard one.

No row trigger fires, and the hash of what is published stays good: it leaves defaults out. The default lets
the release before this one go on storing drafts.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    run(
        op,
        """ALTER TABLE proxies
            ADD COLUMN discount_rate text NOT NULL DEFAULT 'standard',
            ADD CONSTRAINT ck_proxies_discount_rate_known CHECK (discount_rate IN ('standard', 'health'))""",
    )


def downgrade() -> None:
    """Take the column away."""
    run(op, "ALTER TABLE proxies DROP COLUMN discount_rate")
