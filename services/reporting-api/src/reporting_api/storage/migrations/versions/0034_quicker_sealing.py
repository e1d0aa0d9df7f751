"""Sums of whole pence stay whole numbers; what leaves the inbox is held against the ledger all at once.

`sum(bigint)` works in numeric, which costs several times the addition. The guard of the inbox asked the
ledger for every row by itself, and the key of entries to blocks likewise: verifying a ledger holds each entry
to its block's positions, and the sequencer alone writes them. Most entries take nothing back, and an index of
those that do refuses as well that one is taken back twice.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_UP = (
    """CREATE AGGREGATE whole_sum(bigint)
        (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE)""",
    "DROP TRIGGER ledger_inbox_leaves_sealed ON ledger_inbox",
    """CREATE OR REPLACE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone WHERE NOT EXISTS (
            SELECT FROM ledger_entries e WHERE e.place_id = gone.place_id AND e.id = gone.id)) THEN
        RAISE EXCEPTION 'an entry leaves the inbox for the ledger only'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$""",
    """CREATE TRIGGER ledger_inbox_leaves_sealed AFTER DELETE ON ledger_inbox
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse_unsealed()""",
    "ALTER TABLE ledger_entries DROP CONSTRAINT fk_ledger_entries_block",
    *(
        statement
        for table in ("ledger_inbox", "ledger_entries")
        for statement in (
            f"ALTER TABLE {table} DROP CONSTRAINT uq_{table}_place_id_reverses",
            f"""CREATE UNIQUE INDEX uq_{table}_place_id_reverses ON {table} (place_id, reverses)
                WHERE reverses IS NOT NULL""",
        )
    ),
)

_DOWN = (
    *(
        statement
        for table in ("ledger_inbox", "ledger_entries")
        for statement in (
            f"DROP INDEX uq_{table}_place_id_reverses",
            f"""ALTER TABLE {table}
                ADD CONSTRAINT uq_{table}_place_id_reverses UNIQUE (place_id, reverses)""",
        )
    ),
    """ALTER TABLE ledger_entries ADD CONSTRAINT fk_ledger_entries_block FOREIGN KEY (place_id, block_number)
        REFERENCES ledger_blocks (place_id, number)""",
    "DROP TRIGGER ledger_inbox_leaves_sealed ON ledger_inbox",
    """CREATE OR REPLACE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_entries WHERE place_id = OLD.place_id AND id = OLD.id) THEN
        RAISE EXCEPTION 'an entry leaves the inbox for the ledger only'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END $$""",
    """CREATE TRIGGER ledger_inbox_leaves_sealed BEFORE DELETE ON ledger_inbox
        FOR EACH ROW EXECUTE FUNCTION refuse_unsealed()""",
    "DROP AGGREGATE whole_sum(bigint)",
)


def upgrade() -> None:
    for statement in _UP:
        run(op, statement)


def downgrade() -> None:
    for statement in _DOWN:
        run(op, statement)
