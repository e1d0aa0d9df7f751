"""Decisions and standstills by lot; a tender may lead to an agreement for each of its lots."""

import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import make_append_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lot_decisions",
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("winner_bid_id", sa.Uuid),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.Column("decided_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tender_id", "lot", name="pk_lot_decisions"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_lot_decisions_tender_id"),
        sa.ForeignKeyConstraint(["winner_bid_id"], ["bids.id"], name="fk_lot_decisions_winner_bid_id"),
    )
    op.create_table(
        "lot_standstills",
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("award_notice_on", sa.Date, nullable=False),
        sa.Column("notice_reference", sa.Text),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("recorded_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tender_id", "lot", name="pk_lot_standstills"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_lot_standstills_tender_id"),
    )
    for table in ("lot_decisions", "lot_standstills"):
        make_append_only(op, table)
    op.add_column(
        "opened_lines", sa.Column("once_if_any_won", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.alter_column("opened_lines", "once_if_any_won", server_default=None)
    op.add_column("agreements", sa.Column("lot", sa.Text))
    op.drop_constraint("uq_agreements_tender", "agreements", type_="unique")
    op.create_index(
        "uq_agreements_tender_lot", "agreements", ["tender_id", sa.text("coalesce(lot, '')")], unique=True
    )


def downgrade() -> None:
    op.drop_index("uq_agreements_tender_lot", "agreements")
    op.create_unique_constraint("uq_agreements_tender", "agreements", ["tender_id"])
    op.drop_column("agreements", "lot")
    op.drop_column("opened_lines", "once_if_any_won")
    op.drop_table("lot_standstills")
    op.drop_table("lot_decisions")
