"""Two reporters who seem to count the same thing: by what it is found out, and what deciding it does.

What a line may share with another one is its marks: the hash of each document it rests on, and the activity
that it names, in each of its areas. Lines of one organisation raise none: its own reports never overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict as ConflictError
from cdp_common.kernel.errors import NotFound

ConflictKind = Literal["same_evidence", "same_activity", "measures_exclude"]
ConflictState = Literal["open", "resolved", "lapsed"]
ConflictOutcome = Literal["both_stand", "first_stands", "second_stands"]
MarkKind = Literal["evidence", "activity"]

PLACE_WIDE = "*"


class ConflictNotFound(NotFound):
    """No conflict has this id, or none that the caller may know of."""

    code = "conflict_not_found"
    title = "There is no such conflict"


class ConflictNotOpen(ConflictError):
    """The conflict was resolved before, or one of its reports stands no more."""

    code = "conflict_not_open"
    title = "The conflict is not open"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line may share with one of another reporter."""

    line_id: UUID
    kind: MarkKind
    shared: str
    area: str


def marks_of(line: Mapping[str, Any]) -> Iterator[Mark]:
    """The marks of a line as it is stored."""
    for digest in sorted({one["sha256"] for one in line["evidence"] if one.get("sha256")}):
        yield Mark(line["line_id"], "evidence", digest, PLACE_WIDE)
    activity = str(line["activity_id"]) if line["activity_id"] is not None else line["activity"]
    if activity is not None:
        for area in sorted({one["area_code"] for one in line["areas"]}) or [PLACE_WIDE]:
            yield Mark(line["line_id"], "activity", activity, area)


def kind_of(mark: MarkKind, *, is_same_measure: bool) -> ConflictKind:
    """The conflict that two lines with the same mark are in."""
    if mark == "evidence":
        return "same_evidence"
    return "same_activity" if is_same_measure else "measures_exclude"


def losing_side(outcome: ConflictOutcome) -> Literal["first", "second"] | None:
    """The line whose value is taken back; none where both stand."""
    sides: dict[ConflictOutcome, Literal["first", "second"]] = {
        "first_stands": "second",
        "second_stands": "first",
    }
    return sides.get(outcome)
