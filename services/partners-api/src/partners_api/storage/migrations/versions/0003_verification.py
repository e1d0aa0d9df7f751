"""Claims that run out, verification with its grounds, and records that lead to another one."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CLAIMS = (
    "ALTER TABLE organisation_identifiers ADD COLUMN claimed_at timestamptz",
    """UPDATE organisation_identifiers SET claimed_at = organisations.created_at
        FROM organisations WHERE organisations.id = organisation_identifiers.organisation_id""",
    "ALTER TABLE organisation_identifiers ALTER COLUMN claimed_at SET NOT NULL",
    """CREATE INDEX ix_organisation_identifiers_claimed_at ON organisation_identifiers (claimed_at)
        WHERE organisation_state = 'unverified'""",
    "ALTER TABLE clients ADD COLUMN scopes_when_verified text[]",
    """CREATE TABLE organisation_verifications (
        id uuid NOT NULL CONSTRAINT pk_organisation_verifications PRIMARY KEY,
        organisation_id uuid NOT NULL CONSTRAINT fk_organisation_verifications_organisation_id
            REFERENCES organisations (id),
        method text NOT NULL CONSTRAINT ck_organisation_verifications_method_known
            CHECK (method IN ('vouched', 'dns')),
        evidence text,
        domain text,
        identifiers text[] NOT NULL,
        client_id text NOT NULL,
        by_person uuid,
        decided_at timestamptz NOT NULL,
        CONSTRAINT ck_organisation_verifications_domain_proven
            CHECK ((method = 'dns') = (domain IS NOT NULL)))""",
    """CREATE INDEX ix_organisation_verifications_organisation_id
        ON organisation_verifications (organisation_id)""",
    """CREATE TABLE identifier_domains (
        scheme text NOT NULL,
        number text NOT NULL,
        domain text NOT NULL,
        source text NOT NULL,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_identifier_domains PRIMARY KEY (scheme, number, domain))""",
)

# Who is merged leads to a record that is not: the foreign key takes `false` alone at its other end, and so
# refuses chains and circles, and that a record is merged away to which others lead.
_MERGING = (
    "ALTER TABLE organisations ADD COLUMN merged_into uuid",
    "ALTER TABLE organisations ADD COLUMN merged_ids uuid[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE organisations ALTER COLUMN merged_ids DROP DEFAULT",
    """ALTER TABLE organisations ADD COLUMN is_merged boolean NOT NULL
        GENERATED ALWAYS AS (merged_into IS NOT NULL) STORED""",
    """ALTER TABLE organisations ADD COLUMN survivor_is_merged boolean
        GENERATED ALWAYS AS (CASE WHEN merged_into IS NULL THEN NULL ELSE false END) STORED""",
    "ALTER TABLE organisations ADD CONSTRAINT uq_organisations_id_is_merged UNIQUE (id, is_merged)",
    """ALTER TABLE organisations ADD CONSTRAINT fk_organisations_survivor
        FOREIGN KEY (merged_into, survivor_is_merged) REFERENCES organisations (id, is_merged)""",
    "CREATE INDEX ix_organisations_merged_into ON organisations (merged_into) WHERE merged_into IS NOT NULL",
    """CREATE TABLE organisation_merges (
        organisation_id uuid NOT NULL CONSTRAINT pk_organisation_merges PRIMARY KEY
            CONSTRAINT fk_organisation_merges_organisation_id REFERENCES organisations (id),
        survivor_id uuid NOT NULL CONSTRAINT fk_organisation_merges_survivor_id REFERENCES organisations (id),
        reason text NOT NULL,
        client_id text NOT NULL,
        by_person uuid,
        decided_at timestamptz NOT NULL)""",
)

_DOWN = (
    "DROP TABLE organisation_merges, identifier_domains, organisation_verifications",
    "ALTER TABLE organisations DROP CONSTRAINT fk_organisations_survivor",
    "ALTER TABLE organisations DROP CONSTRAINT uq_organisations_id_is_merged",
    "ALTER TABLE organisations DROP COLUMN survivor_is_merged",
    "ALTER TABLE organisations DROP COLUMN is_merged",
    "ALTER TABLE organisations DROP COLUMN merged_ids",
    "ALTER TABLE organisations DROP COLUMN merged_into",
    "ALTER TABLE clients DROP COLUMN scopes_when_verified",
    "ALTER TABLE organisation_identifiers DROP COLUMN claimed_at",
)


def upgrade() -> None:
    for statement in (*_CLAIMS, *_MERGING):
        run(op, statement)
    make_append_only(op, "organisation_verifications")
    make_append_only(op, "organisation_merges")


def downgrade() -> None:
    for statement in _DOWN:
        run(op, statement)
