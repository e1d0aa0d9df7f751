"""The tables of toms-engine. A published edition, its measures and proxies never change again."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from cdp_common.db.columns import Json, UtcDateTime, id_column
from toms_engine.storage import lookup_tables, need_tables
from toms_engine.storage.metadata import metadata

TABLE_MODULES = (need_tables, lookup_tables)
"""Where the other tables stand; with them the metadata is whole."""

# Whose a framework is: the organisation that brought its first edition. Append-only.
frameworks = Table(
    "frameworks",
    metadata,
    Column("framework", Text, primary_key=True),
    Column("owner_org", Uuid, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# Triggers refuse any change of a published row, and of the measures and proxies under it.
editions = Table(
    "editions",
    metadata,
    id_column(),
    Column("framework", Text, ForeignKey("frameworks.framework"), nullable=False),
    Column("edition", Text, nullable=False),
    Column("edition_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Of the row: each draft that replaces another and publication count one up.
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("data_status", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    # Of an edition that was published when this one was loaded.
    Column("derived_from", Text),
    Column("parent_framework", Text),
    Column("parent_edition", Text),
    Column("counts_initial_spend", Boolean, nullable=False),
    Column("tags", Json, nullable=False),
    Column("themes", Json, nullable=False),
    Column("outcomes", Json, nullable=False),
    Column("crosswalks", Json, nullable=False),
    Column("multipliers", Json, nullable=False),
    Column("workstreams", Json, nullable=False),
    Column("targets", Json, nullable=False),
    Column("measure_count", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    UniqueConstraint("framework", "edition"),
    UniqueConstraint("edition_hash"),
    CheckConstraint("state IN ('draft', 'published')", name="state_known"),
    CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_with_time"),
    CheckConstraint("effective_to >= effective_from", name="effective_forward"),
    CheckConstraint(
        "num_nulls(parent_framework, parent_edition) = 0 AND derived_from IS NOT NULL "
        "OR num_nonnulls(parent_framework, parent_edition) = 0",
        name="parent_named",
    ),
    CheckConstraint("version > 0", name="version_positive"),
)

proxies = Table(
    "proxies",
    metadata,
    Column("edition_id", Uuid, ForeignKey("editions.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("value_type", Text, nullable=False),
    Column("price_year", Integer, nullable=False),
    Column("derivation", Text, nullable=False),
    Column("sources", Json, nullable=False),
    Column("licence", Text, nullable=False),
    Column("redistributable", Boolean, nullable=False),
    Column("discount_rate", Text, nullable=False, server_default="standard"),
    # Plain NUMERIC keeps the decimals as the pack wrote them, which the edition's hash is taken over.
    Column("central_gbp", Numeric),
    Column("low_gbp", Numeric),
    Column("high_gbp", Numeric),
    Column("series", Json, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("origin", Text),
    # Whose licence shows the figures of an inherited proxy; none: that of the edition's own framework.
    Column("licence_framework", Text),
    UniqueConstraint("edition_id", "position"),
    CheckConstraint("component IN ('social', 'local_economic')", name="component_known"),
    CheckConstraint("discount_rate IN ('standard', 'health')", name="discount_rate_known"),
    CheckConstraint("(central_gbp IS NULL) = (jsonb_array_length(series) > 0)", name="value_or_series"),
    CheckConstraint("low_gbp <= central_gbp AND central_gbp <= high_gbp", name="range_ordered"),
    CheckConstraint("origin IN ('inherited', 'added')", name="origin_known"),
    CheckConstraint(
        "licence_framework IS NULL OR (NOT redistributable AND origin = 'inherited')",
        name="licence_inherited",
    ),
    CheckConstraint("valid_to >= valid_from", name="valid_forward"),
)

measures = Table(
    "measures",
    metadata,
    Column("edition_id", Uuid, ForeignKey("editions.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("guidance", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("accumulation", Text, nullable=False),
    Column("year_rule", Text, nullable=False),
    Column("valuation", Text, nullable=False),
    Column("proxy", Text),
    Column("additionality", Json),
    Column("drop_off", Numeric),
    Column("lasts_years", Integer, nullable=False),
    Column("negative_allowed", Boolean, nullable=False),
    Column("maximum_per_line", Numeric),
    Column("excludes", ARRAY(Text), nullable=False),
    Column("target_groups", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("needs", ARRAY(Text), nullable=False),
    Column("objectives", ARRAY(Text), nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("origin", Text),
    # Of a tailored measure: the fields that differ from the parent's.
    Column("changed", ARRAY(Text), nullable=False),
    Column("revalued_because", Text),
    UniqueConstraint("edition_id", "position"),
    ForeignKeyConstraint(["edition_id", "proxy"], ["proxies.edition_id", "proxies.code"]),
    CheckConstraint("(valuation = 'proxy') = (proxy IS NOT NULL)", name="priced_by_its_proxy"),
    CheckConstraint("accumulation IN ('flow', 'stock') OR valuation = 'none'", name="summed_if_valued"),
    CheckConstraint("origin IN ('inherited', 'tailored', 'added')", name="origin_known"),
    CheckConstraint("cardinality(changed) = 0 OR origin = 'tailored'", name="changed_if_tailored"),
    CheckConstraint("revalued_because IS NULL OR origin = 'tailored'", name="revalued_if_tailored"),
    CheckConstraint("valid_to >= valid_from", name="valid_forward"),
)
