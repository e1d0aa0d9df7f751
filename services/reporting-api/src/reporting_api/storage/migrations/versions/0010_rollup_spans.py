"""Roll-ups by month, quarter and year, of single marginals, with checkpoints where much was sealed.

What is in them is worked out of the ledger: the tables are made anew, and the sequencer folds everything in
again. Until it has, reading adds the lines that are not folded.
"""

from alembic import op

from cdp_common.db.common_schema import make_append_only, run

revision = "0010"
down_revision = "0009"
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

_MARGINALS = "('measure', 'deliverer', 'commissioner', 'route', 'area', 'due_day')"


def _checks(table: str) -> str:
    return f"""CONSTRAINT ck_{table}_marginal_known CHECK (marginal IN {_MARGINALS}),
        CONSTRAINT ck_{table}_figure_known CHECK (figure IN ('committed', 'due', 'delivered', 'validated',
            'confirmed', 'signed', 'delivered_against', 'delivered_uncommitted'))"""


def _span_check(table: str) -> str:
    return f"CONSTRAINT ck_{table}_span_known CHECK (span IN ('day', 'month', 'quarter', 'year'))"


_DROP = "DROP TABLE ledger_folds, ledger_checkpoints, ledger_days, ledger_rollups, ledger_cells"

_TABLES = (
    f"""CREATE TABLE ledger_cells (
        place_id uuid NOT NULL,
        cell integer NOT NULL,
        marginal text NOT NULL,
        code text NOT NULL,
        qualifier text NOT NULL,
        licence text NOT NULL,
        CONSTRAINT pk_ledger_cells PRIMARY KEY (place_id, cell),
        CONSTRAINT uq_ledger_cells_name UNIQUE (place_id, marginal, code, qualifier, licence),
        CONSTRAINT ck_ledger_cells_marginal_known CHECK (marginal IN {_MARGINALS}))""",
    f"""CREATE TABLE ledger_rollups (
        place_id uuid NOT NULL,
        marginal text NOT NULL,
        span text NOT NULL,
        bucket date NOT NULL,
        figure text NOT NULL,
        cell integer NOT NULL,
        {_SUMS},
        CONSTRAINT pk_ledger_rollups PRIMARY KEY (place_id, marginal, span, bucket, figure, cell),
        {_span_check("ledger_rollups")},
        {_checks("ledger_rollups")})
        WITH (fillfactor = 80)""",
    f"""CREATE TABLE ledger_days (
        place_id uuid NOT NULL,
        marginal text NOT NULL,
        sealed_on date NOT NULL,
        bucket date NOT NULL,
        figure text NOT NULL,
        cell integer NOT NULL,
        {_SUMS},
        CONSTRAINT pk_ledger_days PRIMARY KEY (place_id, marginal, sealed_on, bucket, figure, cell),
        {_checks("ledger_days")})
        WITH (fillfactor = 80)""",
    f"""CREATE TABLE ledger_checkpoints (
        place_id uuid NOT NULL,
        sealed_on date NOT NULL,
        marginal text NOT NULL,
        span text NOT NULL,
        bucket date NOT NULL,
        figure text NOT NULL,
        cell integer NOT NULL,
        {_SUMS},
        CONSTRAINT pk_ledger_checkpoints PRIMARY KEY
            (place_id, sealed_on, marginal, span, bucket, figure, cell),
        {_span_check("ledger_checkpoints")},
        {_checks("ledger_checkpoints")})""",
    """CREATE TABLE ledger_folds (
        place_id uuid NOT NULL,
        block_number bigint NOT NULL,
        position bigint NOT NULL,
        sealed_on date NOT NULL,
        checkpoint_position bigint NOT NULL,
        CONSTRAINT pk_ledger_folds PRIMARY KEY (place_id),
        CONSTRAINT fk_ledger_folds_block FOREIGN KEY(place_id, block_number)
            REFERENCES ledger_blocks (place_id, number))""",
)

# As they were before, for who goes back: empty, to be folded again.
_EARLIER = (
    f"""CREATE TABLE ledger_cells (
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
        CONSTRAINT ck_ledger_cells_marginal_known CHECK (marginal IN {_MARGINALS}))""",
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
)


def _make(tables: tuple[str, ...]) -> None:
    run(op, _DROP)
    for statement in tables:
        run(op, statement)
    for table in ("ledger_cells", "ledger_checkpoints"):
        make_append_only(op, table)


def upgrade() -> None:
    _make(_TABLES)


def downgrade() -> None:
    _make(_EARLIER)
