"""Agreements that are varied or novated: up to which version they were taken in, and who owed them before."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitments", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.alter_column("commitments", "version", server_default=None)
    op.create_table(
        "commitment_novations",
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("earlier_deliverer_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "version", name="pk_commitment_novations"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["commitments.source_id"], name="fk_commitment_novations_source_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("commitment_novations")
    op.drop_column("commitments", "version")
