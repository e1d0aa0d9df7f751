"""The tables of the Knowledge Hub: pages with versions, steps and previews, contacts, what a search reads."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from cdp_common.db.columns import Json, UtcDateTime, id_column
from partners_api.storage.catalogue import metadata

KINDS = "'story', 'guidance', 'explanation', 'training_material', 'video', 'partner_overview', 'logo'"

hub_pages = Table(
    "hub_pages",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("latest_version", Integer, nullable=False),
    Column("published_version", Integer),
    Column("first_published_at", UtcDateTime),
    Column("published_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    Column("steps_taken", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("place_id", "slug"),
    CheckConstraint(f"kind IN ({KINDS})", name="kind_known"),
    CheckConstraint("state IN ('drafted', 'reviewed', 'published', 'withdrawn')", name="state_known"),
    CheckConstraint("(published_version IS NULL) = (published_at IS NULL)", name="published_with_its_time"),
    CheckConstraint("published_version <= latest_version", name="published_there"),
    Index(None, "place_id", "changed_at"),
)
Index(
    "ix_hub_pages_published",
    hub_pages.c.place_id,
    hub_pages.c.published_at,
    postgresql_where=text("published_at IS NOT NULL"),
)

hub_page_versions = Table(
    "hub_page_versions",
    metadata,
    Column("page_id", Uuid, ForeignKey("hub_pages.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("images", Json, nullable=False),
    Column("videos", Json, nullable=False),
    Column("objectives", ARRAY(Text), nullable=False),
    Column("measures", ARRAY(Text), nullable=False),
    Column("areas", ARRAY(Text), nullable=False),
    Column("human_values", ARRAY(Text), nullable=False),
    Column("organisation_ids", ARRAY(Uuid), nullable=False),
    Column("source", Text),
    Column("data_status", Text, nullable=False),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
)

hub_page_steps = Table(
    "hub_page_steps",
    metadata,
    Column("page_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("note", Text),
    Column("client_id", Text, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("taken_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["page_id", "version"],
        ["hub_page_versions.page_id", "hub_page_versions.version"],
        name="fk_hub_page_steps_version",
    ),
    CheckConstraint(
        "step IN ('drafted', 'returned', 'reviewed', 'published', 'withdrawn')", name="step_known"
    ),
)

# A row goes when its preview is over, or the draft is one no more.
hub_previews = Table(
    "hub_previews",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("page_id", Uuid, ForeignKey("hub_pages.id"), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    CheckConstraint("octet_length(token_digest) = 32", name="token_hashed"),
    CheckConstraint("ends_at > made_at AND ends_at <= made_at + interval '7 days'", name="ends_in_time"),
    Index(None, "page_id"),
    Index(None, "ends_at"),
)

hub_contacts = Table(
    "hub_contacts",
    metadata,
    id_column(),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("email", Text),
    Column("telephone", Text),
    Column("url", Text),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "place_id", "label"),
)

# What is published, and nothing else: a row comes with the publication and goes with the withdrawal.
hub_search_entries = Table(
    "hub_search_entries",
    metadata,
    Column("item_id", Uuid, primary_key=True),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("plain_text", Text, nullable=False),
    Column("shown_at", UtcDateTime, nullable=False),
    Column("data_status", Text, nullable=False, server_default="actual"),
    CheckConstraint("data_status IN ('actual', 'synthetic_sample')", name="data_status_known"),
    Column(
        "search",
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', summary), 'B')"
            " || setweight(to_tsvector('english', plain_text), 'C')",
            persisted=True,
        ),
        nullable=False,
    ),
    CheckConstraint(f"kind IN ({KINDS}, 'gathering')", name="kind_known"),
    Index(None, "place_id", "kind"),
)
Index("ix_hub_search_entries_search", hub_search_entries.c.search, postgresql_using="gin")
