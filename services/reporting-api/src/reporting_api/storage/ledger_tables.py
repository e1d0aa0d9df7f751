"""The ledger: the inbox that writers fill, entries with their positions, sealed blocks; and publications."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column
from reporting_api.storage.catalogue import NUMBERS_FOLLOW, ROUTE_KNOWN, STATUS_KNOWN, metadata


def _entry_columns() -> list[Column[Any]]:
    """What an entry says, the same before and after it is given its position."""
    return [
        Column("place_id", Uuid, primary_key=True),
        Column("id", Uuid, primary_key=True),
        Column("figure", Text, nullable=False),
        Column("deliverer_id", Uuid, nullable=False),
        Column("commissioner_id", Uuid),
        Column("route", Text, nullable=False),
        Column("activity_id", Uuid),
        Column("commitment_line_id", Uuid),
        Column("measure", Text, nullable=False),
        Column("theme", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("edition_hash", Text, nullable=False),
        Column("method_version", Text, nullable=False),
        Column("effective_on", Date, nullable=False),
        Column("period_start", Date, nullable=False),
        Column("period_end", Date, nullable=False),
        Column("area_code", Text),
        Column("area_index", Text),
        Column("counted_quantity", Quantity, nullable=False),
        Column("social_pence", Pence, nullable=False),
        Column("local_pence", Pence, nullable=False),
        Column("fiscal_pence", Pence, nullable=False),
        Column("low_pence", Pence),
        Column("high_pence", Pence),
        Column("data_status", Text, nullable=False),
        Column("source_kind", Text, nullable=False),
        Column("source_id", Uuid, nullable=False),
        Column("source_line_id", Uuid, nullable=False),
        Column("reverses", Uuid),
        Column("recorded_at", UtcDateTime, nullable=False),
    ]


def _entry_checks() -> list[CheckConstraint]:
    return [
        CheckConstraint(
            "figure IN ('committed', 'due', 'delivered', 'confirmed', 'validated')", name="figure_known"
        ),
        CheckConstraint(ROUTE_KNOWN, name="route_known"),
        CheckConstraint(STATUS_KNOWN, name="data_status_known"),
        CheckConstraint("period_end >= period_start", name="period_forward"),
    ]


def _reversed_once(table: str) -> Index:
    """No entry is taken back twice; an index of those alone that take one back, which are few."""
    return Index(
        f"uq_{table}_place_id_reverses",
        "place_id",
        "reverses",
        unique=True,
        postgresql_where=text("reverses IS NOT NULL"),
    )


# Written by whoever writes; emptied by the sequencer alone, and only of rows that are in the ledger.
ledger_inbox = Table(
    "ledger_inbox",
    metadata,
    *_entry_columns(),
    *_entry_checks(),
    _reversed_once("ledger_inbox"),
    Index(None, "place_id", "recorded_at"),
    Index(None, "source_id"),
)

ledger_blocks = Table(
    "ledger_blocks",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("previous_number", BigInteger),
    Column("first_position", BigInteger, nullable=False),
    Column("last_position", BigInteger, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("merkle_root", Text, nullable=False),
    Column("block_hash", Text, nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "last_position"),
    ForeignKeyConstraint(
        ["place_id", "previous_number"],
        ["ledger_blocks.place_id", "ledger_blocks.number"],
        name="fk_ledger_blocks_previous",
    ),
    CheckConstraint(NUMBERS_FOLLOW, name="numbers_follow"),
    CheckConstraint("last_position >= first_position AND first_position > 0", name="positions_forward"),
    Index(None, "place_id", "sealed_at"),
)

# The key that signs heads of ledgers, kept encrypted; and which heads it signed. Append-only.
ledger_keys = Table(
    "ledger_keys",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False),
    Column("public_jwk", Json, nullable=False),
    Column("private_encrypted", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

ledger_heads = Table(
    "ledger_heads",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("head_jws", Text, nullable=False),
    ForeignKeyConstraint(
        ["place_id", "number"],
        ["ledger_blocks.place_id", "ledger_blocks.number"],
        name="fk_ledger_heads_block",
    ),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    *_entry_columns(),
    *_entry_checks(),
    Column("position", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("entry_hash", Text, nullable=False),
    _reversed_once("ledger_entries"),
    UniqueConstraint("place_id", "position"),
    Index(None, "place_id", "figure", "effective_on"),
    Index(
        "ix_ledger_entries_place_id_period_end_committed",
        "place_id",
        "period_end",
        postgresql_where=text("figure = 'committed'"),
    ),
    Index(None, "place_id", "recorded_at", "id"),
    Index(None, "source_id"),
)

publications = Table(
    "publications",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("previous_number", Integer),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("restates", Integer),
    Column("ledger_position", BigInteger, nullable=False),
    Column("minimum_organisations", SmallInteger, nullable=False),
    Column("dominance_percent", Numeric, nullable=False),
    Column("agreed_organisations", ARRAY(Uuid), nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("place_id", "number"),
    # Numbers without gaps: each but the first names the one before, which must exist.
    ForeignKeyConstraint(
        ["place_id", "previous_number"],
        ["publications.place_id", "publications.number"],
        name="fk_publications_previous",
    ),
    CheckConstraint(NUMBERS_FOLLOW, name="numbers_follow"),
    Index(None, "place_id", "period_start", "period_end", "number"),
)

# What publications showed of licensed value: the next one is held against it. Nobody is shown this table.
licensed_totals = Table(
    "licensed_totals",
    metadata,
    Column("publication_id", Uuid, ForeignKey("publications.id"), primary_key=True),
    Column("place_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("theme", Text, primary_key=True),
    Column("framework", Text, primary_key=True),
    Column("figure", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("social_pence", Pence, nullable=False),
    Column("local_pence", Pence, nullable=False),
    Column("is_split", Boolean, nullable=False),
    Column("parts", Json, nullable=False),
    CheckConstraint("figure IN ('delivered', 'validated')", name="figure_known"),
    CheckConstraint("outcome IN ('included', 'as_first_published')", name="outcome_known"),
    Index(None, "place_id", "outcome"),
)
