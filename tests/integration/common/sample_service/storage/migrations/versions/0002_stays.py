"""Stays, of which one account's do not overlap."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(
        """CREATE TABLE stays (
            id uuid NOT NULL CONSTRAINT pk_stays PRIMARY KEY,
            account_id uuid NOT NULL,
            start date NOT NULL,
            "end" date NOT NULL,
            CONSTRAINT ex_stays_no_overlap
                EXCLUDE USING gist (account_id WITH =, daterange(start, "end", '[]') WITH &&))"""
    )


def downgrade() -> None:
    op.drop_table("stays")
    op.execute("DROP EXTENSION btree_gist")
