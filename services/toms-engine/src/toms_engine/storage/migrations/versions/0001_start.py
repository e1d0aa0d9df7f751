"""Editions of measurement frameworks, indices of deprivation, and the shared tables.

A draft edition may change until it is published. That cannot be a statement-level rule, so triggers look at
each row: a published edition refuses every change, and nothing may be added to or taken from it.
"""

from alembic import op

from cdp_common.db.common_schema import create_common_0001, drop_common_0001, make_append_only, run
from cdp_common.db.pgqueuer_schema import create_pgqueuer_0001, drop_pgqueuer_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_EDITIONS = (
    """CREATE TABLE frameworks (
        framework text NOT NULL CONSTRAINT pk_frameworks PRIMARY KEY,
        owner_org uuid NOT NULL,
        created_at timestamptz NOT NULL)""",
    """CREATE TABLE editions (
        id uuid NOT NULL CONSTRAINT pk_editions PRIMARY KEY,
        framework text NOT NULL CONSTRAINT fk_editions_framework REFERENCES frameworks (framework),
        edition text NOT NULL,
        edition_hash text NOT NULL CONSTRAINT uq_editions_edition_hash UNIQUE,
        state text NOT NULL CONSTRAINT ck_editions_state_known CHECK (state IN ('draft', 'published')),
        version integer NOT NULL CONSTRAINT ck_editions_version_positive CHECK (version > 0),
        title text NOT NULL,
        publisher text NOT NULL,
        licence text NOT NULL,
        description text NOT NULL,
        data_status text NOT NULL,
        effective_from date NOT NULL,
        effective_to date,
        derived_from text,
        counts_initial_spend boolean NOT NULL,
        themes jsonb NOT NULL,
        outcomes jsonb NOT NULL,
        crosswalks jsonb NOT NULL,
        multipliers jsonb NOT NULL,
        measure_count integer NOT NULL,
        created_at timestamptz NOT NULL,
        published_at timestamptz,
        CONSTRAINT uq_editions_framework_edition UNIQUE (framework, edition),
        CONSTRAINT ck_editions_published_with_time
            CHECK ((state = 'published') = (published_at IS NOT NULL)),
        CONSTRAINT ck_editions_effective_forward CHECK (effective_to >= effective_from))""",
    """CREATE TABLE proxies (
        edition_id uuid NOT NULL CONSTRAINT fk_proxies_edition_id REFERENCES editions (id),
        code text NOT NULL,
        position integer NOT NULL,
        title text NOT NULL,
        component text NOT NULL
            CONSTRAINT ck_proxies_component_known CHECK (component IN ('social', 'local_economic')),
        value_type text NOT NULL,
        price_year integer NOT NULL,
        derivation text NOT NULL,
        sources jsonb NOT NULL,
        licence text NOT NULL,
        redistributable boolean NOT NULL,
        central_gbp numeric,
        low_gbp numeric,
        high_gbp numeric,
        series jsonb NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        CONSTRAINT pk_proxies PRIMARY KEY (edition_id, code),
        CONSTRAINT uq_proxies_edition_id_position UNIQUE (edition_id, position),
        CONSTRAINT ck_proxies_value_or_series
            CHECK ((central_gbp IS NULL) = (jsonb_array_length(series) > 0)),
        CONSTRAINT ck_proxies_range_ordered CHECK (low_gbp <= central_gbp AND central_gbp <= high_gbp),
        CONSTRAINT ck_proxies_valid_forward CHECK (valid_to >= valid_from))""",
    """CREATE TABLE measures (
        edition_id uuid NOT NULL CONSTRAINT fk_measures_edition_id REFERENCES editions (id),
        code text NOT NULL,
        position integer NOT NULL,
        outcome text NOT NULL,
        title text NOT NULL,
        guidance text NOT NULL,
        unit text NOT NULL,
        decimals integer NOT NULL,
        accumulation text NOT NULL,
        year_rule text NOT NULL,
        valuation text NOT NULL,
        proxy text,
        additionality jsonb,
        drop_off numeric,
        lasts_years integer NOT NULL,
        negative_allowed boolean NOT NULL,
        maximum_per_line numeric,
        excludes text[] NOT NULL,
        evidence text[] NOT NULL,
        needs text[] NOT NULL,
        objectives text[] NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        CONSTRAINT pk_measures PRIMARY KEY (edition_id, code),
        CONSTRAINT uq_measures_edition_id_position UNIQUE (edition_id, position),
        CONSTRAINT fk_measures_edition_id_proxy FOREIGN KEY (edition_id, proxy)
            REFERENCES proxies (edition_id, code),
        CONSTRAINT ck_measures_priced_by_its_proxy CHECK ((valuation = 'proxy') = (proxy IS NOT NULL)),
        CONSTRAINT ck_measures_summed_if_valued
            CHECK (accumulation IN ('flow', 'stock') OR valuation = 'none'),
        CONSTRAINT ck_measures_valid_forward CHECK (valid_to >= valid_from))""",
)

