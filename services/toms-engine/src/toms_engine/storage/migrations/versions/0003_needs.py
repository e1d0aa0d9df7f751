"""Needs analysis: official files of indices, published bandings, boundaries, lookups."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDICES = (
    "ALTER TABLE need_bands ALTER COLUMN import_id DROP NOT NULL",
    """CREATE TABLE need_index_layouts (
        index_slug text NOT NULL CONSTRAINT pk_need_index_layouts PRIMARY KEY
            CONSTRAINT fk_need_index_layouts_index_slug REFERENCES need_indices (slug),
        layout text NOT NULL,
        layout_version integer NOT NULL,
        nation text NOT NULL,
        comparability text NOT NULL,
        rankings jsonb NOT NULL,
        denominators jsonb NOT NULL,
        population text,
        weights_source jsonb NOT NULL)""",
    """CREATE TABLE need_area_facts (
        index_slug text NOT NULL,
        code text NOT NULL,
        authority_code text NOT NULL,
        authority_name text NOT NULL,
        scores numeric[] NOT NULL,
        ranks integer[] NOT NULL,
        deciles integer[] NOT NULL,
        people integer[] NOT NULL,
        import_id uuid NOT NULL CONSTRAINT fk_need_area_facts_import_id REFERENCES need_imports (id),
        CONSTRAINT pk_need_area_facts PRIMARY KEY (index_slug, code),
        CONSTRAINT fk_need_area_facts_index_slug_code FOREIGN KEY (index_slug, code)
            REFERENCES need_areas (index_slug, code))""",
    """CREATE INDEX ix_need_area_facts_index_slug_authority_code_code
        ON need_area_facts (index_slug, authority_code, code)""",
    """CREATE TABLE need_files (
        import_id uuid NOT NULL CONSTRAINT pk_need_files PRIMARY KEY
            CONSTRAINT fk_need_files_import_id REFERENCES need_imports (id),
        index_slug text NOT NULL CONSTRAINT fk_need_files_index_slug REFERENCES need_indices (slug),
        receipt jsonb NOT NULL)""",
    "CREATE INDEX ix_need_files_index_slug_import_id ON need_files (index_slug, import_id)",
    """CREATE TABLE need_place_authorities (
        index_slug text NOT NULL
            CONSTRAINT fk_need_place_authorities_index_slug REFERENCES need_indices (slug),
        authority_code text NOT NULL,
        place text NOT NULL,
        place_id uuid NOT NULL,
        added_at timestamptz NOT NULL,
        CONSTRAINT pk_need_place_authorities PRIMARY KEY (index_slug, authority_code))""",
    """CREATE TABLE need_bandings (
        id uuid NOT NULL CONSTRAINT pk_need_bandings PRIMARY KEY,
        index_slug text NOT NULL CONSTRAINT fk_need_bandings_index_slug REFERENCES need_indices (slug),
        place text NOT NULL,
        version integer NOT NULL,
        place_id uuid NOT NULL,
        reason text NOT NULL,
        published_by uuid NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT uq_need_bandings_index_slug_place_version UNIQUE (index_slug, place, version))""",
    """CREATE TABLE need_boundary_files (
        id uuid NOT NULL CONSTRAINT pk_need_boundary_files PRIMARY KEY,
        index_slug text NOT NULL CONSTRAINT fk_need_boundary_files_index_slug REFERENCES need_indices (slug),
        licence text NOT NULL,
        attribution text NOT NULL,
        source_url text NOT NULL,
        area_count integer NOT NULL,
        sha256 text NOT NULL,
        attached_at timestamptz NOT NULL)""",
    """CREATE TABLE need_boundaries (
        index_slug text NOT NULL,
        code text NOT NULL,
        file_id uuid NOT NULL CONSTRAINT fk_need_boundaries_file_id REFERENCES need_boundary_files (id),
        geometry text NOT NULL,
        CONSTRAINT pk_need_boundaries PRIMARY KEY (index_slug, code, file_id),
        CONSTRAINT fk_need_boundaries_index_slug_code FOREIGN KEY (index_slug, code)
            REFERENCES need_areas (index_slug, code))""",
)

_LOOKUPS = (
    """CREATE TABLE lookups (
        number integer GENERATED ALWAYS AS IDENTITY NOT NULL CONSTRAINT pk_lookups PRIMARY KEY,
        kind text NOT NULL
            CONSTRAINT ck_lookups_kind_known CHECK (kind IN ('postcodes', 'wards', 'changes')),
        layout text NOT NULL,
        layout_version integer NOT NULL,
        edition text NOT NULL,
        vintages text[] NOT NULL,
        owner_org uuid NOT NULL,
        sha256 text NOT NULL,
        started_at timestamptz NOT NULL,
        CONSTRAINT uq_lookups_kind_layout_edition UNIQUE (kind, layout, edition))""",
    """CREATE TABLE lookup_receipts (
        lookup_number integer NOT NULL CONSTRAINT pk_lookup_receipts PRIMARY KEY
            CONSTRAINT fk_lookup_receipts_lookup_number REFERENCES lookups (number),
        receipt jsonb NOT NULL)""",
    """CREATE TABLE postcode_areas (
        lookup_number integer NOT NULL
            CONSTRAINT fk_postcode_areas_lookup_number REFERENCES lookups (number),
        postcode text NOT NULL,
        area_codes text[] NOT NULL,
        ward_code text,
        authority_code text,
        introduced integer,
        terminated integer,
        CONSTRAINT pk_postcode_areas PRIMARY KEY (lookup_number, postcode))""",
    """CREATE TABLE area_wards (
        lookup_number integer NOT NULL CONSTRAINT fk_area_wards_lookup_number REFERENCES lookups (number),
        area_code text NOT NULL,
        ward_code text NOT NULL,
        ward_name text NOT NULL,
        CONSTRAINT pk_area_wards PRIMARY KEY (lookup_number, area_code))""",
    "CREATE INDEX ix_area_wards_lookup_number_ward_code ON area_wards (lookup_number, ward_code)",
    """CREATE TABLE area_changes (
        lookup_number integer NOT NULL CONSTRAINT fk_area_changes_lookup_number REFERENCES lookups (number),
        from_code text NOT NULL,
        to_code text NOT NULL,
        from_name text NOT NULL,
        to_name text NOT NULL,
        relation text NOT NULL CONSTRAINT ck_area_changes_relation_known
            CHECK (relation IN ('unchanged', 'split', 'merged', 'irregular')),
        CONSTRAINT pk_area_changes PRIMARY KEY (lookup_number, from_code, to_code))""",
    "CREATE INDEX ix_area_changes_lookup_number_to_code ON area_changes (lookup_number, to_code)",
)

# A value that is known never changes; one that an extract left out may be filled in.
_COMPLETING = (
    """CREATE FUNCTION refuse_change_of_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.index_slug, OLD.code, OLD.authority_code, OLD.authority_name, OLD.import_id)
            IS DISTINCT FROM (NEW.index_slug, NEW.code, NEW.authority_code, NEW.authority_name, NEW.import_id)
        OR EXISTS (SELECT FROM unnest(OLD.scores, NEW.scores) AS both_(a, b) WHERE a IS NOT NULL AND a IS
        DISTINCT FROM b) OR EXISTS (SELECT FROM unnest(OLD.ranks, NEW.ranks) AS both_(a, b) WHERE a IS NOT
        NULL AND a IS DISTINCT FROM b) OR EXISTS (SELECT FROM unnest(OLD.deciles, NEW.deciles) AS both_(a,
        b) WHERE a IS NOT NULL AND a IS DISTINCT FROM b) OR EXISTS (SELECT FROM unnest(OLD.people,
        NEW.people) AS both_(a, b) WHERE a IS NOT NULL AND a IS DISTINCT FROM b) OR
        (cardinality(OLD.scores), cardinality(OLD.ranks), cardinality(OLD.deciles), cardinality(OLD.people))
            <> (cardinality(NEW.scores), cardinality(NEW.ranks), cardinality(NEW.deciles),
            cardinality(NEW.people))
    THEN
        RAISE EXCEPTION 'a value of an area that is known does not change'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$""",
    """CREATE TRIGGER need_area_facts_known BEFORE UPDATE ON need_area_facts
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_known()""",
    """CREATE TRIGGER need_area_facts_kept BEFORE DELETE OR TRUNCATE ON need_area_facts
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)

_NEW_TABLES = (
    "need_index_layouts",
    "need_files",
    "need_place_authorities",
    "need_bandings",
    "need_boundary_files",
    "need_boundaries",
    "lookups",
    "lookup_receipts",
    "postcode_areas",
    "area_wards",
    "area_changes",
)


def upgrade() -> None:
    for statement in (*_INDICES, *_LOOKUPS, *_COMPLETING):
        run(op, statement)
    for table in _NEW_TABLES:
        make_append_only(op, table)


def downgrade() -> None:
    """Versions of bands that an official file or a programme manager brought go with the tables."""
    run(op, f"DROP TABLE {', '.join(reversed(_NEW_TABLES))}, need_area_facts")
    run(op, "DROP FUNCTION refuse_change_of_known()")
    run(op, "ALTER TABLE need_bands DISABLE TRIGGER need_bands_append_only")
    run(op, "DELETE FROM need_bands WHERE import_id IS NULL")
    run(op, "ALTER TABLE need_bands ENABLE TRIGGER need_bands_append_only")
    run(op, "ALTER TABLE need_bands ALTER COLUMN import_id SET NOT NULL")
