"""Places get keys for certificates, and every signature its number in the register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from cdp_common.db.common_schema import make_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "signatures",
        sa.Column(
            "register_number", sa.BigInteger, sa.Identity(always=True, start=0, minvalue=0), nullable=False
        ),
    )
    op.create_unique_constraint("uq_signatures_register_number", "signatures", ["register_number"])
    op.create_table(
        "place_keys",
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("public_jwk", JSONB, nullable=False),
        sa.Column("private_encrypted", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name="pk_place_keys"),
        sa.UniqueConstraint("place_id", "generation", name="uq_place_keys_generation"),
        sa.CheckConstraint("generation > 0", name="ck_place_keys_generation_positive"),
    )
    make_append_only(op, "place_keys")


def downgrade() -> None:
    op.drop_table("place_keys")
    op.drop_constraint("uq_signatures_register_number", "signatures")
    op.drop_column("signatures", "register_number")
