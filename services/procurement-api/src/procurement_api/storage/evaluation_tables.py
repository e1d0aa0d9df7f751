"""The tables of evaluation: what was declared, scored, agreed and concluded is written once.

Names of people stand in `evaluators` alone, where they can be erased; all else holds ids.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from cdp_common.db.columns import Json, Pence, Quantity, UtcDateTime, id_column
from procurement_api.storage.metadata import metadata

evaluators = Table(
    "evaluators",
    metadata,
    id_column(),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("person_id", Uuid, index=True),
    Column("client_id", Text),  # which client named them; null for a person who signed in
    Column("reference", Text),
    Column("name", Text),
    Column("organisation_id", Uuid),
    Column("created_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("tender_id", "client_id", "reference", name="uq_evaluators_asserted"),
    Index(
        "uq_evaluators_signed_in",
        "tender_id",
        "person_id",
        unique=True,
        postgresql_where=text("client_id IS NULL"),
    ),
    CheckConstraint("(client_id IS NULL) = (reference IS NULL)", name="asserted_with_reference"),
    CheckConstraint("client_id IS NOT NULL OR person_id IS NOT NULL", name="somebody"),
    CheckConstraint("erased_at IS NULL OR name IS NULL", name="erased_without_name"),
)

# Numbers of people who were erased at partners-api, so that nobody names them here again. Append-only.
erased_persons = Table(
    "erased_persons",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
)

interest_declarations = Table(
    "interest_declarations",
    metadata,
    id_column(),
    Column("evaluator_id", Uuid, ForeignKey("evaluators.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("conflicts", Json, nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
    UniqueConstraint("evaluator_id", "version", name="uq_interest_declarations_version"),
)

answer_scores = Table(
    "answer_scores",
    metadata,
    id_column(),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False),
    Column("measure", Text, nullable=False),
    Column("lot", Text, nullable=False),  # empty: the whole tender
    Column("evaluator_id", Uuid, ForeignKey("evaluators.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("score", Quantity, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),  # the client
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("bid_id", "measure", "lot", "evaluator_id", "version", name="uq_answer_scores_version"),
)

consensus_scores = Table(
    "consensus_scores",
    metadata,
    id_column(),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False),
    Column("measure", Text, nullable=False),
    Column("lot", Text, nullable=False),  # empty: the whole tender
    Column("version", Integer, nullable=False),
    Column("score", Quantity, nullable=False),
    Column("reason", Text, nullable=False),
    Column("moderator_id", Uuid, ForeignKey("evaluators.id"), nullable=False),
    Column("rests_on", Json, nullable=False),  # ids of answer_scores
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("bid_id", "measure", "lot", "version", name="uq_consensus_scores_version"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("tender_id", Uuid, ForeignKey("tenders.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("evaluated_at", UtcDateTime, nullable=False),
    Column("result", Json, nullable=False),
)

# Questions after the deadline, with their answers: they change nothing.
clarifications = Table(
    "clarifications",
    metadata,
    id_column(),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("answer", Text),
    Column("answered_on", Date),
    Column("recorded_by", Text, nullable=False),
    Column("person_id", Uuid),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="answered_on_a_day"),
)

# What a panel accepts of a line, valued again; it only ever gets less.
accepted_quantities = Table(
    "accepted_quantities",
    metadata,
    Column("line_id", Uuid, ForeignKey("opened_lines.line_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("bid_id", Uuid, ForeignKey("bids.id"), nullable=False, index=True),
    Column("quantity", Quantity, nullable=False),
    Column("reason", Text, nullable=False),
    Column("counted_quantity", Quantity, nullable=False),
    Column("social_pence", Pence, nullable=False),
    Column("local_economic_pence", Pence, nullable=False),
    Column("low_pence", Pence),
    Column("high_pence", Pence),
    Column("fiscal_pence", Pence, nullable=False),
    Column("method_version", Text, nullable=False),
    Column("licensed_framework", Text),
    Column("explanation", Json),
    Column("recorded_by", Text, nullable=False),
    Column("person_id", Uuid),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("quantity >= 0", name="not_negative"),
)

bid_removals = Table(
    "bid_removals",
    metadata,
    Column("bid_id", Uuid, ForeignKey("bids.id"), primary_key=True),
    Column("lot", Text, primary_key=True),  # empty: the whole tender
    Column("removal", Text, nullable=False),
    Column("ground", Text, nullable=False),
    # Whether the lot had been decided for the bid: then it is decided anew, in its next round.
    Column("ended_decision", Boolean, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("person_id", Uuid),
    Column("removed_at", UtcDateTime, nullable=False),
    CheckConstraint("removal IN ('excluded', 'withdrawn')", name="removal_known"),
)

# Bids in whose place a later one of the same organisation stands, as opening found. Append-only.
superseded_bids = Table(
    "superseded_bids",
    metadata,
    Column("bid_id", Uuid, ForeignKey("bids.id"), primary_key=True),
    Column("lot", Text, primary_key=True),  # empty: the whole tender
    Column("by_bid_id", Uuid, ForeignKey("bids.id"), nullable=False),
)

summary_sendings = Table(
    "summary_sendings",
    metadata,
    id_column(),
    Column("tender_id", Uuid, ForeignKey("tenders.id"), nullable=False),
    Column("lot", Text, nullable=False),  # empty: the whole tender
    Column("round", Integer, nullable=False),
    Column("evaluation_version", Integer, nullable=False),
    Column("winner_bid_id", Uuid, ForeignKey("bids.id")),
    Column("withheld", Json, nullable=False),  # with the buyer's reasons
    Column("sent_at", UtcDateTime, nullable=False),
    UniqueConstraint("tender_id", "lot", "round", name="uq_summary_sendings_lot"),
)

assessment_summaries = Table(
    "assessment_summaries",
    metadata,
    Column("sending_id", Uuid, ForeignKey("summary_sendings.id"), primary_key=True),
    Column("bid_id", Uuid, ForeignKey("bids.id"), primary_key=True, index=True),
    Column("document", Json, nullable=False),
)
