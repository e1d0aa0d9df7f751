"""The tables of what a collective does: dated entries, the working group, checklists."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import Json, UtcDateTime, id_column
from partners_api.storage.catalogue import metadata

# ------------------------------------------------------------------ phases, programmes, roles, choices
collective_entries = Table(
    "collective_entries",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("membership_id", Uuid, ForeignKey("memberships.id")),
    Column("organisation_id", Uuid, ForeignKey("organisations.id")),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("objectives", ARRAY(Text), nullable=False),
    Column("workstream", Text),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("assumed", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("end_source", Text),
    Column("version", Integer, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("data_status", Text, nullable=False, server_default="actual"),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
    CheckConstraint(
        "kind IN ('phase', 'programme', 'role', 'area', 'theme', 'objective')", name="kind_known"
    ),
    CheckConstraint("(kind IN ('phase', 'programme')) = (membership_id IS NULL)", name="membership_of_kind"),
    CheckConstraint("valid_to >= valid_from", name="days_in_order"),
    ExcludeConstraint(
        (text("coalesce(membership_id, place_id)"), "="),
        ("kind", "="),
        ("code", "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        name="ex_collective_entries_overlap",
        using="gist",
    ),
    Index(None, "place_id", "kind", "code"),
    Index(None, "membership_id"),
)

# ------------------------------------------------------------------ the working group
meetings = Table(
    "meetings",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("venue", Text),
    Column("minutes", Text),
    Column("minutes_url", Text),
    Column("readers", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state_known"),
    CheckConstraint("readers IN ('public', 'collective')", name="readers_known"),
    Index(None, "place_id", "held_on"),
)

meeting_attendance = Table(
    "meeting_attendance",
    metadata,
    Column("meeting_id", Uuid, ForeignKey("meetings.id"), primary_key=True),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
)

actions = Table(
    "actions",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("meeting_id", Uuid, ForeignKey("meetings.id")),
    Column("title", Text, nullable=False),
    Column("owner_organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("agreed_on", Date, nullable=False),
    Column("due_on", Date),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "place_id", "agreed_on"),
)

# The number says which change it is: of two that are made at the same moment, one finds it taken.
action_changes = Table(
    "action_changes",
    metadata,
    Column("action_id", Uuid, ForeignKey("actions.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("note", Text),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('open', 'under_way', 'done', 'dropped')", name="state_known"),
)

# ------------------------------------------------------------------ checklists
checklists = Table(
    "checklists",
    metadata,
    id_column(),
    Column("code", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("stages", Json, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_url", Text),
    Column("published_at", UtcDateTime, nullable=False),
    UniqueConstraint("code", "version"),
)

stage_records = Table(
    "stage_records",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("checklist_id", Uuid, ForeignKey("checklists.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("note", Text),
    Column("evidence", Json, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('not_started', 'under_way', 'in_place')", name="state_known"),
    Index(None, "place_id", "checklist_id", "stage", "recorded_on"),
)
