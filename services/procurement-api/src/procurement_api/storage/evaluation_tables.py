"""The tables of evaluation: what was scored and what came of it is written once."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint, Uuid

from cdp_common.db.columns import Json, Quantity, UtcDateTime, id_column
from procurement_api.storage.metadata import metadata

panel_scores = Table(
    "panel_scores",
    metadata,
    id_column(),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False),
    Column("measure", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("score", Quantity, nullable=False),
    Column("reason", Text, nullable=False),
    Column("scored_by", Text, nullable=False),  # the client; a person once people sign in
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("bid_id", "measure", "version", name="uq_panel_scores_bid_measure_version"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tenders.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("evaluated_at", UtcDateTime, nullable=False),
    Column("result", Json, nullable=False),
)
