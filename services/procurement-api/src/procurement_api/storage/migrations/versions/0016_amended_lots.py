"""Versions of terms hold the tender's value and lots too, which can be amended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("value_pence", "value_gross_pence"):
        op.add_column("terms_versions", sa.Column(name, sa.BigInteger))
    op.add_column("terms_versions", sa.Column("lots", JSONB, nullable=False, server_default="[]"))
    op.alter_column("terms_versions", "lots", server_default=None)
    # No version could change them until now: each holds what its tender does. The trigger lets nobody
    # change a version, and so it rests for this statement.
    op.execute("ALTER TABLE terms_versions DISABLE TRIGGER terms_versions_append_only")
    op.execute(
        "UPDATE terms_versions v SET value_pence = t.value_pence, value_gross_pence = t.value_gross_pence, "
        "lots = t.lots FROM tenders t WHERE t.id = v.tender_id"
    )
    op.execute("ALTER TABLE terms_versions ENABLE TRIGGER terms_versions_append_only")


def downgrade() -> None:
    for name in ("lots", "value_gross_pence", "value_pence"):
        op.drop_column("terms_versions", name)
