"""The tables of charter-api. What was signed is written once; an end is a row of its own."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, Table, Text, UniqueConstraint, Uuid

from cdp_common.db.columns import Json, UtcDateTime, id_column, metadata_with_names

metadata = metadata_with_names()

charters = Table(
    "charters",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("version", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("preamble", Text, nullable=False),
    Column("pledges", Json, nullable=False),
    Column("review_months", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "version", name="uq_charters_place_version"),
)

# The only table that holds a person's name: it can be erased without touching what was signed.
signing_people = Table(
    "signing_people",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
)

signatures = Table(
    "signatures",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False, index=True),
    Column("charter_id", Uuid, ForeignKey("charters.id"), nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("organisation_name", Text, nullable=False),
    Column("organisation_kind", Text, nullable=False),
    # 1 for the first signature, 2 when an organisation signs again after an end, ...
    Column("term", Integer, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("signed_by_role", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("charter_id", "organisation_id", "term", name="uq_signatures_term"),
    CheckConstraint("term > 0", name="term_positive"),
    CheckConstraint("expires_on >= signed_on", name="expiry_after_signature"),
)

signature_withdrawals = Table(
    "signature_withdrawals",
    metadata,
    Column("signature_id", Uuid, ForeignKey("signatures.id"), primary_key=True),
    Column("effective_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

pledges = Table(
    "pledges",
    metadata,
    id_column(),
    Column("signature_id", Uuid, ForeignKey("signatures.id"), nullable=False, index=True),
    Column("pledge", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("objective", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("commitment", Json),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("ends_on >= starts_on", name="period_forward"),
)
