"""Places and their programmes: nothing about a place is in code, all of it is data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound


class PlaceUnknown(NotFound):
    """There is no place of that id."""

    code = "place_not_found"
    title = "There is no such place"


class PlaceNotRecorded(InvalidInput):
    """The input names a place that is not recorded."""

    code = "place_not_recorded"
    title = "The named place is not recorded"


class SlugTaken(Conflict):
    """Another place has this slug."""

    code = "slug_taken"
    title = "Another place has this slug"


class ProgrammeCodeRepeated(InvalidInput):
    """Two items of one list of the programme have the same code."""

    code = "programme_code_repeated"
    title = "Two items have the same code"


@dataclass(frozen=True)
class ProgrammeItem:
    """A coded, titled item of a programme: an objective, a commitment or a phase."""

    code: str
    title: str
    description: str | None


@dataclass(frozen=True)
class PriorTotal:
    """A total made elsewhere, in whole pence, with who made and who validated it."""

    label: str
    amount_pence: int
    period_text: str
    publisher: str
    method_text: str
    validated_by: str | None
    url: str | None
    note: str


@dataclass(frozen=True)
class Place:
    """A place with its programme as published there."""

    id: UUID
    slug: str
    name: str
    gss_code: str | None
    objectives: tuple[ProgrammeItem, ...]
    commitments: tuple[ProgrammeItem, ...]
    phases: tuple[ProgrammeItem, ...]
    prior_totals: tuple[PriorTotal, ...]
    need_index: str | None
    source: str
    created_at: datetime


def require_distinct_codes(lists: Mapping[str, Sequence[ProgrammeItem]]) -> None:
    """Refuse a programme in which one list, named by its field, has two items of the same code."""
    errors: list[FieldError] = []
    for field, items in lists.items():
        seen: set[str] = set()
        for index, item in enumerate(items):
            if item.code in seen:
                pointer = f"/{field}/{index}/code"
                errors.append(FieldError(pointer, ProgrammeCodeRepeated.code, "this code is used before"))
            seen.add(item.code)
    if errors:
        raise ProgrammeCodeRepeated("A code names one item of its list.", errors=errors)
