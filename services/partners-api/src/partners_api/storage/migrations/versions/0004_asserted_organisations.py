"""Organisations that only a portal speaks of are recorded once for each portal and buyer."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(
        op,
        """CREATE TABLE asserted_organisations (
            organisation_id uuid NOT NULL CONSTRAINT pk_asserted_organisations PRIMARY KEY
                CONSTRAINT fk_asserted_organisations_organisation_id
                REFERENCES organisations (id),
            portal_organisation_id uuid NOT NULL,
            buyer_organisation_id uuid NOT NULL,
            stated_as text NOT NULL,
            CONSTRAINT uq_asserted_organisations_stated
                UNIQUE (portal_organisation_id, buyer_organisation_id, stated_as))""",
    )


def downgrade() -> None:
    run(op, "DROP TABLE asserted_organisations")
