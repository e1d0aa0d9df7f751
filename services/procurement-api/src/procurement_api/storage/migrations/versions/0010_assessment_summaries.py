"""Assessment summaries, frozen as they were sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summary_sendings",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("evaluation_version", sa.Integer, nullable=False),
        sa.Column("winner_bid_id", sa.Uuid),
        sa.Column("withheld", JSONB, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_summary_sendings"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_summary_sendings_tender_id"),
        sa.ForeignKeyConstraint(["winner_bid_id"], ["bids.id"], name="fk_summary_sendings_winner_bid_id"),
        sa.UniqueConstraint("tender_id", "lot", name="uq_summary_sendings_lot"),
    )
    op.create_table(
        "assessment_summaries",
        sa.Column("sending_id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("sending_id", "bid_id", name="pk_assessment_summaries"),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["summary_sendings.id"], name="fk_assessment_summaries_sending_id"
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_assessment_summaries_bid_id"),
    )
    op.create_index("ix_assessment_summaries_bid_id", "assessment_summaries", ["bid_id"])
    for table in ("summary_sendings", "assessment_summaries"):
        make_append_only(op, table)


def downgrade() -> None:
    op.drop_table("assessment_summaries")
    op.drop_table("summary_sendings")
