"""What happens to opened bids: clarifications, accepted quantities, removals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("clarifications", "accepted_quantities", "bid_removals")


def upgrade() -> None:
    op.create_table(
        "clarifications",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_on", sa.Date),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clarifications"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_clarifications_bid_id"),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_on IS NULL)", name="ck_clarifications_answered_on_a_day"
        ),
    )
    op.create_index("ix_clarifications_bid_id", "clarifications", ["bid_id"])
    op.create_table(
        "accepted_quantities",
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("quantity", sa.Numeric(28, 8), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("counted_quantity", sa.Numeric(28, 8), nullable=False),
        sa.Column("social_pence", sa.BigInteger, nullable=False),
        sa.Column("local_economic_pence", sa.BigInteger, nullable=False),
        sa.Column("low_pence", sa.BigInteger),
        sa.Column("high_pence", sa.BigInteger),
        sa.Column("fiscal_pence", sa.BigInteger, nullable=False),
        sa.Column("method_version", sa.Text, nullable=False),
        sa.Column("licensed_framework", sa.Text),
        sa.Column("explanation", JSONB),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("line_id", "version", name="pk_accepted_quantities"),
        sa.ForeignKeyConstraint(["line_id"], ["opened_lines.line_id"], name="fk_accepted_quantities_line_id"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_accepted_quantities_bid_id"),
        sa.CheckConstraint("quantity >= 0", name="ck_accepted_quantities_not_negative"),
    )
    op.create_index("ix_accepted_quantities_bid_id", "accepted_quantities", ["bid_id"])
    op.create_table(
        "bid_removals",
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("removal", sa.Text, nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bid_id", name="pk_bid_removals"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_bid_removals_bid_id"),
        sa.CheckConstraint("removal IN ('excluded', 'withdrawn')", name="ck_bid_removals_removal_known"),
    )
    for table in TABLES:
        make_append_only(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
