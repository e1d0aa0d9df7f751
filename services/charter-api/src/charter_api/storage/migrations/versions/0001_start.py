"""Charters, signatures, pledges, and the shared tables."""

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


def upgrade() -> None:
    create_common_0001(op)
    create_pgqueuer_0001(op)
    op.create_table(
        "charters",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("preamble", sa.Text, nullable=False),
        sa.Column("pledges", JSONB, nullable=False),
        sa.Column("review_months", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("data_status", sa.Text, nullable=False),
        sa.Column("published_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_charters"),
        sa.UniqueConstraint("place_id", "version", name="uq_charters_place_version"),
    )
    op.create_table(
        "signing_people",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signing_people"),
    )
    op.create_table(
        "signatures",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("charter_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("organisation_name", sa.Text, nullable=False),
        sa.Column("organisation_kind", sa.Text, nullable=False),
        sa.Column("term", sa.Integer, nullable=False),
        sa.Column("signed_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("signed_by_role", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.Column("data_status", sa.Text, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signatures"),
        sa.ForeignKeyConstraint(["charter_id"], ["charters.id"], name="fk_signatures_charter_id"),
        sa.UniqueConstraint("charter_id", "organisation_id", "term", name="uq_signatures_term"),
        sa.CheckConstraint("term > 0", name="ck_signatures_term_positive"),
        sa.CheckConstraint("expires_on >= signed_on", name="ck_signatures_expiry_after_signature"),
    )
    op.create_index("ix_signatures_place_id", "signatures", ["place_id"])
    op.create_table(
        "signature_withdrawals",
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("signature_id", name="pk_signature_withdrawals"),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signatures.id"], name="fk_signature_withdrawals_signature_id"
        ),
    )
    op.create_table(
        "pledges",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("signature_id", sa.Uuid, nullable=False),
        sa.Column("pledge", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("objective", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("commitment", JSONB),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pledges"),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"], name="fk_pledges_signature_id"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_pledges_period_forward"),
    )
    op.create_index("ix_pledges_signature_id", "pledges", ["signature_id"])
    for table in ("charters", "signatures", "signature_withdrawals", "pledges"):
        make_append_only(op, table)


def downgrade() -> None:
    for table in ("pledges", "signature_withdrawals", "signatures", "signing_people", "charters"):
        op.drop_table(table)
    drop_pgqueuer_0001(op)
    drop_common_0001(op)
