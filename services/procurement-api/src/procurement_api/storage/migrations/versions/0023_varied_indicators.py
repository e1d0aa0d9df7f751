"""What an agreement is worth with VAT after a change; what was changed before says nothing of it."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(op, "ALTER TABLE agreement_changes ADD COLUMN value_gross_pence bigint")


def downgrade() -> None:
    run(op, "ALTER TABLE agreement_changes DROP COLUMN value_gross_pence")
