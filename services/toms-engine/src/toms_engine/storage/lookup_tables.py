"""Tables of lookups: postcodes, wards, and how small areas changed between two censuses."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import Json, UtcDateTime
from toms_engine.storage.metadata import metadata

# One edition of a lookup, loaded whole; of several editions the newest answers. Append-only. The number is
# short because it stands in every row of the tables below, of which there are millions.
lookups = Table(
    "lookups",
    metadata,
    Column("number", Integer, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("layout_version", Integer, nullable=False),
    # The month of the publication, as 2024-11.
    Column("edition", Text, nullable=False),
    # The vintages of area codes, in the order in which the rows hold the codes.
    Column("vintages", ARRAY(Text), nullable=False),
    Column("owner_org", Uuid, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "layout", "edition"),
    CheckConstraint("kind IN ('postcodes', 'wards', 'changes')", name="kind_known"),
)

# What the import of a lookup answered; a lookup without a receipt was never whole, and cannot be. Append-
# only.
lookup_receipts = Table(
    "lookup_receipts",
    metadata,
    Column("lookup_number", Integer, ForeignKey("lookups.number"), primary_key=True),
    Column("receipt", Json, nullable=False),
)

# A postcode without its space, and the small area of each vintage in which it lies. Append-only.
postcode_areas = Table(
    "postcode_areas",
    metadata,
    Column("lookup_number", Integer, ForeignKey("lookups.number"), primary_key=True),
    Column("postcode", Text, primary_key=True),
    Column("area_codes", ARRAY(Text), nullable=False),
    Column("ward_code", Text),
    Column("authority_code", Text),
    # Months as year × 100 + month, as the files write them.
    Column("introduced", Integer),
    Column("terminated", Integer),
)

# The ward into which most of a small area falls. Append-only.
area_wards = Table(
    "area_wards",
    metadata,
    Column("lookup_number", Integer, ForeignKey("lookups.number"), primary_key=True),
    Column("area_code", Text, primary_key=True),
    Column("ward_code", Text, nullable=False),
    Column("ward_name", Text, nullable=False),
    Index(None, "lookup_number", "ward_code"),
)

# A small area of the older vintage and one of the newer that share ground. Append-only.
area_changes = Table(
    "area_changes",
    metadata,
    Column("lookup_number", Integer, ForeignKey("lookups.number"), primary_key=True),
    Column("from_code", Text, primary_key=True),
    Column("to_code", Text, primary_key=True),
    Column("from_name", Text, nullable=False),
    Column("to_name", Text, nullable=False),
    Column("relation", Text, nullable=False),
    CheckConstraint("relation IN ('unchanged', 'split', 'merged', 'irregular')", name="relation_known"),
    Index(None, "lookup_number", "to_code"),
)
