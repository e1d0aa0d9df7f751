"""The table of organisations that only a portal speaks of, which decides that each is recorded once."""

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, Uuid

from partners_api.storage.catalogue import metadata

asserted_organisations = Table(
    "asserted_organisations",
    metadata,
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
    Column("portal_organisation_id", Uuid, nullable=False),
    Column("buyer_organisation_id", Uuid, nullable=False),
    Column("stated_as", Text, nullable=False),  # GB-COH:01234567, or the portal's own id after "local:"
    UniqueConstraint(
        "portal_organisation_id",
        "buyer_organisation_id",
        "stated_as",
        name="uq_asserted_organisations_stated",
    ),
)
