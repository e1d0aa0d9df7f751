"""Published OCDS releases are kept as they went out."""

import sqlalchemy as sa
from alembic import op

from cdp_common.db.common_schema import make_append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ocds_releases",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("ocid", sa.Text, nullable=False),
        sa.Column("tender_id", sa.Uuid),
        sa.Column("agreement_id", sa.Uuid),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ocds_releases"),
        sa.ForeignKeyConstraint(["tender_id"], ["tenders.id"], name="fk_ocds_releases_tender_id"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name="fk_ocds_releases_agreement_id"),
        sa.UniqueConstraint("position", name="uq_ocds_releases_position"),
        sa.CheckConstraint(
            "num_nonnulls(tender_id, agreement_id) >= 1", name="ck_ocds_releases_of_something"
        ),
    )
    op.create_index("ix_ocds_releases_ocid", "ocds_releases", ["ocid", "position"])
    op.create_index("ix_ocds_releases_tender_id", "ocds_releases", ["tender_id"])
    op.create_index("ix_ocds_releases_agreement_id", "ocds_releases", ["agreement_id"])
    op.create_index("ix_ocds_releases_published_at", "ocds_releases", ["published_at"])
    make_append_only(op, "ocds_releases")


def downgrade() -> None:
    op.drop_table("ocds_releases")
