"""The heads of ledgers are signed, and the signatures kept beside the blocks."""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE ledger_keys (
        id smallint NOT NULL,
        kid text NOT NULL,
        public_jwk jsonb NOT NULL,
        private_encrypted bytea NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_ledger_keys PRIMARY KEY (id),
        CONSTRAINT ck_ledger_keys_one_row CHECK (id = 1))""",
    """CREATE TABLE ledger_heads (
        place_id uuid NOT NULL,
        number bigint NOT NULL,
        head_jws text NOT NULL,
        CONSTRAINT pk_ledger_heads PRIMARY KEY (place_id, number),
        CONSTRAINT fk_ledger_heads_block FOREIGN KEY(place_id, number)
            REFERENCES ledger_blocks (place_id, number))""",
)


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in ("ledger_keys", "ledger_heads"):
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP TABLE ledger_heads, ledger_keys")
