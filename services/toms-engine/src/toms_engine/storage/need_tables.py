"""Tables of indices of deprivation: areas, their rankings, how places cut them into bands, boundaries."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from cdp_common.db.columns import Json, UtcDateTime, id_column
from toms_engine.storage.metadata import metadata

# An index of deprivation and what holds for all its areas. Append-only.
need_indices = Table(
    "need_indices",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("vintage", Text, nullable=False),
    Column("area_count", Integer, nullable=False),
    Column("source", Json, nullable=False),
    Column("licence", Text, nullable=False),
    Column("owner_org", Uuid, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# Each part of an index that was loaded. Append-only.
need_imports = Table(
    "need_imports",
    metadata,
    id_column(),
    Column("index_slug", Text, ForeignKey("need_indices.slug"), nullable=False),
    Column("area_count", Integer, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
)

# Append-only.
need_areas = Table(
    "need_areas",
    metadata,
    Column("index_slug", Text, ForeignKey("need_indices.slug"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("decile", Integer, nullable=False),
    Column("import_id", Uuid, ForeignKey("need_imports.id"), nullable=False),
    CheckConstraint("rank > 0", name="rank_positive"),
    CheckConstraint("decile BETWEEN 1 AND 10", name="decile_of_ten"),
    Index(None, "index_slug", "place", "code"),
)

# What an index's official file says beyond rank and decile, and with which layout it was read. The rankings
# keep the order in which the arrays of need_area_facts hold their values. Append-only.
need_index_layouts = Table(
    "need_index_layouts",
    metadata,
    Column("index_slug", Text, ForeignKey("need_indices.slug"), primary_key=True),
    Column("layout", Text, nullable=False),
    Column("layout_version", Integer, nullable=False),
    Column("nation", Text, nullable=False),
    Column("comparability", Text, nullable=False),
    Column("rankings", Json, nullable=False),
    Column("denominators", Json, nullable=False),
    Column("population", Text),
    Column("weights_source", Json, nullable=False),
)

# One row an area and arrays over the rankings: a row for each of sixteen rankings would be half a million
# rows an index, which load ten times slower and are never read apart. A trigger lets a value be filled in
# that an extract left out, and refuses every other change.
need_area_facts = Table(
    "need_area_facts",
    metadata,
    Column("index_slug", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("authority_code", Text, nullable=False),
    Column("authority_name", Text, nullable=False),
    Column("scores", ARRAY(Numeric), nullable=False),
    Column("ranks", ARRAY(Integer), nullable=False),
    Column("deciles", ARRAY(Integer), nullable=False),
    Column("people", ARRAY(Integer), nullable=False),
    Column("import_id", Uuid, ForeignKey("need_imports.id"), nullable=False),
    ForeignKeyConstraint(["index_slug", "code"], ["need_areas.index_slug", "need_areas.code"]),
    Index(None, "index_slug", "authority_code", "code"),
)

# The file behind an import, and what the import answered: its checks stay readable. Append-only.
need_files = Table(
    "need_files",
    metadata,
    Column("import_id", Uuid, ForeignKey("need_imports.id"), primary_key=True),
    Column("index_slug", Text, ForeignKey("need_indices.slug"), nullable=False),
    Column("receipt", Json, nullable=False),
    Index(None, "index_slug", "import_id"),
)

# Which authorities' areas make a place, under one index: authorities and their codes change between editions.
# Append-only.
need_place_authorities = Table(
    "need_place_authorities",
    metadata,
    Column("index_slug", Text, ForeignKey("need_indices.slug"), primary_key=True),
    Column("authority_code", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("place_id", Uuid, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

# A version of a place's bands that its programme manager published, beside the bands themselves. Append-only.
need_bandings = Table(
    "need_bandings",
    metadata,
    id_column(),
    Column("index_slug", Text, ForeignKey("need_indices.slug"), nullable=False),
    Column("place", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("place_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("published_by", Uuid, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    UniqueConstraint("index_slug", "place", "version"),
)

# How a place cuts an index's deciles into bands; the highest version holds. The place * stands for all places
# without bands of their own. Append-only.
need_bands = Table(
    "need_bands",
    metadata,
    Column("index_slug", Text, ForeignKey("need_indices.slug"), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("band", Text, primary_key=True),
    Column("lowest_decile", Integer, nullable=False),
    Column("highest_decile", Integer, nullable=False),
    # None for a version that a programme manager published.
    Column("import_id", Uuid, ForeignKey("need_imports.id")),
    CheckConstraint("version > 0", name="version_positive"),
    CheckConstraint("band IN ('severe', 'high', 'mild', 'low')", name="band_known"),
    CheckConstraint(
        "1 <= lowest_decile AND lowest_decile <= highest_decile AND highest_decile <= 10",
        name="deciles_of_ten",
    ),
)

# A file of boundaries that was attached to an index, with what its licence asks to be shown. Append-only.
need_boundary_files = Table(
    "need_boundary_files",
    metadata,
    id_column(),
    Column("index_slug", Text, ForeignKey("need_indices.slug"), nullable=False),
    Column("licence", Text, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("area_count", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("attached_at", UtcDateTime, nullable=False),
)

# The outline of an area as GeoJSON text, as it is served; of several files the newest holds. Append-only.
need_boundaries = Table(
    "need_boundaries",
    metadata,
    Column("index_slug", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("file_id", Uuid, ForeignKey("need_boundary_files.id"), primary_key=True),
    Column("geometry", Text, nullable=False),
    ForeignKeyConstraint(["index_slug", "code"], ["need_areas.index_slug", "need_areas.code"]),
)
