"""The first tables: organisations, places and their collectives, clients and tokens.

btree_gist lets one exclusion constraint compare ids for equality and days for overlap. It is a trusted
extension: the owner of the database may create it.
"""

from alembic import op

from cdp_common.db.common_schema import create_common_0001, drop_common_0001, make_append_only, run
from cdp_common.db.pgqueuer_schema import create_pgqueuer_0001, drop_pgqueuer_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ORGANISATIONS = (
    """CREATE TABLE organisations (
        id uuid NOT NULL CONSTRAINT pk_organisations PRIMARY KEY,
        legal_name text NOT NULL,
        kind text NOT NULL CONSTRAINT ck_organisations_kind_known
            CHECK (kind IN ('public', 'private', 'third_sector')),
        state text NOT NULL CONSTRAINT ck_organisations_state_known
            CHECK (state IN ('unverified', 'verified')),
        is_sme boolean,
        is_vcse boolean,
        postcode text,
        website text,
        data_status text NOT NULL CONSTRAINT ck_organisations_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        is_operator boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_organisations_id_state UNIQUE (id, state))""",
    "CREATE INDEX ix_organisations_name ON organisations (lower(legal_name), id)",
    "CREATE UNIQUE INDEX uq_organisations_operator ON organisations (is_operator) WHERE is_operator",
    """CREATE TABLE organisation_identifiers (
        organisation_id uuid NOT NULL,
        scheme text NOT NULL,
        number text NOT NULL,
        organisation_state text NOT NULL,
        CONSTRAINT pk_organisation_identifiers PRIMARY KEY (organisation_id, scheme, number),
        CONSTRAINT fk_organisation_identifiers_organisation FOREIGN KEY (organisation_id, organisation_state)
            REFERENCES organisations (id, state) ON UPDATE CASCADE)""",
    "CREATE INDEX ix_organisation_identifiers_scheme_number ON organisation_identifiers (scheme, number)",
    """CREATE UNIQUE INDEX uq_organisation_identifiers_owned ON organisation_identifiers (scheme, number)
        WHERE organisation_state = 'verified'""",
)

_PLACES = (
    """CREATE TABLE places (
        id uuid NOT NULL CONSTRAINT pk_places PRIMARY KEY,
        slug text NOT NULL CONSTRAINT uq_places_slug UNIQUE,
        name text NOT NULL,
        gss_code text,
        objectives jsonb NOT NULL,
        commitments jsonb NOT NULL,
        phases jsonb NOT NULL,
        need_index text,
        source text NOT NULL,
        created_at timestamptz NOT NULL)""",
    """CREATE TABLE prior_totals (
        place_id uuid NOT NULL CONSTRAINT fk_prior_totals_place_id REFERENCES places (id),
        ordinal smallint NOT NULL,
        label text NOT NULL,
        amount_pence bigint NOT NULL,
        period_text text NOT NULL,
        publisher text NOT NULL,
        method_text text NOT NULL,
        validated_by text,
        url text,
        note text NOT NULL,
        CONSTRAINT pk_prior_totals PRIMARY KEY (place_id, ordinal))""",
)

_COLLECTIVE = (
    """CREATE TABLE memberships (
        id uuid NOT NULL CONSTRAINT pk_memberships PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_memberships_place_id REFERENCES places (id),
        organisation_id uuid NOT NULL CONSTRAINT fk_memberships_organisation_id REFERENCES organisations (id),
        role text NOT NULL CONSTRAINT ck_memberships_role_known CHECK (role IN ('lead', 'partner')),
        valid_from date NOT NULL,
        valid_to date,
        named_totals_agreed boolean NOT NULL,
        assumed boolean NOT NULL,
        source text NOT NULL,
        end_source text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_memberships_days_in_order CHECK (valid_to >= valid_from),
        CONSTRAINT ex_memberships_overlap EXCLUDE USING gist (
            place_id WITH =, organisation_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&))""",
    """CREATE TABLE statements (
        id uuid NOT NULL CONSTRAINT pk_statements PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_statements_place_id REFERENCES places (id),
        version text NOT NULL,
        title text NOT NULL,
        text text NOT NULL,
        commitments text[] NOT NULL,
        source text NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT uq_statements_place_id_version UNIQUE (place_id, version))""",
    """CREATE TABLE statement_signatures (
        id uuid NOT NULL CONSTRAINT pk_statement_signatures PRIMARY KEY,
        statement_id uuid NOT NULL CONSTRAINT fk_statement_signatures_statement_id REFERENCES statements (id),
        organisation_id uuid NOT NULL CONSTRAINT fk_statement_signatures_organisation_id
            REFERENCES organisations (id),
        signed_on date NOT NULL,
        signed_by_role text NOT NULL,
        assumed boolean NOT NULL,
        client_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT uq_statement_signatures_statement_id_organisation_id
            UNIQUE (statement_id, organisation_id))""",
)

