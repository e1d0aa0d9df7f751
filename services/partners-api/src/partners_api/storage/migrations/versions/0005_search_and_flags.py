"""Search by similar names; sizes and dated flags of organisations.

pg_trgm finds names that are spelt a little differently. It is a trusted extension: the owner of the database
may create it.
"""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UP = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """CREATE INDEX ix_organisations_similar_name ON organisations
        USING gin (lower(legal_name) gin_trgm_ops) WHERE NOT is_merged""",
    """CREATE TABLE organisation_sizes (
        id uuid NOT NULL CONSTRAINT pk_organisation_sizes PRIMARY KEY,
        organisation_id uuid NOT NULL CONSTRAINT fk_organisation_sizes_organisation_id
            REFERENCES organisations (id),
        stated_on date NOT NULL,
        staff integer NOT NULL CONSTRAINT ck_organisation_sizes_staff_counted CHECK (staff >= 0),
        turnover_pence bigint,
        balance_sheet_pence bigint,
        is_non_governmental boolean,
        is_value_driven boolean,
        reinvests_surpluses boolean,
        source text NOT NULL,
        definition text NOT NULL,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL)""",
    """CREATE INDEX ix_organisation_sizes_organisation_id_stated_on
        ON organisation_sizes (organisation_id, stated_on)""",
    """CREATE TABLE organisation_flags (
        id uuid NOT NULL CONSTRAINT pk_organisation_flags PRIMARY KEY,
        organisation_id uuid NOT NULL CONSTRAINT fk_organisation_flags_organisation_id
            REFERENCES organisations (id),
        kind text NOT NULL CONSTRAINT ck_organisation_flags_kind_known
            CHECK (kind IN ('accreditation', 'diverse_ownership', 'local_presence')),
        code text NOT NULL,
        place_id uuid CONSTRAINT fk_organisation_flags_place_id REFERENCES places (id),
        valid_from date NOT NULL,
        valid_to date,
        source text NOT NULL,
        source_url text,
        stated_by text NOT NULL CONSTRAINT ck_organisation_flags_voice_known
            CHECK (stated_by IN ('organisation', 'programme')),
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT ck_organisation_flags_place_of_presence
            CHECK ((kind = 'local_presence') = (place_id IS NOT NULL)),
        CONSTRAINT ck_organisation_flags_days_in_order CHECK (valid_to >= valid_from),
        CONSTRAINT ex_organisation_flags_overlap EXCLUDE USING gist (
            organisation_id WITH =, kind WITH =, code WITH =,
            (coalesce(place_id, organisation_id)) WITH =, daterange(valid_from, valid_to, '[]') WITH &&))""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)
    make_append_only(op, "organisation_sizes")


def downgrade() -> None:
    run(op, "DROP TABLE organisation_flags, organisation_sizes")
    run(op, "DROP INDEX ix_organisations_similar_name")
    run(op, "DROP EXTENSION IF EXISTS pg_trgm")
