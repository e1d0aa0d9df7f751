"""Tenders, sealed bids, evaluations, agreements, and the shared tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import create_common_0001, drop_common_0001, make_append_only
from cdp_common.db.pgqueuer_schema import create_pgqueuer_0001, drop_pgqueuer_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_QUANTITY = sa.Numeric(28, 8)


def upgrade() -> None:
    create_common_0001(op)
    create_pgqueuer_0001(op)
    _create_tenders()
    _create_bids()
    _create_evaluations()
    _create_agreements()
    op.create_table(
        "receipt_keys",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("public_jwk", JSONB, nullable=False),
        sa.Column("private_encrypted", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipt_keys"),
        sa.CheckConstraint("id = 1", name="ck_receipt_keys_one_row"),
    )
    for table in (
        "bid_versions",
        "opened_lines",
        "panel_scores",
        "evaluations",
        "agreement_lines",
        "receipt_keys",
    ):
        make_append_only(op, table)


def _create_tenders() -> None:
    op.create_table(
        "tenders",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("ocid", sa.Text),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("buyer_organisation_id", sa.Uuid, nullable=False),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("value_pence", sa.BigInteger),
        sa.Column("lots", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("terms", JSONB),
        sa.Column("measures", JSONB, nullable=False),
        sa.Column("sealing_public_jwk", JSONB),
        sa.Column("sealing_private_wrapped", sa.LargeBinary),
        sa.Column("published_at", _TIME),
        sa.Column("deadline_at", _TIME),
        sa.Column("opened_at", _TIME),
        sa.Column("log_root", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data_status", sa.Text, nullable=False),
        sa.Column("imported_release", JSONB),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenders"),
        sa.UniqueConstraint("buyer_organisation_id", "ocid", name="uq_tenders_buyer_ocid"),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'closed', 'evaluated', 'awarded', 'cancelled')",
            name="ck_tenders_state_known",
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR (deadline_at IS NOT NULL AND sealing_public_jwk IS NOT NULL)",
            name="ck_tenders_published_with_deadline_and_key",
        ),
    )
    op.create_index("ix_tenders_place_id", "tenders", ["place_id"])
    op.create_index("ix_tenders_ocid", "tenders", ["ocid"])
    op.create_table(
        "large_answers",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_large_answers"),
    )
    op.create_index("ix_large_answers_created_at", "large_answers", ["created_at"])


def _create_bids() -> None:
    op.create_table(
        "bids",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("tenderer_organisation_id", sa.Uuid, nullable=False),
        sa.Column("tenderer_name", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bids"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_bids_tender_id"),
        sa.CheckConstraint(
            "state IN ('sealed', 'withdrawn', 'opened', 'disregarded')", name="ck_bids_state_known"
        ),
    )
    op.create_index("ix_bids_tender_id", "bids", ["tender_id"])
    op.create_index(
        "uq_bids_live",
        "bids",
        ["tender_id", "tenderer_organisation_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "bid_versions",
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("bid_id", "version", name="pk_bid_versions"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_bid_versions_bid_id"),
        sa.CheckConstraint(
            "action IN ('submitted', 'replaced', 'withdrawn')", name="ck_bid_versions_action_known"
        ),
    )
    op.create_table(
        "opened_lines",
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("lot", sa.Text),
        sa.Column("quantity", _QUANTITY, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("industry", sa.Text),
        sa.Column("area_code", sa.Text),
        sa.Column("schedule", JSONB, nullable=False),
        sa.Column("counted_quantity", _QUANTITY, nullable=False),
        sa.Column("social_pence", sa.BigInteger, nullable=False),
        sa.Column("local_economic_pence", sa.BigInteger, nullable=False),
        sa.Column("low_pence", sa.BigInteger),
        sa.Column("high_pence", sa.BigInteger),
        sa.Column("fiscal_pence", sa.BigInteger, nullable=False),
        sa.Column("method_version", sa.Text, nullable=False),
        sa.Column("disregarded", sa.Text),
        sa.Column("explanation", JSONB),
        sa.PrimaryKeyConstraint("line_id", name="pk_opened_lines"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_opened_lines_bid_id"),
        sa.UniqueConstraint("bid_id", "position", name="uq_opened_lines_bid_position"),
    )


def _create_evaluations() -> None:
    op.create_table(
        "panel_scores",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("bid_id", sa.Uuid, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("score", _QUANTITY, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("scored_by", sa.Text, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_panel_scores"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_panel_scores_bid_id"),
        sa.UniqueConstraint("bid_id", "measure", "version", name="uq_panel_scores_bid_measure_version"),
    )
    op.create_table(
        "evaluations",
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("evaluated_at", _TIME, nullable=False),
        sa.Column("result", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("tender_id", "version", name="pk_evaluations"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_evaluations_tender_id"),
    )


def _create_agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("tender_id", sa.Uuid),
        sa.Column("bid_id", sa.Uuid),
        sa.Column("commissioner_organisation_id", sa.Uuid, nullable=False),
        sa.Column("commissioner_name", sa.Text, nullable=False),
        sa.Column("deliverer_organisation_id", sa.Uuid, nullable=False),
        sa.Column("deliverer_name", sa.Text, nullable=False),
        sa.Column("signed_on", sa.Date, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("terminated_on", sa.Date),
        sa.Column("value_pence", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data_status", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_agreements_tender_id"),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name="fk_agreements_bid_id"),
        sa.UniqueConstraint("commissioner_organisation_id", "reference", name="uq_agreements_reference"),
        sa.UniqueConstraint("tender_id", name="uq_agreements_tender"),
        sa.CheckConstraint("state IN ('signed', 'terminated')", name="ck_agreements_state_known"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_agreements_period_forward"),
        sa.CheckConstraint(
            "(state = 'terminated') = (terminated_on IS NOT NULL)", name="ck_agreements_terminated_with_date"
        ),
    )
    op.create_index("ix_agreements_place_id", "agreements", ["place_id"])
    op.create_index("ix_agreements_deliverer_organisation_id", "agreements", ["deliverer_organisation_id"])
    op.create_table(
        "agreement_lines",
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("agreement_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("edition_hash", sa.Text, nullable=False),
        sa.Column("method_version", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("quantity", _QUANTITY, nullable=False),
        sa.Column("counted_quantity", _QUANTITY, nullable=False),
        sa.Column("social_pence", sa.BigInteger, nullable=False),
        sa.Column("local_economic_pence", sa.BigInteger, nullable=False),
        sa.Column("low_pence", sa.BigInteger),
        sa.Column("high_pence", sa.BigInteger),
        sa.Column("fiscal_pence", sa.BigInteger, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("schedule", JSONB, nullable=False),
        sa.Column("area_code", sa.Text),
        sa.Column("industry", sa.Text),
        sa.PrimaryKeyConstraint("line_id", name="pk_agreement_lines"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name="fk_agreement_lines_agreement_id"),
        sa.UniqueConstraint("agreement_id", "position", name="uq_agreement_lines_agreement_position"),
    )


def downgrade() -> None:
    for table in (
        "receipt_keys",
        "agreement_lines",
        "agreements",
        "evaluations",
        "panel_scores",
        "opened_lines",
        "bid_versions",
        "bids",
        "large_answers",
        "tenders",
    ):
        op.drop_table(table)
    drop_pgqueuer_0001(op)
    drop_common_0001(op)
