"""OCDS releases about delivery are kept as they went out."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE ocds_releases (
        id uuid NOT NULL,
        position bigint NOT NULL,
        ocid text NOT NULL,
        agreement_id uuid NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        published_at timestamptz NOT NULL,
        body text NOT NULL,
        CONSTRAINT pk_ocds_releases PRIMARY KEY (id),
        CONSTRAINT uq_ocds_releases_position UNIQUE (position),
        CONSTRAINT fk_ocds_releases_agreement_id
            FOREIGN KEY(agreement_id) REFERENCES commitments (source_id),
        CONSTRAINT ck_ocds_releases_period_forward CHECK (period_end >= period_start))""",
    "CREATE INDEX ix_ocds_releases_ocid ON ocds_releases (ocid, position)",
    """CREATE INDEX ix_ocds_releases_agreement_id
        ON ocds_releases (agreement_id, period_start, period_end)""",
    "CREATE INDEX ix_ocds_releases_published_at ON ocds_releases (published_at)",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)
    make_append_only(op, "ocds_releases")


def downgrade() -> None:
    run(op, "DROP TABLE ocds_releases")
