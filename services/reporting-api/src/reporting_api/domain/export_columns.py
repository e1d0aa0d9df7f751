"""The columns of exported rows: their names, types and meanings, which do not change once published.

A further column comes at the end; a changed meaning is a new name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from reporting_api.domain.exports import ExportKind

ColumnType = Literal["text", "id", "whole", "yes_no", "day", "time", "gbp", "quantity", "share"]

_DECIMAL = {"type": "string", "pattern": r"^-?[0-9]{1,20}(\.[0-9]{1,18})?$"}
_JSON_TYPES: Mapping[ColumnType, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "id": {"type": "string", "format": "uuid"},
    "whole": {"type": "integer"},
    "yes_no": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "date-time"},
    "gbp": {"type": "string", "pattern": r"^-?[0-9]{1,18}\.[0-9]{2}$"},
    "quantity": _DECIMAL,
    "share": _DECIMAL,
}
PARQUET_TYPES: Mapping[ColumnType, str] = MappingProxyType(
    {
        "text": "string",
        "id": "string",
        "whole": "int64",
        "yes_no": "boolean",
        "day": "date32",
        "time": "timestamp[us, UTC]",
        "gbp": "decimal128(20, 2)",
        "quantity": "decimal128(28, 8)",
        "share": "decimal128(38, 18)",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, of which type it is, and what it means."""

    name: str
    type: ColumnType
    means: str
    is_nullable: bool = False

    @property
    def json_schema(self) -> dict[str, Any]:
        """What stands under this name in a row of JSON Lines."""
        described = dict(_JSON_TYPES[self.type])
        if self.is_nullable:
            described["type"] = [described["type"], "null"]
        return described | {"description": self.means}


def _c(name: str, type_: ColumnType, means: str) -> Column:
    return Column(name, type_, means)


def _n(name: str, type_: ColumnType, means: str) -> Column:
    return Column(name, type_, means, is_nullable=True)


_LEDGER = (
    _n("position", "whole", "place in the ledger; null until it is sealed"),
    _c("id", "id", "of the entry"),
    _c("place_id", "id", "whose ledger it is"),
    _c("figure", "text", "committed, due, delivered, confirmed or validated"),
    _c("deliverer_id", "id", "the organisation that delivers, under the record it was entered for"),
    _n("commissioner_id", "id", "the organisation that buys or funds"),
    _c("route", "text", "procurement, own_activity, grant, planning, charter or joint"),
    _n("activity_id", "id", "the joint activity"),
    _n("commitment_line_id", "id", "the promised line: line_id of the commitments"),
    _c("measure", "text", "code of the measure in its edition"),
    _c("theme", "text", "code of the theme in that edition"),
    _c("outcome", "text", "code of the outcome in that edition"),
    _c("edition_hash", "text", "the edition that values it"),
    _c("method_version", "text", "the version of the arithmetic that valued it"),
    _c("effective_on", "day", "the day on which it counts"),
    _c("period_start", "day", "first day of what it is about"),
    _c("period_end", "day", "last day of what it is about"),
    _n("area_code", "text", "the small area it lands in; null where it is not placed"),
    _n("area_index", "text", "the index whose areas those are"),
    _c("counted_quantity", "quantity", "in the measure's unit; negative where it takes back"),
    _c("social_gbp", "gbp", "social value"),
    _c("local_economic_gbp", "gbp", "local economic value"),
    _c("fiscal_gbp", "gbp", "of which fiscal"),
    _n("low_gbp", "gbp", "low value, where the proxy has a range"),
    _n("high_gbp", "gbp", "high value, where the proxy has a range"),
    _c("data_status", "text", "actual or synthetic_sample"),
    _c("source_kind", "text", "what made the entry: commitment, report, review, correction and others"),
    _c("source_id", "id", "the agreement, pledge, plan or report that made it"),
    _c("source_line_id", "id", "the line of it"),
    _n("reverses", "id", "the entry that this one takes back"),
    _c("recorded_at", "time", "when it was recorded"),
    _n("target_group", "text", "the group of people that it is for, where its measure has any"),
)

