"""The shared tables, accounts and entries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import (
    add_actor_to_events_0002,
    create_common_0001,
    drop_common_0001,
    make_append_only,
)
from cdp_common.db.pgqueuer_schema import create_pgqueuer_0001, drop_pgqueuer_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_common_0001(op)
    add_actor_to_events_0002(op)
    create_pgqueuer_0001(op)
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("balance_pence", sa.BigInteger, nullable=False),
        sa.Column("hours", sa.Numeric(28, 8)),
        sa.Column("details", JSONB),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("balance_pence >= 0", name="ck_accounts_balance_not_negative"),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "account_id",
            sa.Uuid,
            sa.ForeignKey("accounts.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("pence", sa.BigInteger, nullable=False),
    )
    make_append_only(op, "entries")


def downgrade() -> None:
    op.drop_table("entries")
    op.drop_table("accounts")
    drop_pgqueuer_0001(op)
    drop_common_0001(op)
