"""Records of organisations that lead to others."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        op,
        """CREATE TABLE organisation_merges (
            organisation_id uuid NOT NULL,
            recorded_at timestamptz NOT NULL,
            survivor_id uuid NOT NULL,
            CONSTRAINT pk_organisation_merges PRIMARY KEY (organisation_id, recorded_at),
            CONSTRAINT ck_organisation_merges_leads_elsewhere CHECK (survivor_id <> organisation_id))""",
    )
    make_append_only(op, "organisation_merges")


def downgrade() -> None:
    run(op, "DROP TABLE organisation_merges")
