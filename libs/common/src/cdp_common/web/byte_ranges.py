"""The part of a file that a request asks for (RFC 9110 section 14), one part at most."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cdp_common.kernel.errors import RangeUnsatisfiable

# First and last byte, or an open end, or the last so many bytes.
_ONE_PART = re.compile(r"bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*")


class ContentRangeUnsatisfiable(RangeUnsatisfiable):
    """The part that is asked for begins beyond the end."""

    code = "range_not_satisfiable"
    title = "The file has no such part"


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `start` up to, and without, `stop` of a file of so many bytes."""

    start: int
    stop: int
    byte_count: int

    @property
    def length(self) -> int:
        """How many bytes it is."""
        return self.stop - self.start

    @property
    def header(self) -> str:
        """The value of `Content-Range`."""
        return f"bytes {self.start}-{self.stop - 1}/{self.byte_count}"


def asked_range(header: str | None, condition: str | None, etag: str, byte_count: int) -> ByteRange | None:
    """The part that a `Range` header asks for; None where the whole is to be given.

    The whole answers several parts, other units, what cannot be read, and an `If-Range` (`condition`) that
    names another version. Raises `ContentRangeUnsatisfiable`.
    """
    if header is None or (condition is not None and condition.strip() != etag):
        return None
    asked = _ONE_PART.fullmatch(header.strip())
    if asked is None or asked[1] == asked[2] == "":
        return None
    if asked[1] == "":
        start, stop = max(0, byte_count - int(asked[2])), byte_count
    else:
        start = int(asked[1])
        stop = byte_count if asked[2] == "" else min(int(asked[2]) + 1, byte_count)
        if asked[2] != "" and int(asked[2]) < start:
            return None  # RFC 9110 section 14.1.1: not valid, and so as if it were not there
    if start >= byte_count or start >= stop:
        raise ContentRangeUnsatisfiable(f"The file has {byte_count} bytes.")
    return ByteRange(start, stop, byte_count)
