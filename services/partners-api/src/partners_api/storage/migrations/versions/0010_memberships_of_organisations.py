"""Memberships are found by their organisation, in the order in which they began."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        op,
        "CREATE INDEX ix_memberships_organisation_id ON memberships (organisation_id, valid_from, id)",
    )


def downgrade() -> None:
    run(op, "DROP INDEX ix_memberships_organisation_id")