_REPORT_LINES = (
    _c("report_id", "id", "of the report"),
    _c("ordinal", "whole", "place of the line in its report, from 0"),
    _c("line_id", "id", "of the line: source_line_id of its ledger entries"),
    _c("place_id", "id", "the place that is reported to"),
    _c("organisation_id", "id", "the reporter, under the record to which its own leads now"),
    _c("organisation_name", "text", "the reporter's name when it reported"),
    _c("period_start", "day", "first day of the report's period"),
    _c("period_end", "day", "last day of the report's period"),
    _c("report_state", "text", "submitted, under_review, returned, validated, rejected or superseded"),
    _c("submitted_at", "time", "when the report was submitted"),
    _n("supersedes", "id", "the report that this one corrects"),
    _c("measure", "text", "code of the measure in its edition"),
    _c("edition_hash", "text", "the edition that values it"),
    _c("unit", "text", "what the quantity is counted in"),
    _c("quantity", "quantity", "as reported"),
    _n("denominator", "quantity", "of a ratio"),
    _c("counted_quantity", "quantity", "what counts of it by the measure's rules"),
    _c("route", "text", "procurement, own_activity, grant, planning, charter or joint"),
    _n("commissioner_id", "id", "the organisation that buys or funds"),
    _n("commitment_line_id", "id", "the promised line: line_id of the commitments"),
    _n("activity_id", "id", "the joint activity"),
    _n("industry", "text", "of local spend"),
    _n("attribution_share", "share", "the part of a shared activity that is claimed"),
    _n("started_on", "day", "when the job or outcome began"),
    _n("headcount", "whole", "people behind a number of full-time equivalents"),
    _c("areas", "text", "where it landed, as JSON: a list of area_code and share"),
    _c("evidence_count", "whole", "how many documents it rests on"),
    _c("state", "text", "reported, confirmed, validated or rejected"),
    _n("accepted_quantity", "quantity", "as a validator or the commissioner accepted it"),
    _n("social_gbp", "gbp", "social value; null where withheld"),
    _n("local_economic_gbp", "gbp", "local economic value; null where withheld"),
    _n("total_gbp", "gbp", "their sum; null where withheld"),
    _n("validated_gbp", "gbp", "validated value; null until then, and where withheld"),
    _n("licensed_framework", "text", "whose licence shows its pounds; null where anybody may see them"),
    _n("withheld", "text", "licensed, where the pounds are null for want of that licence"),
    _c("data_status", "text", "actual or synthetic_sample"),
    _n("review_method", "text", "how it was reviewed; null until then"),
    _n("evidence_level", "text", "what that rests on: declared, documented or inspected; null until then"),
    _n("target_group", "text", "the group of people that it is for, where its measure has any"),
    _c("local_area", "text", "in which local is meant: as the report states, else the place"),
)

_COMMITMENTS = (
    _c("source_id", "id", "of the agreement, pledge or plan"),
    _c("line_id", "id", "of the promised line"),
    _c("kind", "text", "contract, call_off, framework_agreement, grant, planning_obligation, pledge or plan"),
    _n("reference", "text", "the parties' own reference; null for those who are no party"),
    _n("title", "text", "what it is called; null for those who are no party"),
    _c("place_id", "id", "the place it counts in"),
    _c("deliverer_id", "id", "who owes it now, under the record to which theirs leads"),
    _n("deliverer_name", "text", "that organisation's name"),
    _n("commissioner_id", "id", "who buys or funds; null for a pledge"),
    _n("commissioner_name", "text", "that organisation's name"),
    _c("signed_on", "day", "day of signing"),
    _n("ended_on", "day", "day of an early end"),
    _c("version", "whole", "of the agreement, up to which changes are in this row"),
    _c("measure", "text", "code of the measure in its edition"),
    _c("edition_hash", "text", "the edition to which the line is pinned"),
    _c("unit", "text", "what the quantity is counted in"),
    _c("quantity", "quantity", "as promised"),
    _c("starts_on", "day", "first day of the line"),
    _c("ends_on", "day", "last day of the line"),
    _c("data_status", "text", "actual or synthetic_sample"),
    _n("target_group", "text", "the group of people that it is for, where its measure has any"),
)

_PUBLISHED = (
    _c("publication_id", "id", "of the publication"),
    _c("publication_number", "whole", "its number in the place"),
    _c("place_id", "id", "whose publication it is"),
    _c("period_start", "day", "first day of the period"),
    _c("period_end", "day", "last day of the period"),
    _c("published_at", "time", "when it was published"),
    _c("grouping", "text", "total, or what the figures are grouped by"),
    _n("basis", "text", "of the grouping by organisation: delivered_by or commissioned_by"),
    _n("scheme", "text", "of a crosswalk: the other system"),
    _c("key", "text", "of the cell; empty for the total"),
    _c("label", "text", "what the cell is called; empty for the total"),
    _c("figure", "text", "committed, due, delivered, validated, or a part named as in the publication"),
    _n("total_gbp", "gbp", "value; null where withheld"),
    _n("social_gbp", "gbp", "social value; null where withheld"),
    _n("local_economic_gbp", "gbp", "local economic value; null where withheld"),
    _n("low_gbp", "gbp", "low value, where every line has a range"),
    _n("high_gbp", "gbp", "high value, where every line has a range"),
    _n("fiscal_gbp", "gbp", "of which fiscal"),
    _n("licensed", "text", "what it holds of licensed value: none, included, as_first_published, left_out"),
    _n("withheld", "text", "why there is no figure: disclosure or licensed"),
    _c("data_status", "text", "actual or synthetic_sample"),
)

COLUMNS: Mapping[ExportKind, tuple[Column, ...]] = MappingProxyType(
    {
        "ledger_entries": _LEDGER,
        "report_lines": _REPORT_LINES,
        "commitments": _COMMITMENTS,
        "published_figures": _PUBLISHED,
    }
)
"""The columns of each kind, in order."""


def row_schema(kind: ExportKind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one row."""
    columns = COLUMNS[kind]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        "type": "object",
        "properties": {column.name: column.json_schema for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def parquet_types(kind: ExportKind) -> dict[str, str]:
    """The type of each column in a Parquet file, as Apache Arrow names it."""
    return {column.name: PARQUET_TYPES[column.type] for column in COLUMNS[kind]}
