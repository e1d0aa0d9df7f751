"""The ledger (inbox, entries, blocks) and publications."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What an entry says, the same in the inbox and in the ledger.
_ENTRY = """place_id uuid NOT NULL,
        figure text NOT NULL,
        deliverer_id uuid NOT NULL,
        commissioner_id uuid,
        route text NOT NULL,
        activity_id uuid,
        commitment_line_id uuid,
        measure text NOT NULL,
        theme text NOT NULL,
        outcome text NOT NULL,
        edition_hash text NOT NULL,
        method_version text NOT NULL,
        effective_on date NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        area_code text,
        area_index text,
        counted_quantity numeric(28, 8) NOT NULL,
        social_pence bigint NOT NULL,
        local_pence bigint NOT NULL,
        fiscal_pence bigint NOT NULL,
        low_pence bigint,
        high_pence bigint,
        data_status text NOT NULL,
        source_kind text NOT NULL,
        source_id uuid NOT NULL,
        source_line_id uuid NOT NULL,
        reverses uuid,
        recorded_at timestamptz NOT NULL"""

_LEDGER = (
    f"""CREATE TABLE ledger_inbox (
        id uuid NOT NULL,
        {_ENTRY},
        CONSTRAINT pk_ledger_inbox PRIMARY KEY (id),
        CONSTRAINT ck_ledger_inbox_figure_known
            CHECK (figure IN ('committed', 'due', 'delivered', 'confirmed', 'validated')),
        CONSTRAINT ck_ledger_inbox_route_known
            CHECK (route IN ('procurement', 'own_activity', 'grant', 'planning', 'charter', 'joint')),
        CONSTRAINT ck_ledger_inbox_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_ledger_inbox_period_forward CHECK (period_end >= period_start),
        CONSTRAINT uq_ledger_inbox_reverses UNIQUE (reverses))""",
    "CREATE INDEX ix_ledger_inbox_place_id_recorded_at ON ledger_inbox (place_id, recorded_at)",
    "CREATE INDEX ix_ledger_inbox_source_id ON ledger_inbox (source_id)",
    """CREATE TABLE ledger_blocks (
        place_id uuid NOT NULL,
        number bigint NOT NULL,
        previous_number bigint,
        first_position bigint NOT NULL,
        last_position bigint NOT NULL,
        previous_hash text NOT NULL,
        merkle_root text NOT NULL,
        block_hash text NOT NULL,
        sealed_at timestamptz NOT NULL,
        CONSTRAINT pk_ledger_blocks PRIMARY KEY (place_id, number),
        CONSTRAINT uq_ledger_blocks_place_id_last_position UNIQUE (place_id, last_position),
        CONSTRAINT fk_ledger_blocks_previous FOREIGN KEY(place_id, previous_number)
            REFERENCES ledger_blocks (place_id, number),
        CONSTRAINT ck_ledger_blocks_numbers_follow
            CHECK (number = 1 AND previous_number IS NULL OR previous_number = number - 1),
        CONSTRAINT ck_ledger_blocks_positions_forward
            CHECK (last_position >= first_position AND first_position > 0))""",
    "CREATE INDEX ix_ledger_blocks_place_id_sealed_at ON ledger_blocks (place_id, sealed_at)",
    f"""CREATE TABLE ledger_entries (
        id uuid NOT NULL,
        {_ENTRY},
        position bigint NOT NULL,
        block_number bigint NOT NULL,
        entry_hash text NOT NULL,
        CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
        CONSTRAINT ck_ledger_entries_figure_known
            CHECK (figure IN ('committed', 'due', 'delivered', 'confirmed', 'validated')),
        CONSTRAINT ck_ledger_entries_route_known
            CHECK (route IN ('procurement', 'own_activity', 'grant', 'planning', 'charter', 'joint')),
        CONSTRAINT ck_ledger_entries_data_status_known
            CHECK (data_status IN ('actual', 'synthetic_sample')),
        CONSTRAINT ck_ledger_entries_period_forward CHECK (period_end >= period_start),
        CONSTRAINT uq_ledger_entries_reverses UNIQUE (reverses),
        CONSTRAINT uq_ledger_entries_place_id_position UNIQUE (place_id, position),
        CONSTRAINT fk_ledger_entries_block FOREIGN KEY(place_id, block_number)
            REFERENCES ledger_blocks (place_id, number))""",
    """CREATE INDEX ix_ledger_entries_place_id_figure_effective_on
        ON ledger_entries (place_id, figure, effective_on)""",
    "CREATE INDEX ix_ledger_entries_place_id_recorded_at_id ON ledger_entries (place_id, recorded_at, id)",
    "CREATE INDEX ix_ledger_entries_source_id ON ledger_entries (source_id)",
    """CREATE TABLE publications (
        id uuid NOT NULL,
        place_id uuid NOT NULL,
        number integer NOT NULL,
        previous_number integer,
        period_start date NOT NULL,
        period_end date NOT NULL,
        published_at timestamptz NOT NULL,
        restates integer,
        ledger_position bigint NOT NULL,
        minimum_organisations smallint NOT NULL,
        dominance_percent numeric NOT NULL,
        agreed_organisations uuid[] NOT NULL,
        content_sha256 text NOT NULL,
        document bytea NOT NULL,
        CONSTRAINT pk_publications PRIMARY KEY (id),
        CONSTRAINT uq_publications_place_id_number UNIQUE (place_id, number),
        CONSTRAINT fk_publications_previous FOREIGN KEY(place_id, previous_number)
            REFERENCES publications (place_id, number),
        CONSTRAINT ck_publications_numbers_follow
            CHECK (number = 1 AND previous_number IS NULL OR previous_number = number - 1))""",
    """CREATE INDEX ix_publications_place_id_period_start_period_end_number
        ON publications (place_id, period_start, period_end, number)""",
)

# An inbox row leaves for the ledger alone, in the transaction that gives it a position; it never changes.
_INBOX_GUARD = (
    """CREATE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_entries WHERE id = OLD.id) THEN
        RAISE EXCEPTION 'an entry leaves the inbox for the ledger only'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END $$""",
    """CREATE TRIGGER ledger_inbox_leaves_sealed BEFORE DELETE ON ledger_inbox
        FOR EACH ROW EXECUTE FUNCTION refuse_unsealed()""",
    """CREATE TRIGGER ledger_inbox_unchanged BEFORE UPDATE OR TRUNCATE ON ledger_inbox
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)

_APPEND_ONLY = ("ledger_blocks", "ledger_entries", "publications")

_DROP = (
    "DROP TABLE publications, ledger_entries, ledger_blocks, ledger_inbox",
    "DROP FUNCTION refuse_unsealed()",
)


def upgrade() -> None:
    for statement in (*_LEDGER, *_INBOX_GUARD):
        run(op, statement)
    for table in _APPEND_ONLY:
        make_append_only(op, table)


def downgrade() -> None:
    for statement in _DROP:
        run(op, statement)
