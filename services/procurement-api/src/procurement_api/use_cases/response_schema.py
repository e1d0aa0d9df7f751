"""JSON Schema (2020-12) of the bids that a tender takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from procurement_api.domain.response_form import FormMeasure, FormRow, Scoring, cells_of

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def bid_schema(title: str, body: Mapping[str, Any], rows: Sequence[FormRow], scoring: Scoring) -> Schema:
    """The schema of a bid's body, narrowed to the lots and measures that the tender asks for.

    Each entry of `anyOf` stands for one row of the form, and `form` in it says what the templates say. What a
    schema cannot say (sums, dates within the contract) is refused by the service with its own faults.
    """
    lines = dict(body["properties"]["lines"])
    lines["items"] = {"allOf": [lines["items"], {"anyOf": [_line(row, scoring) for row in rows]}]}
    lines["allOf"] = [_offered(measure) for measure in _always_mandatory(rows)]
    return {
        **body,
        "$schema": _DIALECT,
        "title": f"Bid for {title}",
        "properties": {**body["properties"], "lines": lines},
    }


def _line(row: FormRow, scoring: Scoring) -> Schema:
    measure = row.measure
    properties: Schema = {
        "measure": {"const": measure.code},
        "unit": {"const": measure.unit},
        "quantity": {"anyOf": [{"type": "null"}, {"type": "string", "pattern": _quantity_pattern(measure)}]},
        "answer": {"maxLength": measure.answer_max_chars},
    }
    required = ["measure", "unit"]
    if row.lot is None:
        properties["lot"] = {"type": "null"}
    else:
        properties["lot"] = {"enum": [row.lot, None]}
    if measure.answer_required:
        properties["answer"]["minLength"] = 1
        required.append("answer")
    if measure.needs_industry:
        properties["industry"] = {"type": "string"}
        required.append("industry")
    return {
        "title": measure.title,
        "description": measure.guidance,
        "properties": properties,
        "required": required,
        "form": {name: cell for name, cell in cells_of(row, scoring).items() if cell},
    }


def _quantity_pattern(measure: FormMeasure) -> str:
    """Digits with at most the measure's decimals, trailing zeros aside."""
    sign = "-?" if measure.negative_allowed else ""
    fraction = f"(\\.[0-9]{{1,{measure.decimals}}}0*)?" if measure.decimals else "(\\.0+)?"
    return f"^{sign}[0-9]{{1,18}}{fraction}$"


def _always_mandatory(rows: Sequence[FormRow]) -> list[str]:
    """Mandatory measures that are asked for in every lot, in order."""
    asked = {row.measure.code: row.measure for row in rows}
    return [code for code, measure in asked.items() if measure.mandatory and not measure.lots]


def _offered(measure: str) -> Schema:
    return {"contains": {"properties": {"measure": {"const": measure}}, "required": ["measure"]}}
