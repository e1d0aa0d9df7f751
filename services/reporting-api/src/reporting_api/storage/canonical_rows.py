"""The canonical text of an entry, written by the database: byte for byte what domain/chain.py writes.

The sequencer hashes it where the rows are; who verifies fetches the text and hashes it again.
"""

from __future__ import annotations

_TEXTS = (
    *("area_code", "area_index", "data_status", "edition_hash", "figure", "measure", "method_version"),
    *("outcome", "route", "source_kind", "theme"),
)
_IDS = (
    *("activity_id", "commissioner_id", "commitment_line_id", "deliverer_id", "id", "place_id", "reverses"),
    *("source_id", "source_line_id"),
)
_NUMBERS = ("fiscal_pence", "high_pence", "local_pence", "low_pence", "position", "social_pence")
_DAYS = ("effective_on", "period_end", "period_start")


def _value(column: str) -> str:
    """The SQL of a column's JSON value; null where it is null."""
    if column in _TEXTS:
        return f"coalesce(to_json(l.{column})::text, 'null')"
    if column in _NUMBERS:
        return f"coalesce(l.{column}::text, 'null')"
    if column in _DAYS:
        return f"""'"' || to_char(l.{column}, 'YYYY-MM-DD') || '"'"""
    if column == "counted_quantity":
        return """'"' || l.counted_quantity::text || '"'"""
    if column == "recorded_at":
        moment = "to_char(l.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        return f"""'"' || {moment} || '+00:00"'"""
    return f"""coalesce('"' || l.{column}::text || '"', 'null')"""


_COLUMNS = sorted((*_TEXTS, *_IDS, *_NUMBERS, *_DAYS, "counted_quantity", "recorded_at"))

# No colon may follow a quote and precede a letter here: the text's parameters are written so.
CANONICAL = (
    "'{' || "
    + " || ',' || ".join(f"""'"{column}"' || chr(58) || {_value(column)}""" for column in _COLUMNS)
    + " || '}'"
)
"""The canonical text of a row `l` with its position."""

LEAF = f"encode(sha256('\\x00'::bytea || convert_to({CANONICAL}, 'UTF8')), 'hex')"
"""The leaf hash of a row `l` with its position."""
