"""The tables of charter-api. What was signed is written once; each change is a row of its own."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from cdp_common.db.columns import Json, UtcDateTime, id_column
from cdp_common.db.merges import merges_table
from charter_api.storage import entry_tables as entry_tables  # so that migrations see these too
from charter_api.storage.metadata import metadata

charters = Table(
    "charters",
    metadata,
    id_column(),
    Column("place_id", Uuid, nullable=False),
    Column("version", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("preamble", Text, nullable=False),
    Column("pledges", Json, nullable=False),
    # At which it may be signed, and what each asks; none for a version that is signed as it is.
    Column("levels", Json, nullable=False, server_default="[]"),
    Column("review_months", Integer, nullable=False),
    # For so many days before a review the signatory may renew; it is reminded on the first of them.
    Column("renewal_notice_days", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "version", name="uq_charters_place_version"),
    CheckConstraint("renewal_notice_days BETWEEN 1 AND 366", name="notice_positive"),
)

# The only table that holds a person's name: it can be erased without touching what was signed.
signing_people = Table(
    "signing_people",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    # The person of partners-api who was signed in and gave the name; when erased there, it goes here too.
    Column("given_by", Uuid, index=True),
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
    # What the organisation was on signing, and the small areas that it signs for.
    Column("is_sme", Boolean),
    Column("is_vcse", Boolean),
    Column("areas", ARRAY(Text), nullable=False),
    # Its place in the register of all signatures: where status lists keep its bit.
    Column("register_number", BigInteger, Identity(always=True, start=0, minvalue=0), nullable=False),
    Column("acted_by", Uuid, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("charter_id", "organisation_id", "term", name="uq_signatures_term"),
    UniqueConstraint("register_number", name="uq_signatures_register_number"),
    CheckConstraint("term > 0", name="term_positive"),
)

# Everything that ever happened to a signature, in its order; its state is read from these rows.
signature_changes = Table(
    "signature_changes",
    metadata,
    Column("signature_id", Uuid, ForeignKey("signatures.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    # Which period of the signature it belongs to: 1 from signing, 2 after the first renewal, ...
    Column("period", Integer, nullable=False),
    # Of a signing and of a renewal: the version signed, its period, and who signed.
    Column("charter_id", Uuid, ForeignKey("charters.id")),
    Column("starts_on", Date),
    Column("renewal_due_on", Date),
    Column("expires_on", Date),
    Column("signed_by_role", Text),
    Column("person_id", Uuid),
    # Of a signing, a renewal and a change of level: the level from then on.
    Column("level", Text),
    # Of a change of level: where the status lists keep the bit of certificates from then on.
    Column("register_number", BigInteger),
    # Of a merger of records: the organisation's signature that stands instead.
    Column("merged_into", Uuid, ForeignKey("signatures.id")),
    Column("reason", Text),
    # The organisation whose client did it; null where the calendar did.
    Column("acted_by", Uuid),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "kind IN ('signed', 'renewed', 'suspended', 'reinstated', 'withdrawn', 'renewal_due', 'lapsed',"
        " 'level_changed', 'merged')",
        name="kind_known",
    ),
    CheckConstraint(
        "level IS NULL OR kind IN ('signed', 'renewed', 'level_changed')", name="level_where_stated"
    ),
    CheckConstraint(
        "(kind = 'level_changed') = (register_number IS NOT NULL)"
        " AND (kind <> 'level_changed' OR level IS NOT NULL)",
        name="level_change_whole",
    ),
    CheckConstraint(
        "(kind = 'merged') = (merged_into IS NOT NULL) AND merged_into <> signature_id", name="merged_whole"
    ),
    Index(
        "uq_signature_changes_register_number",
        "register_number",
        unique=True,
        postgresql_where=text("register_number IS NOT NULL"),
    ),
    CheckConstraint("number BETWEEN 1 AND 500", name="number_bounded"),
    CheckConstraint("(number = 1) = (kind = 'signed')", name="signed_first"),
    CheckConstraint(
        "(kind IN ('signed', 'renewed')) = (num_nonnulls("
        "charter_id, starts_on, renewal_due_on, expires_on, signed_by_role, person_id) = 6)",
        name="period_whole",
    ),
    CheckConstraint("starts_on <= renewal_due_on AND renewal_due_on <= expires_on", name="period_forward"),
    # Each period begins, is announced and lapses once, whoever announces it at the same moment.
    Index(
        "uq_signature_changes_period",
        "signature_id",
        "period",
        unique=True,
        postgresql_where=text("kind IN ('signed', 'renewed')"),
    ),
    Index(
        "uq_signature_changes_notice",
        "signature_id",
        "period",
        "kind",
        unique=True,
        postgresql_where=text("kind IN ('renewal_due', 'lapsed')"),
    ),
    Index(
        "uq_signature_changes_end",
        "signature_id",
        unique=True,
        postgresql_where=text("kind IN ('withdrawn', 'merged')"),
    ),
    Index(
        "ix_signature_changes_renewal_due_on",
        "renewal_due_on",
        postgresql_where=text("kind IN ('signed', 'renewed')"),
    ),
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
    # Who made it, as events say it: a pledge in words alone is no event.
    Column("actor", Json),
    CheckConstraint("ends_on >= starts_on", name="period_forward"),
)

# Under which signature a pledge stands from a day on, since the one that it was made with was merged.
pledge_moves = Table(
    "pledge_moves",
    metadata,
    Column("pledge_id", Uuid, ForeignKey("pledges.id"), primary_key=True),
    Column("signature_id", Uuid, ForeignKey("signatures.id"), primary_key=True, index=True),
    Column("effective_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

# A copy of partners-api's word on which records of organisations lead to others, kept by its feed.
_merges = merges_table(metadata)
Index("ix_organisation_merges_survivor_id", _merges.c.survivor_id)

# With the last one a place signs certificates; the others stay, so that what they signed verifies.
place_keys = Table(
    "place_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("place_id", Uuid, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("public_jwk", Json, nullable=False),
    # AES-256-GCM under a key of CDP_SECRET_KEY_FILE, bound to the kid.
    Column("private_encrypted", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "generation", name="uq_place_keys_generation"),
    CheckConstraint("generation > 0", name="generation_positive"),
)
