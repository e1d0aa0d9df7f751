"""Variations and novations of agreements, and lines as they stand after one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_QUANTITY = sa.Numeric(28, 8)


def upgrade() -> None:
    op.create_table(
        "agreement_changes",
        sa.Column("agreement_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid, nullable=False),
        sa.Column("deliverer_organisation_id", sa.Uuid, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("value_pence", sa.BigInteger),
        sa.Column("line_ids", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", "version", name="pk_agreement_changes"),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name="fk_agreement_changes_agreement_id"
        ),
        sa.CheckConstraint("kind IN ('variation', 'novation')", name="ck_agreement_changes_kind_known"),
    )
    op.create_table(
        "agreement_line_versions",
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("rest_from", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("schedule", JSONB, nullable=False),
        sa.Column("method_version", sa.Text, nullable=False),
        sa.Column("quantity", _QUANTITY, nullable=False),
        sa.Column("counted_quantity", _QUANTITY, nullable=False),
        sa.Column("social_pence", sa.BigInteger, nullable=False),
        sa.Column("local_economic_pence", sa.BigInteger, nullable=False),
        sa.Column("low_pence", sa.BigInteger),
        sa.Column("high_pence", sa.BigInteger),
        sa.Column("fiscal_pence", sa.BigInteger, nullable=False),
        sa.Column("kept_quantity", _QUANTITY, nullable=False),
        sa.Column("kept_counted_quantity", _QUANTITY, nullable=False),
        sa.Column("kept_social_pence", sa.BigInteger, nullable=False),
        sa.Column("kept_local_economic_pence", sa.BigInteger, nullable=False),
        sa.Column("kept_low_pence", sa.BigInteger),
        sa.Column("kept_high_pence", sa.BigInteger),
        sa.Column("kept_fiscal_pence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("line_id", "version", name="pk_agreement_line_versions"),
        sa.ForeignKeyConstraint(
            ["line_id"], ["agreement_lines.line_id"], name="fk_agreement_line_versions_line_id"
        ),
    )
    for table in ("agreement_changes", "agreement_line_versions"):
        make_append_only(op, table)


def downgrade() -> None:
    op.drop_table("agreement_line_versions")
    op.drop_table("agreement_changes")
