"""Every key of entries leads with their place, so that their tables can be divided by it."""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = ("ledger_inbox", "ledger_entries")


def upgrade() -> None:
    for table in _TABLES:
        run(
            op,
            f"""ALTER TABLE {table}
                DROP CONSTRAINT pk_{table}, ADD CONSTRAINT pk_{table} PRIMARY KEY (place_id, id),
                DROP CONSTRAINT uq_{table}_reverses,
                ADD CONSTRAINT uq_{table}_place_id_reverses UNIQUE (place_id, reverses)""",
        )
    run(op, _guard("place_id = OLD.place_id AND id = OLD.id"))


def downgrade() -> None:
    for table in _TABLES:
        run(
            op,
            f"""ALTER TABLE {table}
                DROP CONSTRAINT pk_{table}, ADD CONSTRAINT pk_{table} PRIMARY KEY (id),
                DROP CONSTRAINT uq_{table}_place_id_reverses,
                ADD CONSTRAINT uq_{table}_reverses UNIQUE (reverses)""",
        )
    run(op, _guard("id = OLD.id"))


def _guard(sealed: str) -> str:
    """An inbox row leaves for the ledger alone, in the transaction that gives it a position."""
    return f"""CREATE OR REPLACE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_entries WHERE {sealed}) THEN
        RAISE EXCEPTION 'an entry leaves the inbox for the ledger only'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END $$"""
