"""The Knowledge Hub: pages with versions and steps, contacts, and what a search looks through."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UP = (
    """CREATE TABLE hub_pages (
        id uuid NOT NULL CONSTRAINT pk_hub_pages PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_hub_pages_place_id REFERENCES places (id),
        kind text NOT NULL CONSTRAINT ck_hub_pages_kind_known
            CHECK (kind IN ('story', 'guidance', 'explanation', 'training_material', 'video',
                'partner_overview', 'logo')),
        slug text NOT NULL,
        state text NOT NULL CONSTRAINT ck_hub_pages_state_known
            CHECK (state IN ('drafted', 'reviewed', 'published', 'withdrawn')),
        latest_version integer NOT NULL,
        published_version integer,
        first_published_at timestamptz,
        published_at timestamptz,
        withdrawn_at timestamptz,
        steps_taken integer NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT uq_hub_pages_place_id_slug UNIQUE (place_id, slug),
        CONSTRAINT ck_hub_pages_published_with_its_time
            CHECK ((published_version IS NULL) = (published_at IS NULL)),
        CONSTRAINT ck_hub_pages_published_there CHECK (published_version <= latest_version))""",
    "CREATE INDEX ix_hub_pages_place_id_changed_at ON hub_pages (place_id, changed_at)",
    """CREATE INDEX ix_hub_pages_published ON hub_pages (place_id, published_at)
        WHERE published_at IS NOT NULL""",
    """CREATE TABLE hub_page_versions (
        page_id uuid NOT NULL CONSTRAINT fk_hub_page_versions_page_id REFERENCES hub_pages (id),
        version integer NOT NULL,
        title text NOT NULL,
        summary text NOT NULL,
        body text NOT NULL,
        images jsonb NOT NULL,
        videos jsonb NOT NULL,
        objectives text[] NOT NULL,
        measures text[] NOT NULL,
        areas text[] NOT NULL,
        human_values text[] NOT NULL,
        organisation_ids uuid[] NOT NULL,
        source text,
        data_status text NOT NULL CONSTRAINT ck_hub_page_versions_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT pk_hub_page_versions PRIMARY KEY (page_id, version))""",
    """CREATE TABLE hub_page_steps (
        page_id uuid NOT NULL,
        number integer NOT NULL,
        version integer NOT NULL,
        step text NOT NULL CONSTRAINT ck_hub_page_steps_step_known
            CHECK (step IN ('drafted', 'returned', 'reviewed', 'published', 'withdrawn')),
        note text,
        client_id text NOT NULL,
        organisation_id uuid NOT NULL,
        person_id uuid,
        taken_at timestamptz NOT NULL,
        CONSTRAINT pk_hub_page_steps PRIMARY KEY (page_id, number),
        CONSTRAINT fk_hub_page_steps_version FOREIGN KEY (page_id, version)
            REFERENCES hub_page_versions (page_id, version))""",
    """CREATE TABLE hub_contacts (
        id uuid NOT NULL CONSTRAINT pk_hub_contacts PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_hub_contacts_place_id REFERENCES places (id),
        label text NOT NULL,
        purpose text NOT NULL,
        email text,
        telephone text,
        url text,
        recorded_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_hub_contacts_place_id_label ON hub_contacts (place_id, label)",
    """CREATE TABLE hub_search_entries (
        item_id uuid NOT NULL CONSTRAINT pk_hub_search_entries PRIMARY KEY,
        place_id uuid NOT NULL CONSTRAINT fk_hub_search_entries_place_id REFERENCES places (id),
        kind text NOT NULL CONSTRAINT ck_hub_search_entries_kind_known
            CHECK (kind IN ('story', 'guidance', 'explanation', 'training_material', 'video',
                'partner_overview', 'logo', 'gathering')),
        title text NOT NULL,
        summary text NOT NULL,
        plain_text text NOT NULL,
        shown_at timestamptz NOT NULL,
        search tsvector GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A')
            || setweight(to_tsvector('english', summary), 'B')
            || setweight(to_tsvector('english', plain_text), 'C')) STORED NOT NULL)""",
    "CREATE INDEX ix_hub_search_entries_place_id_kind ON hub_search_entries (place_id, kind)",
    "CREATE INDEX ix_hub_search_entries_search ON hub_search_entries USING gin (search)",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)
    for table in ("hub_page_versions", "hub_page_steps"):
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE hub_search_entries, hub_contacts, hub_page_steps, hub_page_versions, hub_pages")
