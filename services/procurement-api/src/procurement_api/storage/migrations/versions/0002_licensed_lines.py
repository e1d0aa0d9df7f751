"""Valued lines name the framework whose licence their pounds need."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("opened_lines", "agreement_lines")


def upgrade() -> None:
    for table in _TABLES:
        run(op, f"ALTER TABLE {table} ADD COLUMN licensed_framework text")


def downgrade() -> None:
    for table in _TABLES:
        run(op, f"ALTER TABLE {table} DROP COLUMN licensed_framework")