_CLIENTS = (
    """CREATE TABLE clients (
        id uuid NOT NULL CONSTRAINT pk_clients PRIMARY KEY,
        client_id text NOT NULL CONSTRAINT uq_clients_client_id UNIQUE,
        name text NOT NULL,
        organisation_id uuid NOT NULL CONSTRAINT fk_clients_organisation_id REFERENCES organisations (id),
        kind text NOT NULL CONSTRAINT ck_clients_kind_known
            CHECK (kind IN ('organisation', 'service', 'operator')),
        authentication text NOT NULL CONSTRAINT ck_clients_authentication_known
            CHECK (authentication IN ('client_secret_basic', 'private_key_jwt')),
        scopes text[] NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz)""",
    "CREATE INDEX ix_clients_organisation_id ON clients (organisation_id)",
    """CREATE TABLE client_credentials (
        id uuid NOT NULL CONSTRAINT pk_client_credentials PRIMARY KEY,
        client_id text NOT NULL CONSTRAINT fk_client_credentials_client_id REFERENCES clients (client_id),
        slot smallint NOT NULL CONSTRAINT ck_client_credentials_slot_known CHECK (slot IN (1, 2)),
        secret_digest bytea,
        public_jwk jsonb,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT ck_client_credentials_secret_or_key
            CHECK (num_nonnulls(secret_digest, public_jwk) = 1))""",
    """CREATE UNIQUE INDEX uq_client_credentials_slot ON client_credentials (client_id, slot)
        WHERE ended_at IS NULL""",
    """CREATE TABLE role_grants (
        id uuid NOT NULL CONSTRAINT pk_role_grants PRIMARY KEY,
        client_id text NOT NULL CONSTRAINT fk_role_grants_client_id REFERENCES clients (client_id),
        place_id uuid NOT NULL CONSTRAINT fk_role_grants_place_id REFERENCES places (id),
        role text NOT NULL CONSTRAINT ck_role_grants_role_known CHECK (
            role IN ('officer', 'evaluator', 'moderator', 'validator', 'programme_manager', 'signatory')),
        granted_by text NOT NULL,
        granted_at timestamptz NOT NULL,
        ended_at timestamptz)""",
    """CREATE UNIQUE INDEX uq_role_grants_held ON role_grants (client_id, place_id, role)
        WHERE ended_at IS NULL""",
    """CREATE TABLE delegations (
        id uuid NOT NULL CONSTRAINT pk_delegations PRIMARY KEY,
        organisation_id uuid NOT NULL CONSTRAINT fk_delegations_organisation_id REFERENCES organisations (id),
        delegate_organisation_id uuid NOT NULL CONSTRAINT fk_delegations_delegate_organisation_id
            REFERENCES organisations (id),
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT ck_delegations_to_another CHECK (organisation_id <> delegate_organisation_id))""",
    "CREATE INDEX ix_delegations_delegate_organisation_id ON delegations (delegate_organisation_id)",
    """CREATE UNIQUE INDEX uq_delegations_live ON delegations (organisation_id, delegate_organisation_id)
        WHERE revoked_at IS NULL""",
)

_TOKENS = (
    """CREATE TABLE signing_keys (
        kid text NOT NULL CONSTRAINT pk_signing_keys PRIMARY KEY,
        generation integer NOT NULL CONSTRAINT uq_signing_keys_generation UNIQUE,
        public_jwk jsonb NOT NULL,
        private_key_sealed bytea NOT NULL,
        signs_from timestamptz NOT NULL,
        verifies_until timestamptz)""",
    """CREATE TABLE issued_tokens (
        jti uuid NOT NULL CONSTRAINT pk_issued_tokens PRIMARY KEY,
        client_id text NOT NULL CONSTRAINT fk_issued_tokens_client_id REFERENCES clients (client_id),
        credential_id uuid NOT NULL CONSTRAINT fk_issued_tokens_credential_id
            REFERENCES client_credentials (id),
        delegation_id uuid CONSTRAINT fk_issued_tokens_delegation_id REFERENCES delegations (id),
        role_grant_ids uuid[] NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_issued_tokens_client_id ON issued_tokens (client_id)",
    "CREATE INDEX ix_issued_tokens_expires_at ON issued_tokens (expires_at)",
    """CREATE INDEX ix_issued_tokens_delegation_id ON issued_tokens (delegation_id)
        WHERE delegation_id IS NOT NULL""",
    """CREATE TABLE used_assertions (
        client_id text NOT NULL CONSTRAINT fk_used_assertions_client_id REFERENCES clients (client_id),
        jti text NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_used_assertions PRIMARY KEY (client_id, jti))""",
    "CREATE INDEX ix_used_assertions_expires_at ON used_assertions (expires_at)",
    """CREATE TABLE revocations (
        position bigint NOT NULL CONSTRAINT pk_revocations PRIMARY KEY,
        kind text NOT NULL CONSTRAINT ck_revocations_kind_known CHECK (kind IN ('client', 'token')),
        value text NOT NULL,
        revoked_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT uq_revocations_kind_value UNIQUE (kind, value))""",
    "CREATE INDEX ix_revocations_expires_at ON revocations (expires_at)",
    """CREATE TABLE revocation_positions (
        id smallint NOT NULL CONSTRAINT pk_revocation_positions PRIMARY KEY
            CONSTRAINT ck_revocation_positions_one_row CHECK (id = 1),
        position bigint NOT NULL)""",
    "INSERT INTO revocation_positions (id, position) VALUES (1, 0)",
)

_DROP = (
    "DROP TABLE revocation_positions, revocations, used_assertions, issued_tokens, signing_keys, "
    "delegations, role_grants, client_credentials, clients, statement_signatures, statements, memberships, "
    "prior_totals, places, organisation_identifiers, organisations"
)


def upgrade() -> None:
    create_common_0001(op)
    create_pgqueuer_0001(op)
    run(op, "CREATE EXTENSION IF NOT EXISTS btree_gist")
    for statement in (*_ORGANISATIONS, *_PLACES, *_COLLECTIVE, *_CLIENTS, *_TOKENS):
        run(op, statement)
    make_append_only(op, "statements")
    make_append_only(op, "statement_signatures")


def downgrade() -> None:
    run(op, _DROP)
    run(op, "DROP EXTENSION IF EXISTS btree_gist")
    drop_pgqueuer_0001(op)
    drop_common_0001(op)
