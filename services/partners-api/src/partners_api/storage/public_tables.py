"""The tables of what the public sends. Who people are stands in `public_contacts` alone, and rows can go."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from cdp_common.db.columns import UtcDateTime, id_column
from partners_api.storage.catalogue import metadata

_PURPOSES = "purpose IN ('gathering', 'idea', 'supporter')"

consent_wordings = Table(
    "consent_wordings",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "purpose", "version"),
    CheckConstraint(_PURPOSES, name="purpose_known"),
)

public_contacts = Table(
    "public_contacts",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("organisation_name", Text),
    Column("wording_id", Uuid, ForeignKey("consent_wordings.id"), nullable=False),
    Column("token_digest", LargeBinary, nullable=False),
    Column("consented_at", UtcDateTime, nullable=False),
    CheckConstraint(_PURPOSES, name="purpose_known"),
    Index(None, "purpose", "consented_at"),
)

gatherings = Table(
    "gatherings",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("description", Text),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("venue", Text),
    Column("online_url", Text),
    Column("capacity", Integer, nullable=False),
    Column("registration_closes_at", UtcDateTime),
    Column("organiser_organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("objectives", ARRAY(Text), nullable=False),
    Column("data_status", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cancelled_because", Text),
    Column("registered_count", Integer, nullable=False),
    Column("waiting_count", Integer, nullable=False),
    Column("attended_count", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("kind IN ('training', 'event')", name="kind_known"),
    CheckConstraint("state IN ('open', 'cancelled')", name="state_known"),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
    CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    CheckConstraint("registered_count BETWEEN 0 AND capacity", name="within_capacity"),
    CheckConstraint("waiting_count >= 0", name="waiting_counted"),
    Index(None, "place_id", "starts_at"),
)

gathering_registrations = Table(
    "gathering_registrations",
    metadata,
    id_column(),
    Column("gathering_id", Uuid, ForeignKey("gatherings.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attended", Boolean),
    Column("contact_id", Uuid, ForeignKey("public_contacts.id", ondelete="SET NULL")),
    Column("version", Integer, nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
    UniqueConstraint("gathering_id", "number"),
    CheckConstraint("state IN ('registered', 'waiting', 'cancelled')", name="state_known"),
    CheckConstraint("attended IS NULL OR state = 'registered'", name="attended_by_registered"),
    Index(None, "contact_id"),
)

ideas = Table(
    "ideas",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("objectives", ARRAY(Text), nullable=False),
    Column("area", Text),
    Column("show_name", Boolean, nullable=False),
    Column("contact_id", Uuid, ForeignKey("public_contacts.id", ondelete="SET NULL")),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("reply", Text),
    Column("version", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("data_status", Text, nullable=False, server_default="actual"),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
    CheckConstraint("kind IN ('idea', 'feedback', 'case_study')", name="kind_known"),
    CheckConstraint("state IN ('received', 'shown', 'declined')", name="state_known"),
    CheckConstraint("(state = 'received') = (reason IS NULL)", name="moderated_with_reason"),
    Index(None, "place_id", "received_at"),
    Index(None, "contact_id"),
)

supporters = Table(
    "supporters",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("contact_id", Uuid, ForeignKey("public_contacts.id", ondelete="SET NULL")),
    Column("interests", ARRAY(Text), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "contact_id"),
)
Index(
    "ix_supporters_place_id_since",
    supporters.c.place_id,
    supporters.c.since,
    postgresql_where=text("ended_at IS NULL"),
)
