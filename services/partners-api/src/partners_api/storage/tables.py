"""The tables of partners-api. Who may change what, and what cannot be twice, is said here by constraints."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from cdp_common.db.columns import Json, Pence, UtcDateTime, id_column
from partners_api.storage import asserted_tables as asserted_tables  # so that migrations see these too
from partners_api.storage import collective_tables as collective_tables
from partners_api.storage import description_tables as description_tables
from partners_api.storage import hub_tables as hub_tables
from partners_api.storage import person_tables as person_tables  # so that migrations see these too
from partners_api.storage import public_tables as public_tables
from partners_api.storage import verification_tables as verification_tables
from partners_api.storage.catalogue import metadata as metadata

# ------------------------------------------------------------------ organisations
organisations = Table(
    "organisations",
    metadata,
    id_column(),
    Column("legal_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_sme", Boolean),
    Column("is_vcse", Boolean),
    Column("postcode", Text),
    Column("website", Text),
    Column("data_status", Text, nullable=False),
    Column("is_operator", Boolean, nullable=False),
    Column("merged_into", Uuid),
    Column("merged_ids", ARRAY(Uuid), nullable=False),
    Column("is_merged", Boolean, Computed("merged_into IS NOT NULL", persisted=True), nullable=False),
    Column(
        "survivor_is_merged",
        Boolean,
        Computed("CASE WHEN merged_into IS NULL THEN NULL ELSE false END", persisted=True),
    ),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("kind IN ('public', 'private', 'third_sector')", name="kind_known"),
    CheckConstraint("state IN ('asserted', 'unverified', 'verified')", name="state_known"),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
    # Only so that an identifier can carry its organisation's state: see below.
    UniqueConstraint("id", "state"),
    # Who is merged leads to a record that is not. The key takes `false` alone at its other end, and so
    # refuses chains and circles, and that a record is merged away to which others lead.
    UniqueConstraint("id", "is_merged"),
    ForeignKeyConstraint(
        ["merged_into", "survivor_is_merged"],
        ["organisations.id", "organisations.is_merged"],
        name="fk_organisations_survivor",
    ),
)
Index(
    "ix_organisations_merged_into",
    organisations.c.merged_into,
    postgresql_where=text("merged_into IS NOT NULL"),
)
Index("ix_organisations_name", func.lower(organisations.c.legal_name), organisations.c.id)
Index(
    "ix_organisations_similar_name",
    func.lower(organisations.c.legal_name).label("similar_name"),
    postgresql_using="gin",
    postgresql_ops={"similar_name": "gin_trgm_ops"},
    postgresql_where=text("NOT is_merged"),
)
Index(
    "uq_organisations_operator",
    organisations.c.is_operator,
    unique=True,
    postgresql_where=text("is_operator"),
)

# Anyone may claim an identifier; among verified organisations it has one owner. The organisation's state
# stands here too, kept equal by the foreign key, so that an index decides when one becomes verified.
organisation_identifiers = Table(
    "organisation_identifiers",
    metadata,
    Column("organisation_id", Uuid, primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("organisation_state", Text, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["organisation_id", "organisation_state"],
        ["organisations.id", "organisations.state"],
        name="fk_organisation_identifiers_organisation",
        onupdate="CASCADE",
    ),
    Index(None, "scheme", "number"),
)
Index(
    "ix_organisation_identifiers_claimed_at",
    organisation_identifiers.c.claimed_at,
    postgresql_where=text("organisation_state = 'unverified'"),
)
Index(
    "uq_organisation_identifiers_owned",
    organisation_identifiers.c.scheme,
    organisation_identifiers.c.number,
    unique=True,
    postgresql_where=text("organisation_state = 'verified'"),
)

# ------------------------------------------------------------------ places
places = Table(
    "places",
    metadata,
    id_column(),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("gss_code", Text),
    Column("objectives", Json, nullable=False),
    Column("commitments", Json, nullable=False),
    Column("phases", Json, nullable=False),
    Column("need_index", Text),
    Column("source", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("slug"),
)

prior_totals = Table(
    "prior_totals",
    metadata,
    Column("place_id", Uuid, ForeignKey("places.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),
    Column("label", Text, nullable=False),
    Column("amount_pence", Pence, nullable=False),
    Column("period_text", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("method_text", Text, nullable=False),
    Column("validated_by", Text),
    Column("url", Text),
    Column("note", Text, nullable=False),
)

# ------------------------------------------------------------------ the collective
memberships = Table(
    "memberships",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("named_totals_agreed", Boolean, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("end_source", Text),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("role IN ('lead', 'partner')", name="role_known"),
    CheckConstraint("valid_to >= valid_from", name="days_in_order"),
    ExcludeConstraint(
        ("place_id", "="),
        ("organisation_id", "="),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        name="ex_memberships_overlap",
        using="gist",
    ),
    Index("ix_memberships_organisation_id", "organisation_id", "valid_from", "id"),
)

statements = Table(
    "statements",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("version", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("commitments", ARRAY(Text), nullable=False),
    Column("source", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("data_status", Text, nullable=False, server_default="actual"),
    UniqueConstraint("place_id", "version"),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
)

statement_signatures = Table(
    "statement_signatures",
    metadata,
    id_column(),
    Column("statement_id", Uuid, ForeignKey("statements.id"), nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("signed_by_role", Text, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("commitments", Json),  # none: everything that the statement names
    UniqueConstraint("statement_id", "organisation_id"),
)

# ------------------------------------------------------------------ clients, roles, delegations
clients = Table(
    "clients",
    metadata,
    id_column(),
    Column("client_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("authentication", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("scopes_when_verified", ARRAY(Text)),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    UniqueConstraint("client_id"),
    CheckConstraint("kind IN ('organisation', 'service', 'operator')", name="kind_known"),
    CheckConstraint(
        "authentication IN ('client_secret_basic', 'private_key_jwt')", name="authentication_known"
    ),
    Index(None, "organisation_id"),
)

# A client has at most two credentials in force, so that one can take over from the other: one per slot.
client_credentials = Table(
    "client_credentials",
    metadata,
    id_column(),
    Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("secret_digest", LargeBinary),
    Column("public_jwk", Json),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint("slot IN (1, 2)", name="slot_known"),
    CheckConstraint("num_nonnulls(secret_digest, public_jwk) = 1", name="secret_or_key"),
)
Index(
    "uq_client_credentials_slot",
    client_credentials.c.client_id,
    client_credentials.c.slot,
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
)

role_grants = Table(
    "role_grants",
    metadata,
    id_column(),
    Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint(
        "role IN ('officer', 'evaluator', 'moderator', 'validator', 'programme_manager', 'signatory')",
        name="role_known",
    ),
)
Index(
    "uq_role_grants_held",
    role_grants.c.client_id,
    role_grants.c.place_id,
    role_grants.c.role,
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
)

delegations = Table(
    "delegations",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("delegate_organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    CheckConstraint("organisation_id <> delegate_organisation_id", name="to_another"),
    Index(None, "delegate_organisation_id"),
)
Index(
    "uq_delegations_live",
    delegations.c.organisation_id,
    delegations.c.delegate_organisation_id,
    unique=True,
    postgresql_where=text("revoked_at IS NULL"),
)

# ------------------------------------------------------------------ the authorisation server
signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("public_jwk", Json, nullable=False),
    Column("private_key_sealed", LargeBinary, nullable=False),
    Column("signs_from", UtcDateTime, nullable=False),
    Column("verifies_until", UtcDateTime),
    # Two processes that start, or rotate, at the same moment make one key: the second finds this taken.
    UniqueConstraint("generation"),
)

# Which tokens are out, so that the end of a credential, role or delegation ends the tokens that rest on it.
issued_tokens = Table(
    "issued_tokens",
    metadata,
    Column("jti", Uuid, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
    Column("credential_id", Uuid, ForeignKey("client_credentials.id"), nullable=False),
    Column("delegation_id", Uuid, ForeignKey("delegations.id")),
    Column("role_grant_ids", ARRAY(Uuid), nullable=False),
    Column("person_id", Uuid, ForeignKey("persons.id")),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "client_id"),
    Index(None, "expires_at"),
)
Index(
    "ix_issued_tokens_delegation_id",
    issued_tokens.c.delegation_id,
    postgresql_where=text("delegation_id IS NOT NULL"),
)
Index(
    "ix_issued_tokens_person_id",
    issued_tokens.c.person_id,
    postgresql_where=text("person_id IS NOT NULL"),
)

# A signed assertion proves a client once.
used_assertions = Table(
    "used_assertions",
    metadata,
    Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)

revocations = Table(
    "revocations",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "value"),
    CheckConstraint("kind IN ('client', 'token')", name="kind_known"),
    Index(None, "expires_at"),
)

# The last position given out. Its row is locked till commit: no position is seen before a lower one.
revocation_positions = Table(
    "revocation_positions",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
