"""The guard of the inbox plans its question each time: a plan made when the ledger was empty stayed in use.

A session kept it while nothing had been analysed since, and read the whole ledger for every row that left.
"""

from alembic import op

from cdp_common.db.common_schema import run

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(op, _guard("EXECUTE 'SELECT EXISTS (' || $q${asked}$q$ || ')' INTO is_unsealed;"))


def downgrade() -> None:
    run(op, _guard("is_unsealed := EXISTS ({asked});"))


def _guard(asking: str) -> str:
    asked = """SELECT FROM gone WHERE NOT EXISTS (
            SELECT FROM ledger_entries e WHERE e.place_id = gone.place_id AND e.id = gone.id)"""
    return f"""CREATE OR REPLACE FUNCTION refuse_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_unsealed boolean;
BEGIN
    {asking.format(asked=asked)}
    IF is_unsealed THEN
        RAISE EXCEPTION 'an entry leaves the inbox for the ledger only'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$"""