_NEEDS = (
    """CREATE TABLE need_indices (
        slug text NOT NULL CONSTRAINT pk_need_indices PRIMARY KEY,
        title text NOT NULL,
        vintage text NOT NULL,
        area_count integer NOT NULL,
        source jsonb NOT NULL,
        licence text NOT NULL,
        owner_org uuid NOT NULL,
        created_at timestamptz NOT NULL)""",
    """CREATE TABLE need_imports (
        id uuid NOT NULL CONSTRAINT pk_need_imports PRIMARY KEY,
        index_slug text NOT NULL CONSTRAINT fk_need_imports_index_slug REFERENCES need_indices (slug),
        area_count integer NOT NULL,
        imported_at timestamptz NOT NULL)""",
    """CREATE TABLE need_areas (
        index_slug text NOT NULL CONSTRAINT fk_need_areas_index_slug REFERENCES need_indices (slug),
        code text NOT NULL,
        name text NOT NULL,
        place text NOT NULL,
        rank integer NOT NULL CONSTRAINT ck_need_areas_rank_positive CHECK (rank > 0),
        decile integer NOT NULL CONSTRAINT ck_need_areas_decile_of_ten CHECK (decile BETWEEN 1 AND 10),
        import_id uuid NOT NULL CONSTRAINT fk_need_areas_import_id REFERENCES need_imports (id),
        CONSTRAINT pk_need_areas PRIMARY KEY (index_slug, code))""",
    "CREATE INDEX ix_need_areas_index_slug_place_code ON need_areas (index_slug, place, code)",
    """CREATE TABLE need_bands (
        index_slug text NOT NULL CONSTRAINT fk_need_bands_index_slug REFERENCES need_indices (slug),
        place text NOT NULL,
        version integer NOT NULL CONSTRAINT ck_need_bands_version_positive CHECK (version > 0),
        band text NOT NULL
            CONSTRAINT ck_need_bands_band_known CHECK (band IN ('severe', 'high', 'mild', 'low')),
        lowest_decile integer NOT NULL,
        highest_decile integer NOT NULL,
        import_id uuid NOT NULL CONSTRAINT fk_need_bands_import_id REFERENCES need_imports (id),
        CONSTRAINT pk_need_bands PRIMARY KEY (index_slug, place, version, band),
        CONSTRAINT ck_need_bands_deciles_of_ten CHECK (
            1 <= lowest_decile AND lowest_decile <= highest_decile AND highest_decile <= 10))""",
)

# Like refuse_change of the shared tables: an integrity error that names its trigger.
_REFUSALS = (
    """CREATE FUNCTION refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION '% on a published edition is refused', TG_OP
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$""",
    # FOR SHARE waits for a publication under way, so that nothing slips in beside it.
    """CREATE FUNCTION refuse_change_under_published() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
DECLARE
    touched uuid[];
BEGIN
    touched := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.edition_id]
        WHEN 'DELETE' THEN ARRAY[OLD.edition_id]
        ELSE ARRAY[OLD.edition_id, NEW.edition_id] END;
    PERFORM 1 FROM editions WHERE id = ANY (touched) FOR SHARE;
    IF EXISTS (SELECT 1 FROM editions WHERE id = ANY (touched) AND state = 'published') THEN
        RAISE EXCEPTION '% under a published edition is refused', TG_OP
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$""",
    """CREATE TRIGGER editions_published BEFORE UPDATE OR DELETE ON editions
        FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published()""",
    """CREATE TRIGGER proxies_published BEFORE INSERT OR UPDATE OR DELETE ON proxies
        FOR EACH ROW EXECUTE FUNCTION refuse_change_under_published()""",
    """CREATE TRIGGER measures_published BEFORE INSERT OR UPDATE OR DELETE ON measures
        FOR EACH ROW EXECUTE FUNCTION refuse_change_under_published()""",
    *(
        f"""CREATE TRIGGER {table}_truncated BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
        for table in ("editions", "proxies", "measures")
    ),
)

_APPEND_ONLY = ("frameworks", "need_indices", "need_imports", "need_areas", "need_bands")


def upgrade() -> None:
    create_common_0001(op)
    create_pgqueuer_0001(op)
    for statement in (*_EDITIONS, *_NEEDS, *_REFUSALS):
        run(op, statement)
    for table in _APPEND_ONLY:
        make_append_only(op, table)


def downgrade() -> None:
    tables = "need_bands, need_areas, need_imports, need_indices, measures, proxies, editions, frameworks"
    run(op, f"DROP TABLE {tables}")
    run(op, "DROP FUNCTION refuse_change_under_published(), refuse_change_of_published()")
    drop_pgqueuer_0001(op)
    drop_common_0001(op)
