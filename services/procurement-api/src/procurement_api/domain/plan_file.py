"""A CSV file of plans of own activity: rows with the same reference are one, each row a commitment of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cdp_common.kernel.errors import InvalidInput
from procurement_api.domain.file_groups import FileGroup, read_groups

PLAN_COLUMNS = (
    *("reference", "title", "place_id", "place_slug", "adopted_on", "starts_on", "ends_on"),
    *("edition_hash", "data_status"),
)
_NEEDED = ("reference", "title", "adopted_on", "starts_on", "ends_on", "measure", "quantity", "unit")


class PlanFileRefused(InvalidInput):
    """A file of plans cannot be read as rows under a header."""

    code = "plan_file_refused"
    title = "The file of plans cannot be read"


@dataclass
class FilePlan(FileGroup):
    """One plan of the file."""

    THING: ClassVar[str] = "plan"
    OWN_COLUMNS: ClassVar[tuple[str, ...]] = PLAN_COLUMNS


def read_plan_file(content: bytes) -> list[FilePlan]:
    """The plans of the file in the order of their first rows, each with the faults of its own rows."""
    return read_groups(content, FilePlan, _NEEDED, [], PlanFileRefused)
