"""People who sign in elsewhere, and organisations that others have asserted."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE organisations DROP CONSTRAINT ck_organisations_state_known",
    """ALTER TABLE organisations ADD CONSTRAINT ck_organisations_state_known
        CHECK (state IN ('asserted', 'unverified', 'verified'))""",
    """CREATE TABLE identity_providers (
        id uuid NOT NULL CONSTRAINT pk_identity_providers PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL CONSTRAINT ck_identity_providers_kind_known
            CHECK (kind IN ('external', 'sandbox')),
        issuer text NOT NULL,
        audiences jsonb NOT NULL,
        jwks_uri text,
        jwks jsonb,
        algorithms text[] NOT NULL,
        subject_claim text NOT NULL,
        trusted_for_all boolean NOT NULL,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT ck_identity_providers_one_key_source CHECK (num_nonnulls(jwks_uri, jwks) <= 1))""",
    """CREATE UNIQUE INDEX uq_identity_providers_issuer ON identity_providers (issuer)
        WHERE ended_at IS NULL""",
    """CREATE TABLE identity_provider_organisations (
        provider_id uuid NOT NULL CONSTRAINT fk_identity_provider_organisations_provider_id
            REFERENCES identity_providers (id),
        organisation_id uuid NOT NULL CONSTRAINT fk_identity_provider_organisations_organisation_id
            REFERENCES organisations (id),
        CONSTRAINT pk_identity_provider_organisations PRIMARY KEY (provider_id, organisation_id))""",
    """CREATE TABLE persons (
        id uuid NOT NULL CONSTRAINT pk_persons PRIMARY KEY,
        issuer text,
        asserted_by uuid CONSTRAINT fk_persons_asserted_by REFERENCES organisations (id),
        recorded_by uuid NOT NULL CONSTRAINT fk_persons_recorded_by REFERENCES organisations (id),
        subject_digest bytea,
        created_at timestamptz NOT NULL,
        erased_at timestamptz,
        CONSTRAINT uq_persons_issuer_subject_digest UNIQUE (issuer, subject_digest),
        CONSTRAINT uq_persons_asserted_by_subject_digest UNIQUE (asserted_by, subject_digest),
        CONSTRAINT ck_persons_one_voucher CHECK (num_nonnulls(issuer, asserted_by) = 1),
        CONSTRAINT ck_persons_erased_is_nobody CHECK ((subject_digest IS NULL) = (erased_at IS NOT NULL)))""",
    """CREATE TABLE person_details (
        person_id uuid NOT NULL CONSTRAINT pk_person_details PRIMARY KEY
            CONSTRAINT fk_person_details_person_id REFERENCES persons (id),
        name text,
        email text,
        updated_at timestamptz NOT NULL)""",
    """CREATE TABLE person_roles (
        id uuid NOT NULL CONSTRAINT pk_person_roles PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT fk_person_roles_person_id REFERENCES persons (id),
        organisation_id uuid NOT NULL CONSTRAINT fk_person_roles_organisation_id
            REFERENCES organisations (id),
        place_id uuid NOT NULL CONSTRAINT fk_person_roles_place_id REFERENCES places (id),
        role text NOT NULL CONSTRAINT ck_person_roles_role_known CHECK (
            role IN ('officer', 'evaluator', 'moderator', 'validator', 'programme_manager', 'signatory')),
        granted_by text NOT NULL,
        granted_by_person uuid,
        granted_at timestamptz NOT NULL,
        ended_at timestamptz)""",
    """CREATE UNIQUE INDEX uq_person_roles_held ON person_roles (person_id, organisation_id, place_id, role)
        WHERE ended_at IS NULL""",
    """ALTER TABLE issued_tokens ADD COLUMN person_id uuid
        CONSTRAINT fk_issued_tokens_person_id REFERENCES persons (id)""",
    "CREATE INDEX ix_issued_tokens_person_id ON issued_tokens (person_id) WHERE person_id IS NOT NULL",
)

_DOWN = (
    "ALTER TABLE issued_tokens DROP COLUMN person_id",
    "DROP TABLE person_roles, person_details, persons, identity_provider_organisations, identity_providers",
    "UPDATE organisations SET state = 'unverified' WHERE state = 'asserted'",
    "ALTER TABLE organisations DROP CONSTRAINT ck_organisations_state_known",
    """ALTER TABLE organisations ADD CONSTRAINT ck_organisations_state_known
        CHECK (state IN ('unverified', 'verified'))""",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    for statement in _DOWN:
        run(op, statement)
