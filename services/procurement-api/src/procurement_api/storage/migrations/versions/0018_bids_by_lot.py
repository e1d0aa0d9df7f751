"""Scores, removals and decisions stand by lot; bids that a later one supersedes are written at opening."""

import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import make_append_only

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Until now these were of the whole tender, whose lot is the empty text.
_SCORES = {
    "answer_scores": (
        "uq_answer_scores_version",
        ["bid_id", "measure", "lot", "evaluator_id", "version"],
    ),
    "consensus_scores": ("uq_consensus_scores_version", ["bid_id", "measure", "lot", "version"]),
}
_ROUNDS = {"lot_decisions": "pk_lot_decisions", "lot_standstills": "pk_lot_standstills"}


def upgrade() -> None:
    for table, (name, columns) in _SCORES.items():
        _add(table, sa.Column("lot", sa.Text, nullable=False, server_default=""))
        op.drop_constraint(name, table, type_="unique")
        op.create_unique_constraint(name, table, columns)
    _add("bid_removals", sa.Column("lot", sa.Text, nullable=False, server_default=""))
    _add("bid_removals", sa.Column("ended_decision", sa.Boolean, nullable=False, server_default="false"))
    op.drop_constraint("pk_bid_removals", "bid_removals", type_="primary")
    op.create_primary_key("pk_bid_removals", "bid_removals", ["bid_id", "lot"])
    for table, name in _ROUNDS.items():
        _add(table, sa.Column("round", sa.Integer, nullable=False, server_default="1"))
        op.drop_constraint(name, table, type_="primary")
        op.create_primary_key(name, table, ["tender_id", "lot", "round"])
    _add("summary_sendings", sa.Column("round", sa.Integer, nullable=False, server_default="1"))
    op.drop_constraint("uq_summary_sendings_lot", "summary_sendings", type_="unique")
    op.create_unique_constraint("uq_summary_sendings_lot", "summary_sendings", ["tender_id", "lot", "round"])
    op.create_table(
        "superseded_bids",
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("by_bid_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("bid_id", "lot", name="pk_superseded_bids"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_superseded_bids_bid_id"),
        sa.ForeignKeyConstraint(["by_bid_id"], ["bids.id"], name="fk_superseded_bids_by_bid_id"),
    )
    make_append_only(op, "superseded_bids")
    _one_bid_of("portal_organisation_id, tenderer_key")


def _add(table: str, column: sa.Column[object]) -> None:
    """Add a column that earlier rows have the default of, and that later ones state."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def _one_bid_of(columns: str) -> None:
    """Let whoever submits have one live bid of a bidder; another submitter is not told of it."""
    op.drop_index("uq_bids_live_tenderer", table_name="bids")
    op.execute(
        f"CREATE UNIQUE INDEX uq_bids_live_tenderer ON bids (tender_id, {columns}) WHERE state <> 'withdrawn'"
    )


def downgrade() -> None:
    _one_bid_of("tenderer_key")
    op.drop_table("superseded_bids")
    op.drop_constraint("uq_summary_sendings_lot", "summary_sendings", type_="unique")
    op.create_unique_constraint("uq_summary_sendings_lot", "summary_sendings", ["tender_id", "lot"])
    op.drop_column("summary_sendings", "round")
    for table, name in _ROUNDS.items():
        op.drop_constraint(name, table, type_="primary")
        op.create_primary_key(name, table, ["tender_id", "lot"])
        op.drop_column(table, "round")
    op.drop_constraint("pk_bid_removals", "bid_removals", type_="primary")
    op.create_primary_key("pk_bid_removals", "bid_removals", ["bid_id"])
    op.drop_column("bid_removals", "ended_decision")
    op.drop_column("bid_removals", "lot")
    for table, (name, columns) in _SCORES.items():
        op.drop_constraint(name, table, type_="unique")
        op.create_unique_constraint(name, table, [each for each in columns if each != "lot"])
        op.drop_column(table, "lot")
