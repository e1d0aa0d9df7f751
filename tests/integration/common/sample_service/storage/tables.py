"""The tables of a small service that exists for the tests: accounts, and entries that are never changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column, metadata_with_names

metadata = metadata_with_names()

accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("balance_pence", Pence, nullable=False),
    Column("hours", Quantity),
    Column("details", Json),
    Column("opened_at", UtcDateTime, nullable=False),
    UniqueConstraint("name"),
    CheckConstraint("balance_pence >= 0", name="balance_not_negative"),
)

entries = Table(
    "entries",
    metadata,
    id_column(),
    # Deferred, so that the tests see what is only checked at the end of a transaction.
    Column(
        "account_id", Uuid, ForeignKey("accounts.id", deferrable=True, initially="DEFERRED"), nullable=False
    ),
    Column("pence", Pence, nullable=False),
)

stays = Table(
    "stays",
    metadata,
    id_column(),
    Column("account_id", Uuid, nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    ExcludeConstraint(
        ("account_id", "="),
        (text("daterange(start, \"end\", '[]')"), "&&"),
        name="ex_stays_no_overlap",
        using="gist",
    ),
)
