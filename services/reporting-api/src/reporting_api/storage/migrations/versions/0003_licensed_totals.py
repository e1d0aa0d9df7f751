"""The licensed theme totals that publications showed, and what they were made of."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE = """CREATE TABLE licensed_totals (
        publication_id uuid NOT NULL,
        place_id uuid NOT NULL,
        number integer NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        theme text NOT NULL,
        framework text NOT NULL,
        figure text NOT NULL,
        outcome text NOT NULL,
        social_pence bigint NOT NULL,
        local_pence bigint NOT NULL,
        is_split boolean NOT NULL,
        parts jsonb NOT NULL,
        CONSTRAINT pk_licensed_totals PRIMARY KEY (publication_id, theme, framework, figure),
        CONSTRAINT fk_licensed_totals_publication_id FOREIGN KEY(publication_id) REFERENCES publications (id),
        CONSTRAINT ck_licensed_totals_figure_known
            CHECK (figure IN ('delivered', 'validated')),
        CONSTRAINT ck_licensed_totals_outcome_known
            CHECK (outcome IN ('included', 'as_first_published')))"""

_INDEX = "CREATE INDEX ix_licensed_totals_place_id_outcome ON licensed_totals (place_id, outcome)"


def upgrade() -> None:
    run(op, _TABLE)
    run(op, _INDEX)
    make_append_only(op, "licensed_totals")


def downgrade() -> None:
    run(op, "DROP TABLE licensed_totals")
