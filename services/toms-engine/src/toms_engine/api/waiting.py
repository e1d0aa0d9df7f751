"""What an answer waits in while its reader is slower than its writer: memory first, then a temporary file."""

import tempfile
from collections import deque
from typing import IO

IN_MEMORY_BYTES = 4 * 1024 * 1024
READ_BYTES = 1024 * 1024


class WaitingBytes:
    """Bytes in the order in which they came. Many callers send a whole file before they read any answer.

    Not for two threads at once: the two ends take turns.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._in_memory: deque[bytes] = deque()
        self._memory_bytes = 0
        self._file: IO[bytes] | None = None
        self._written = self._read = 0

    def __bool__(self) -> bool:
        return bool(self._in_memory) or self._read < self._written

    @property
    def is_full(self) -> bool:
        """Whether more must wait until some was taken."""
        return self._written - self._read >= self._most_bytes

    def put(self, data: bytes) -> None:
        """Add to the end."""
        if self._written == self._read and self._memory_bytes < IN_MEMORY_BYTES:
            self._in_memory.append(data)
            self._memory_bytes += len(data)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this call; `close` closes it
        self._file.seek(self._written)
        self._written += self._file.write(data)

    def take(self) -> bytes:
        """Some of the beginning; nothing when nothing waits."""
        if self._in_memory:
            data = self._in_memory.popleft()
            self._memory_bytes -= len(data)
            return data
        if self._file is None or self._read == self._written:
            return b""
        self._file.seek(self._read)
        data = self._file.read(min(READ_BYTES, self._written - self._read))
        self._read += len(data)
        if self._read == self._written:  # all of it is read: the room on the disk is given back
            self._file.truncate(0)
            self._read = self._written = 0
        return data

    def close(self) -> None:
        """Forget what still waits."""
        self._in_memory.clear()
        if self._file is not None:
            self._file.close()
            self._file, self._read, self._written = None, 0, 0
