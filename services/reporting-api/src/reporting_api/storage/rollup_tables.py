"""Sums that the ledger is read by: cells of named marginals, by month, by day of sealing, as at months' ends.

Everything here is worked out of the ledger's lines and can be again; the sequencer alone writes it.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import Pence
from reporting_api.storage.catalogue import metadata

MARGINAL_KNOWN = "marginal IN ('measure', 'deliverer', 'commissioner', 'route', 'area', 'due_day')"
_FIGURE_KNOWN = (
    "figure IN ('committed', 'due', 'delivered', 'validated', 'confirmed', 'signed', 'delivered_against', "
    "'delivered_uncommitted')"
)


def _sum_columns() -> list[Column[Any]]:
    """What is added up in every cell."""
    return [
        Column("entry_count", BigInteger, nullable=False),
        Column("sample_count", BigInteger, nullable=False),
        Column("rangeless_count", BigInteger, nullable=False),
        Column("social_pence", Pence, nullable=False),
        Column("local_pence", Pence, nullable=False),
        Column("fiscal_pence", Pence, nullable=False),
        Column("low_pence", Pence, nullable=False),
        Column("high_pence", Pence, nullable=False),
    ]


def _span_known() -> CheckConstraint:
    return CheckConstraint("span IN ('day', 'month', 'quarter', 'year')", name="span_known")


# The names of cells, once for each place, so that the sums' rows stay narrow. No foreign key holds the sums
# to them: it would be asked for every row that is folded, and verifying reads both. Append-only.
ledger_cells = Table(
    "ledger_cells",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("cell", Integer, primary_key=True, autoincrement=False),
    Column("marginal", Text, nullable=False),
    Column("code", Text, nullable=False),  # the measure, organisation, route or area
    Column("qualifier", Text, nullable=False),  # the measure's edition, the area's index; else empty
    Column("licence", Text, nullable=False),  # whose licence shows the pounds; empty when anybody may
    UniqueConstraint(*("place_id", "marginal", "code", "qualifier", "licence"), name="uq_ledger_cells_name"),
    CheckConstraint(MARGINAL_KNOWN, name="marginal_known"),
)

# Everything that is folded in, by the time at which it counts: a month, its quarter and its year, so that few
# rows make up a long window; in 'due_day' the day.
ledger_rollups = Table(
    "ledger_rollups",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("marginal", Text, primary_key=True),
    Column("span", Text, primary_key=True),
    Column("bucket", Date, primary_key=True),  # its first day
    Column("figure", Text, primary_key=True),
    Column("cell", Integer, primary_key=True, autoincrement=False),
    *_sum_columns(),
    CheckConstraint(MARGINAL_KNOWN, name="marginal_known"),
    CheckConstraint(_FIGURE_KNOWN, name="figure_known"),
    _span_known(),
    postgresql_with={"fillfactor": 80},  # room for new versions of rows beside the old
)

# What each day's blocks added, by the day on which they were sealed, and by month (in 'due_day' by day).
ledger_days = Table(
    "ledger_days",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("marginal", Text, primary_key=True),
    Column("sealed_on", Date, primary_key=True),
    Column("bucket", Date, primary_key=True),
    Column("figure", Text, primary_key=True),
    Column("cell", Integer, primary_key=True, autoincrement=False),
    *_sum_columns(),
    CheckConstraint(MARGINAL_KNOWN, name="marginal_known"),
    CheckConstraint(_FIGURE_KNOWN, name="figure_known"),
    postgresql_with={"fillfactor": 80},
)

# The roll-ups as they stood at the end of some days: of months in which much was sealed, and more often where
# more was. Append-only.
ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("sealed_on", Date, primary_key=True),  # the last day that counts
    Column("marginal", Text, primary_key=True),
    Column("span", Text, primary_key=True),
    Column("bucket", Date, primary_key=True),
    Column("figure", Text, primary_key=True),
    Column("cell", Integer, primary_key=True, autoincrement=False),
    *_sum_columns(),
    CheckConstraint(MARGINAL_KNOWN, name="marginal_known"),
    CheckConstraint(_FIGURE_KNOWN, name="figure_known"),
    _span_known(),
)

# How far a place's blocks are folded into the three tables above, and where the last checkpoint stands.
ledger_folds = Table(
    "ledger_folds",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("sealed_on", Date, nullable=False),
    Column("checkpoint_position", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["place_id", "block_number"],
        ["ledger_blocks.place_id", "ledger_blocks.number"],
        name="fk_ledger_folds_block",
    ),
)
