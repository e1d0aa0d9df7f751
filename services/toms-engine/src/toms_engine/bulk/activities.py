"""Rows of a file that name the same activity: it is counted once, those before say how much is left."""

from cdp_common.kernel.errors import FieldError
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.file_errors import TooManyActivityRows
from toms_engine.domain.line import Line
from toms_engine.domain.request_checks import activity_faults

MOST_ROWS = 100_000
"""Rows that name an activity are kept to the file's end, so there is a limit on them."""

MOST_ROWS_OF_ONE = 1_000
"""Rows of one activity: as many as a request of `POST /v1/valuations` can have."""


class Activities:
    """The valued rows of a file that name an activity.

    A file is answered while it is read, so a row that contradicts the rows before it is refused, and these
    stand.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lines: dict[str, list[Line]] = {}
        self._count = 0

    def faults_of(self, line: Line) -> list[FieldError]:
        """How a sound line contradicts the rows before it; without contradiction it is one of them."""
        if line.activity is None:
            return []
        kept = self._lines.setdefault(line.activity, [])
        if len(kept) >= MOST_ROWS_OF_ONE or self._count >= MOST_ROWS:
            raise TooManyActivityRows(
                f"A file names one activity in at most {MOST_ROWS_OF_ONE} rows, any in at most {MOST_ROWS}."
            )
        place = len(kept)
        together = list(enumerate([*kept, line]))
        found = [
            fault
            for fault in activity_faults(together, self._catalogue)
            if fault.pointer.startswith(f"/lines/{place}/")
        ]
        if not found:
            kept.append(line)
            self._count += 1
        return [FieldError(f"/{one.pointer.split('/')[3]}", one.code, one.message) for one in found]
