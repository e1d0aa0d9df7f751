"""The log of a tender's submissions, published at opening with a proof for each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tender_logs",
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("log_jws", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tender_id", name="pk_tender_logs"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_tender_logs_tender_id"),
    )
    op.create_table(
        "tender_log_leaves",
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("leaf_hash", sa.Text, nullable=False),
        sa.Column("leaf_index", sa.Integer, nullable=False),
        sa.Column("path", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("tender_id", "leaf_hash", name="pk_tender_log_leaves"),
        sa.ForeignKeyConstraint(
            ["tender_id"], ["tender_logs.tender_id"], name="fk_tender_log_leaves_tender_id"
        ),
        sa.UniqueConstraint("tender_id", "leaf_index", name="uq_tender_log_leaves_place"),
    )
    for table in ("tender_logs", "tender_log_leaves"):
        make_append_only(op, table)
    op.drop_column("tenders", "log_root")


def downgrade() -> None:
    op.add_column("tenders", sa.Column("log_root", sa.Text))
    op.drop_table("tender_log_leaves")
    op.drop_table("tender_logs")
