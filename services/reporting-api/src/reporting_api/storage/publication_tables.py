"""Files of publications and the key that signs them. Append-only."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from cdp_common.db.columns import Json, UtcDateTime
from reporting_api.storage.catalogue import metadata

publication_files = Table(
    "publication_files",
    metadata,
    Column("publication_id", Uuid, ForeignKey("publications.id"), primary_key=True),
    Column("media_type", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "media_type IN ('text/html', 'text/csv', 'application/pdf', 'application/jose')",
        name="media_type_known",
    ),
)

publication_keys = Table(
    "publication_keys",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False),
    Column("public_jwk", Json, nullable=False),
    Column("private_encrypted", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
