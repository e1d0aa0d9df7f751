"""The tables of people: who vouches for them, who they are to us, and what they may do where."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from cdp_common.db.columns import Json, UtcDateTime, id_column
from partners_api.storage.catalogue import metadata

identity_providers = Table(
    "identity_providers",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("audiences", Json, nullable=False),
    # Where its keys are: at an address, in the row itself, or, with neither, where its discovery says.
    Column("jwks_uri", Text),
    Column("jwks", Json),
    Column("algorithms", ARRAY(Text), nullable=False),
    Column("subject_claim", Text, nullable=False),
    Column("trusted_for_all", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint("kind IN ('external', 'sandbox')", name="kind_known"),
    CheckConstraint("num_nonnulls(jwks_uri, jwks) <= 1", name="one_key_source"),
)
Index(
    "uq_identity_providers_issuer",
    identity_providers.c.issuer,
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
)

# For which organisations a provider is believed; none are listed when it is trusted for all.
identity_provider_organisations = Table(
    "identity_provider_organisations",
    metadata,
    Column("provider_id", Uuid, ForeignKey("identity_providers.id"), primary_key=True),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
)

# A person is a number. What a provider or a portal calls them is kept as a keyed digest alone.
persons = Table(
    "persons",
    metadata,
    id_column(),
    # The provider by its issuer, and not by its row: who a person is outlives a change of that.
    Column("issuer", Text),
    Column("asserted_by", Uuid, ForeignKey("organisations.id")),
    Column("recorded_by", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("subject_digest", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("issuer", "subject_digest"),
    UniqueConstraint("asserted_by", "subject_digest"),
    CheckConstraint("num_nonnulls(issuer, asserted_by) = 1", name="one_voucher"),
    CheckConstraint("(subject_digest IS NULL) = (erased_at IS NOT NULL)", name="erased_is_nobody"),
)

# The one table that names people who sign in. It refuses no deletion.
person_details = Table(
    "person_details",
    metadata,
    Column("person_id", Uuid, ForeignKey("persons.id"), primary_key=True),
    Column("name", Text),
    Column("email", Text),
    Column("updated_at", UtcDateTime, nullable=False),
)

person_roles = Table(
    "person_roles",
    metadata,
    id_column(),
    Column("person_id", Uuid, ForeignKey("persons.id"), nullable=False),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_by_person", Uuid),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint(
        "role IN ('officer', 'evaluator', 'moderator', 'validator', 'programme_manager', 'signatory')",
        name="role_known",
    ),
)
Index(
    "uq_person_roles_held",
    person_roles.c.person_id,
    person_roles.c.organisation_id,
    person_roles.c.place_id,
    person_roles.c.role,
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
)
