"""Payments to suppliers: imports, suppliers and who they are, postcodes, surveyed rounds of spending."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE spend_imports (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        organisation_name text NOT NULL,
        ledger text NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        data_status text NOT NULL,
        sha256 text NOT NULL,
        byte_count bigint NOT NULL,
        rules_version integer NOT NULL,
        row_count integer NOT NULL,
        summary jsonb NOT NULL,
        supersedes_id uuid,
        supersedes_reason text,
        superseded_by uuid,
        acted_by uuid NOT NULL,
        client_id text NOT NULL,
        person_id uuid,
        imported_at timestamptz NOT NULL,
        CONSTRAINT pk_spend_imports PRIMARY KEY (id),
        CONSTRAINT ck_spend_imports_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_spend_imports_period_in_order CHECK (period_end >= period_start),
        CONSTRAINT ck_spend_imports_supersedes_with_reason
            CHECK ((supersedes_id IS NULL) = (supersedes_reason IS NULL)),
        CONSTRAINT ex_spend_imports_one_standing
            EXCLUDE USING gist (place_id WITH =, organisation_id WITH =, ledger WITH =,
                daterange(period_start, period_end, '[]') WITH &&)
            WHERE (superseded_by IS NULL),
        CONSTRAINT uq_spend_imports_supersedes_id UNIQUE (supersedes_id),
        CONSTRAINT fk_spend_imports_supersedes_id
            FOREIGN KEY(supersedes_id) REFERENCES spend_imports (id))""",
    "CREATE INDEX ix_spend_imports_place_id_id ON spend_imports (place_id, id)",
    """CREATE TABLE spend_suppliers (
        id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        digest text NOT NULL,
        name text,
        ref text,
        identifiers text[] NOT NULL,
        removed_at timestamptz,
        state text NOT NULL,
        matched_id uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_spend_suppliers PRIMARY KEY (id),
        CONSTRAINT uq_spend_suppliers_organisation_id_digest UNIQUE (organisation_id, digest),
        CONSTRAINT ck_spend_suppliers_state_known
            CHECK (state IN ('new', 'to_review', 'matched', 'unmatched', 'unknown')),
        CONSTRAINT ck_spend_suppliers_matched_with_organisation
            CHECK ((state = 'matched') = (matched_id IS NOT NULL)),
        CONSTRAINT ck_spend_suppliers_removed_without_name
            CHECK ((name IS NULL) = (removed_at IS NOT NULL)))""",
    """CREATE TABLE spend_sites (
        id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        postcode text NOT NULL,
        CONSTRAINT pk_spend_sites PRIMARY KEY (id),
        CONSTRAINT uq_spend_sites_supplier_id_postcode UNIQUE (supplier_id, postcode),
        CONSTRAINT fk_spend_sites_supplier_id FOREIGN KEY(supplier_id) REFERENCES spend_suppliers (id))""",
    """CREATE TABLE spend_rows (
        import_id uuid NOT NULL,
        row integer NOT NULL,
        paid_on date NOT NULL,
        is_month_only boolean NOT NULL,
        pence bigint NOT NULL,
        currency text NOT NULL,
        supplier_id uuid,
        redaction text,
        site_id uuid,
        category text,
        department text,
        reference text,
        is_repeat boolean NOT NULL,
        CONSTRAINT pk_spend_rows PRIMARY KEY (import_id, row),
        CONSTRAINT ck_spend_rows_redacted_without_supplier
            CHECK (supplier_id IS NULL OR redaction IS NULL),
        CONSTRAINT ck_spend_rows_site_of_supplier CHECK (site_id IS NULL OR supplier_id IS NOT NULL),
        CONSTRAINT fk_spend_rows_import_id FOREIGN KEY(import_id) REFERENCES spend_imports (id),
        CONSTRAINT fk_spend_rows_supplier_id FOREIGN KEY(supplier_id) REFERENCES spend_suppliers (id))""",
    """CREATE TABLE spend_candidates (
        supplier_id uuid NOT NULL,
        candidate_id uuid NOT NULL,
        name text NOT NULL,
        score numeric(5, 2) NOT NULL,
        basis text NOT NULL,
        candidate_state text NOT NULL,
        CONSTRAINT pk_spend_candidates PRIMARY KEY (supplier_id, candidate_id),
        CONSTRAINT ck_spend_candidates_basis_known CHECK (basis IN ('identifier', 'name')),
        CONSTRAINT fk_spend_candidates_supplier_id
            FOREIGN KEY(supplier_id) REFERENCES spend_suppliers (id))""",
    """CREATE TABLE spend_decisions (
        id uuid NOT NULL,
        supplier_id uuid NOT NULL,
        outcome text NOT NULL,
        candidate_id uuid,
        basis text NOT NULL,
        score numeric(5, 2),
        rules_version integer NOT NULL,
        reason text,
        decider_id uuid,
        client_id text,
        person_id uuid,
        decided_at timestamptz NOT NULL,
        CONSTRAINT pk_spend_decisions PRIMARY KEY (id),
        CONSTRAINT ck_spend_decisions_outcome_known
            CHECK (outcome IN ('accepted', 'rejected', 'unknown')),
        CONSTRAINT ck_spend_decisions_basis_known CHECK (basis IN ('identifier', 'name', 'person')),
        CONSTRAINT ck_spend_decisions_candidate_unless_unknown
            CHECK ((outcome = 'unknown') = (candidate_id IS NULL)),
        CONSTRAINT ck_spend_decisions_person_decides
            CHECK ((basis = 'person') = (decider_id IS NOT NULL)),
        CONSTRAINT fk_spend_decisions_supplier_id
            FOREIGN KEY(supplier_id) REFERENCES spend_suppliers (id))""",
    "CREATE INDEX ix_spend_decisions_supplier_id_id ON spend_decisions (supplier_id, id)",
    """CREATE TABLE spend_organisations (
        organisation_id uuid NOT NULL,
        current_id uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        is_sme boolean,
        is_vcse boolean,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_spend_organisations PRIMARY KEY (organisation_id))""",
    """CREATE TABLE spend_presences (
        organisation_id uuid NOT NULL,
        place_id uuid NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        CONSTRAINT pk_spend_presences PRIMARY KEY (organisation_id, place_id, valid_from))""",
    """CREATE TABLE spend_postcodes (
        place_id uuid NOT NULL,
        postcode text NOT NULL,
        is_inside boolean,
        lookup_edition text,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_spend_postcodes PRIMARY KEY (place_id, postcode))""",
    """CREATE TABLE spend_rounds (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        round smallint NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        pence bigint NOT NULL,
        asked_count integer NOT NULL,
        answered_count integer NOT NULL,
        method text NOT NULL,
        source text NOT NULL,
        data_status text NOT NULL,
        acted_by uuid NOT NULL,
        client_id text NOT NULL,
        person_id uuid,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT pk_spend_rounds PRIMARY KEY (id),
        CONSTRAINT ck_spend_rounds_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_spend_rounds_round_surveyed CHECK (round IN (2, 3)),
        CONSTRAINT ck_spend_rounds_amount_not_negative CHECK (pence >= 0),
        CONSTRAINT ck_spend_rounds_answers_of_those_asked
            CHECK (answered_count > 0 AND answered_count <= asked_count),
        CONSTRAINT ck_spend_rounds_period_in_order CHECK (period_end >= period_start))""",
    """CREATE INDEX ix_spend_rounds_place_id_organisation_id_round_id
        ON spend_rounds (place_id, organisation_id, round, id)""",
)


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in ("spend_rows", "spend_decisions", "spend_rounds"):
        make_append_only(op, table)


def downgrade() -> None:
    for table in (
        "spend_rounds",
        "spend_postcodes",
        "spend_presences",
        "spend_organisations",
        "spend_decisions",
        "spend_candidates",
        "spend_rows",
        "spend_sites",
        "spend_suppliers",
        "spend_imports",
    ):
        run(op, f"DROP TABLE {table}")
