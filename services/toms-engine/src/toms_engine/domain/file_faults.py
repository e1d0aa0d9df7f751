"""Faults of an uploaded file: where each lies, how many there are in all, and a list of bounded length."""

from dataclasses import dataclass, field

from cdp_common.kernel.errors import FieldError, InvalidInput

MAX_LISTED = 100
"""Faults that a refusal lists.

A file with thousands of the same kind is understood from the first hundred.
"""


@dataclass
class FileFaults:
    """The faults found so far; the first `MAX_LISTED` are kept, all are counted."""

    listed: list[FieldError] = field(default_factory=list)
    total: int = 0

    def at_line(self, line: int, column: str, code: str, message: str) -> None:
        """A fault in one field of a line; the first line of a file is line 1, the header."""
        self._add(FieldError(f"/lines/{line}/{column}" if column else f"/lines/{line}", code, message))

    def of_file(self, part: str, code: str, message: str) -> None:
        """A fault that no single line has, such as a missing column or a gap in the ranks."""
        self._add(FieldError(f"/file/{part}", code, message))

    def at(self, pointer: str, code: str, message: str) -> None:
        """A fault in one place of a JSON document."""
        self._add(FieldError(pointer, code, message))

    def raise_as(self, refusal: type[InvalidInput]) -> None:
        """Refuse the file whole if there is any fault, saying how many there are."""
        if self.total:
            shown = "" if self.total <= MAX_LISTED else f" The first {MAX_LISTED} are listed."
            words = f"Nothing was stored. Faults found: {self.total}.{shown}"
            raise refusal(words, errors=self.listed)

    def _add(self, fault: FieldError) -> None:
        self.total += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(fault)
