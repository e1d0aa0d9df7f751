"""Measures name the framework whose licence shows their pounds: an inherited figure keeps its own licence."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(op, "ALTER TABLE measures ADD COLUMN licence_framework text")
    run(
        op,
        """UPDATE measures m SET licence_framework = e.framework FROM editions e
            WHERE e.edition_hash = m.edition_hash AND NOT m.is_redistributable""",
    )


def downgrade() -> None:
    run(op, "ALTER TABLE measures DROP COLUMN licence_framework")
