"""Call-offs name their framework agreement; contracts have values with VAT and key performance indicators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreements", sa.Column("value_gross_pence", sa.BigInteger))
    op.add_column("agreements", sa.Column("framework_agreement_id", sa.Uuid))
    op.create_foreign_key(
        "fk_agreements_framework_agreement_id",
        "agreements",
        "agreements",
        ["framework_agreement_id"],
        ["id"],
    )
    op.create_index("ix_agreements_framework_agreement_id", "agreements", ["framework_agreement_id"])
    op.add_column("agreements", sa.Column("kpis", JSONB, nullable=False, server_default="[]"))
    op.alter_column("agreements", "kpis", server_default=None)
    op.add_column("agreements", sa.Column("kpi_exemption", sa.Text))


def downgrade() -> None:
    for column in ("kpi_exemption", "kpis"):
        op.drop_column("agreements", column)
    op.drop_index("ix_agreements_framework_agreement_id", "agreements")
    op.drop_constraint("fk_agreements_framework_agreement_id", "agreements", type_="foreignkey")
    op.drop_column("agreements", "framework_agreement_id")
    op.drop_column("agreements", "value_gross_pence")
