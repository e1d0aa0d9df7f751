"""The tables of signatures entered by networks, of imports, and of who may act for whom."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from cdp_common.db.columns import Json, UtcDateTime, id_column
from charter_api.storage.metadata import metadata

# What became of each row of a file; asked again with the same idempotency key, it is answered from here.
signature_imports = Table(
    "signature_imports",
    metadata,
    id_column(),
    Column("charter_id", Uuid, ForeignKey("charters.id"), nullable=False),
    Column("imported_by", Uuid, nullable=False),
    Column("report", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

signature_entries = Table(
    "signature_entries",
    metadata,
    id_column(),
    Column("charter_id", Uuid, ForeignKey("charters.id"), nullable=False),
    Column("place_id", Uuid, nullable=False),
    Column("entered_by", Uuid, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    # Known here, or by what a register calls it.
    Column("organisation_id", Uuid),
    Column("identifier", Text),
    # What tells it from the network's other entries that wait.
    Column("subject", Text, nullable=False),
    Column("legal_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Day, pledges, areas and data status as stated; the person's name stands in signing_people.
    Column("stated", Json, nullable=False),
    Column("signed_by_role", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("decided_at", UtcDateTime),
    Column("decided_by", Uuid),
    Column("reason", Text),
    CheckConstraint("num_nonnulls(organisation_id, identifier) = 1", name="named_one_way"),
    CheckConstraint("state IN ('pending', 'signed', 'declined', 'withdrawn', 'expired')", name="state_known"),
    CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_whole"),
    Index(
        "uq_signature_entries_pending",
        "charter_id",
        "entered_by",
        "subject",
        unique=True,
        postgresql_where=text("state = 'pending'"),
    ),
    Index("ix_signature_entries_organisation_id", "organisation_id"),
    Index("ix_signature_entries_identifier", "identifier"),
    Index("ix_signature_entries_entered_by", "entered_by"),
    Index("ix_signature_entries_expires_on", "expires_on", postgresql_where=text("state = 'pending'")),
)

# A copy of partners-api's delegations, kept by its feed: who lets whom sign.
delegations = Table(
    "delegations",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, nullable=False),
    Column("delegate_organisation_id", Uuid, nullable=False, index=True),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("revoked_at", UtcDateTime),
)
