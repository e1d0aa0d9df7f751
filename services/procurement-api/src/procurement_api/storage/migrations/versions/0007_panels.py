"""Evaluators by person, their interests and scores, and what a moderator sets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("interest_declarations", "answer_scores", "consensus_scores")


def upgrade() -> None:
    op.create_table(
        "evaluators",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("client_id", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("organisation_id", sa.Uuid),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluators"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_evaluators_tender_id"),
        sa.UniqueConstraint("tender_id", "client_id", "reference", name="uq_evaluators_asserted"),
        sa.CheckConstraint(
            "(client_id IS NULL) = (reference IS NULL)", name="ck_evaluators_asserted_with_reference"
        ),
        sa.CheckConstraint("client_id IS NOT NULL OR person_id IS NOT NULL", name="ck_evaluators_somebody"),
    )
    op.create_index(
        "uq_evaluators_signed_in",
        "evaluators",
        ["tender_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("client_id IS NULL"),
    )
    op.create_table(
        "interest_declarations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("evaluator_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("conflicts", JSONB, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interest_declarations"),
        sa.ForeignKeyConstraint(
            ["evaluator_id"], ["evaluators.id"], name="fk_interest_declarations_evaluator_id"
        ),
        sa.UniqueConstraint("evaluator_id", "version", name="uq_interest_declarations_version"),
    )
    op.create_table(
        "answer_scores",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("evaluator_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("score", sa.Numeric(28, 8), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_scores"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_answer_scores_bid_id"),
        sa.ForeignKeyConstraint(["evaluator_id"], ["evaluators.id"], name="fk_answer_scores_evaluator_id"),
        sa.UniqueConstraint("bid_id", "measure", "evaluator_id", "version", name="uq_answer_scores_version"),
    )
    op.create_table(
        "consensus_scores",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("score", sa.Numeric(28, 8), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("moderator_id", sa.Uuid, nullable=False),
        sa.Column("rests_on", JSONB, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consensus_scores"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_consensus_scores_bid_id"),
        sa.ForeignKeyConstraint(["moderator_id"], ["evaluators.id"], name="fk_consensus_scores_moderator_id"),
        sa.UniqueConstraint("bid_id", "measure", "version", name="uq_consensus_scores_version"),
    )
    _take_over_scores()
    for table in APPEND_ONLY:
        make_append_only(op, table)
    op.drop_table("panel_scores")


def _take_over_scores() -> None:
    """Scores were a client's: it becomes the evaluator that it named without saying whom."""
    op.execute(
        "INSERT INTO evaluators (id, tender_id, client_id, reference, created_at) "
        "SELECT gen_random_uuid(), b.tender_id, s.scored_by, s.scored_by, min(s.recorded_at) "
        "FROM panel_scores s JOIN bids b ON b.id = s.bid_id GROUP BY b.tender_id, s.scored_by"
    )
    op.execute(
        "INSERT INTO answer_scores "
        "(id, bid_id, measure, evaluator_id, version, score, reason, recorded_by, recorded_at) "
        "SELECT s.id, s.bid_id, s.measure, e.id, s.version, s.score, s.reason, s.scored_by, s.recorded_at "
        "FROM panel_scores s JOIN bids b ON b.id = s.bid_id "
        "JOIN evaluators e ON e.tender_id = b.tender_id AND e.client_id = s.scored_by"
    )


def downgrade() -> None:
    op.create_table(
        "panel_scores",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("score", sa.Numeric(28, 8), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("scored_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_panel_scores"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_panel_scores_bid_id"),
        sa.UniqueConstraint("bid_id", "measure", "version", name="uq_panel_scores_bid_measure_version"),
    )
    make_append_only(op, "panel_scores")
    for table in ("consensus_scores", "answer_scores", "interest_declarations", "evaluators"):
        op.drop_table(table)
