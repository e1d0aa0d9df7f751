"""Roll-ups of the ledger with what each day added and how they stood at months' ends.

They start empty: the sequencer folds in what is sealed already, and until it has, reading adds those lines.
"""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SUMS = """entry_count bigint NOT NULL,
        sample_count bigint NOT NULL,
        rangeless_count bigint NOT NULL,
        social_pence bigint NOT NULL,
        local_pence bigint NOT NULL,
        fiscal_pence bigint NOT NULL,
        low_pence bigint NOT NULL,
        high_pence bigint NOT NULL"""


def _checks(table: str) -> str:
    return f"""CONSTRAINT ck_{table}_marginal_known
            CHECK (marginal IN ('measure', 'deliverer', 'commissioner', 'route', 'area', 'due_day')),
        CONSTRAINT ck_{table}_figure_known CHECK (figure IN ('committed', 'due', 'delivered', 'validated',
            'confirmed', 'signed', 'delivered_against', 'delivered_uncommitted'))"""


_TABLES = (
    """CREATE TABLE ledger_cells (
        place_id uuid NOT NULL,
        cell integer NOT NULL,
        marginal text NOT NULL,
        part text NOT NULL,
        part_index text NOT NULL,
        code text NOT NULL,
        edition text NOT NULL,
        licence text NOT NULL,
        CONSTRAINT pk_ledger_cells PRIMARY KEY (place_id, cell),
        CONSTRAINT uq_ledger_cells_name
            UNIQUE (place_id, marginal, part, part_index, code, edition, licence),
        CONSTRAINT ck_ledger_cells_marginal_known
            CHECK (marginal IN ('measure', 'deliverer', 'commissioner', 'route', 'area', 'due_day')))""",
    f"""CREATE TABLE ledger_rollups (
        place_id uuid NOT NULL,
        marginal text NOT NULL,
        figure text NOT NULL,
        bucket date NOT NULL,
        cell integer NOT NULL,
        {_SUMS},
        CONSTRAINT pk_ledger_rollups PRIMARY KEY (place_id, marginal, figure, bucket, cell),
        {_checks("ledger_rollups")})
        WITH (fillfactor = 80)""",
    f"""CREATE TABLE ledger_days (
        place_id uuid NOT NULL,
        marginal text NOT NULL,
        sealed_on date NOT NULL,
        figure text NOT NULL,
        bucket date NOT NULL,
        cell integer NOT NULL,
        {_SUMS},
        CONSTRAINT pk_ledger_days PRIMARY KEY (place_id, marginal, sealed_on, figure, bucket, cell),
        {_checks("ledger_days")})
        WITH (fillfactor = 80)""",
    f"""CREATE TABLE ledger_checkpoints (
        place_id uuid NOT NULL,
        sealed_month date NOT NULL,
        marginal text NOT NULL,
        figure text NOT NULL,
        bucket date NOT NULL,
        cell integer NOT NULL,
        {_SUMS},
        CONSTRAINT pk_ledger_checkpoints PRIMARY KEY
            (place_id, sealed_month, marginal, figure, bucket, cell),
        {_checks("ledger_checkpoints")})""",
    """CREATE TABLE ledger_folds (
        place_id uuid NOT NULL,
        block_number bigint NOT NULL,
        position bigint NOT NULL,
        sealed_on date NOT NULL,
        CONSTRAINT pk_ledger_folds PRIMARY KEY (place_id),
        CONSTRAINT fk_ledger_folds_block FOREIGN KEY(place_id, block_number)
            REFERENCES ledger_blocks (place_id, number))""",
    # For windows that end within a month: what was promised until a day of it.
    """CREATE INDEX ix_ledger_entries_place_id_period_end_committed
        ON ledger_entries (place_id, period_end) WHERE figure = 'committed'""",
)

_APPEND_ONLY = ("ledger_cells", "ledger_checkpoints")


def upgrade() -> None:
    for statement in _TABLES:
        run(op, statement)
    for table in _APPEND_ONLY:
        make_append_only(op, table)


def downgrade() -> None:
    run(op, "DROP INDEX ix_ledger_entries_place_id_period_end_committed")
    run(op, "DROP TABLE ledger_folds, ledger_checkpoints, ledger_days, ledger_rollups, ledger_cells")
