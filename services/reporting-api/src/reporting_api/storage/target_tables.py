"""Targets of places: what they are, their versions, and the progress that publications showed."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import Json, Quantity, UtcDateTime, id_column
from reporting_api.storage.catalogue import STATUS_KNOWN, metadata

# What never changes of a target. Append-only.
targets = Table(
    "targets",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("accumulation", Text, nullable=False),
    Column("workstream", Text),
    Column("aim", Text, nullable=False),
    Column("counted_from", Date),
    Column("counts_people", Boolean, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("set_by", Uuid, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "code"),
    CheckConstraint("accumulation IN ('flow', 'stock', 'latest', 'ratio')", name="accumulation_known"),
    CheckConstraint("aim IN ('at_least', 'at_most')", name="aim_known"),
    CheckConstraint(STATUS_KNOWN, name="data_status_known"),
)

target_measures = Table(
    "target_measures",
    metadata,
    Column("target_id", Uuid, ForeignKey("targets.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("edition_hash", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("is_licensed", Boolean, nullable=False),
    UniqueConstraint("target_id", "edition_hash", "code"),
)

# Append-only: a change is a new version.
target_versions = Table(
    "target_versions",
    metadata,
    Column("target_id", Uuid, ForeignKey("targets.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("value", Quantity, nullable=False),
    Column("due", Date, nullable=False),
    Column("baseline_value", Quantity),
    Column("baseline_on", Date),
    Column("source", Json, nullable=False),
    Column("note", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('open', 'withdrawn')", name="state_known"),
    CheckConstraint("(version = 1) = (reason IS NULL)", name="changed_with_reason"),
    CheckConstraint("(baseline_value IS NULL) = (baseline_on IS NULL)", name="baseline_dated"),
)

# What a publication showed, and of whom it was made up; the next is held against it. Append-only.
target_progress = Table(
    "target_progress",
    metadata,
    Column("publication_id", Uuid, ForeignKey("publications.id"), primary_key=True),
    Column("target_id", Uuid, ForeignKey("targets.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("answer", Json, nullable=False),
    Column("shown", Json, nullable=False),
    Index(None, "target_id", "number"),
)
