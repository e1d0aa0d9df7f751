"""Bodies in gzip, unpacked in pieces of bounded size, and no further than a body may expand."""

import zlib
from collections.abc import Iterator

from toms_engine.domain.file_errors import BodyExpandsTooFar, GzipMalformed, UnpackedBodyTooLarge

PIECE_BYTES = 256 * 1024
"""The most that is unpacked in one go."""

_FREE_BYTES = 16 * PIECE_BYTES
_GZIP = 16 + zlib.MAX_WBITS


class Plain:
    """A body as it is; at most `most_bytes` of it."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._given = most_bytes, 0

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The data itself."""
        self._given = _within(self._given + len(data), self._most_bytes)
        yield data

    def finish(self) -> None:
        """A plain body may end anywhere."""


class Gzip:
    """A body in gzip of one or more members.

    It stops as soon as more than `most_bytes` came out, or more than `most_ratio` times what went in; the
    first four megabytes are free of the ratio, for little text packs well.
    """

    def __init__(self, most_bytes: int, most_ratio: int) -> None:
        self._most_bytes, self._most_ratio = most_bytes, most_ratio
        self._taken = self._given = 0
        self._unpacker = zlib.decompressobj(_GZIP)
        self._has_begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What comes out of the data, in pieces; raises when it is no gzip or expands too far."""
        self._taken += len(data)
        while data:
            if self._unpacker.eof:  # another member follows
                self._unpacker = zlib.decompressobj(_GZIP)
            try:
                piece = self._unpacker.decompress(data, PIECE_BYTES)
            except zlib.error as fault:
                raise GzipMalformed("The body is not gzip, or is damaged.") from fault
            self._has_begun = True
            self._given = _within(self._given + len(piece), self._most_bytes)
            if self._given > max(_FREE_BYTES, self._taken * self._most_ratio):
                raise BodyExpandsTooFar(f"The body expands to more than {self._most_ratio} times its size.")
            yield piece
            data = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail

    def finish(self) -> None:
        """Raises when the last member is not complete."""
        if self._has_begun and not self._unpacker.eof:
            raise GzipMalformed("The body ends before its gzip does.")


def _within(given: int, most_bytes: int) -> int:
    if given > most_bytes:
        raise UnpackedBodyTooLarge(f"This operation reads at most {most_bytes} bytes of text.")
    return given
