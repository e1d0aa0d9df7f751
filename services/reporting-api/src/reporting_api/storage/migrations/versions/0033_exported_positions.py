"""Exports of ledger entries say up to which position, and behind which one, they hold entries."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        op,
        """ALTER TABLE exports
        ADD COLUMN ledger_position bigint,
        ADD COLUMN after_position bigint,
        ADD CONSTRAINT ck_exports_positions_of_ledger
            CHECK (kind = 'ledger_entries' OR (ledger_position IS NULL AND after_position IS NULL))""",
    )


def downgrade() -> None:
    run(
        op,
        """ALTER TABLE exports
        DROP CONSTRAINT ck_exports_positions_of_ledger,
        DROP COLUMN ledger_position,
        DROP COLUMN after_position""",
    )
