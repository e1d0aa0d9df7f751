"""The tables that say on what grounds an organisation was verified, or its record merged into another."""

from sqlalchemy import ARRAY, CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid

from cdp_common.db.columns import UtcDateTime, id_column
from partners_api.storage.catalogue import metadata

organisation_verifications = Table(
    "organisation_verifications",
    metadata,
    id_column(),
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("method", Text, nullable=False),
    Column("evidence", Text),
    Column("domain", Text),
    Column("identifiers", ARRAY(Text), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("by_person", Uuid),
    Column("decided_at", UtcDateTime, nullable=False),
    CheckConstraint("method IN ('vouched', 'dns')", name="method_known"),
    CheckConstraint("(method = 'dns') = (domain IS NOT NULL)", name="domain_proven"),
    Index(None, "organisation_id"),
)

# Domains that trusted records tie to an identifier: whoever proves one has the identifier.
identifier_domains = Table(
    "identifier_domains",
    metadata,
    Column("scheme", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

organisation_merges = Table(
    "organisation_merges",
    metadata,
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
    Column("survivor_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("by_person", Uuid),
    Column("decided_at", UtcDateTime, nullable=False),
)
