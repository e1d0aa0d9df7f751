"""Sending official files of the needs analysis to a running platform, as one of its clients."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from cdp_common.clients.base import UploadFile
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem, UpstreamUnavailable, open_http
from cdp_common.kernel.errors import FieldError
from cdp_tools.errors import ToolError
from cdp_tools.pack_loading import Credentials

Answer = TypeVar("Answer")


class FileMissing(ToolError):
    """There is no such file."""


class FileRefused(ToolError):
    """The platform refused the file, or does not answer; `faults` are those that it listed."""

    def __init__(self, detail: str, faults: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.faults = faults


def upload_of(path: Path, media_type: str) -> UploadFile:
    """A file as it is sent; one that ends in .gz goes as it is, and is read decompressed."""
    if not path.is_file():
        raise FileMissing(f"there is no file {path}")
    return UploadFile(path, media_type, is_gzip=path.suffix == ".gz")


async def send(
    toms_url: str, credentials: Credentials, call: Callable[[TomsClient], Awaitable[Answer]]
) -> Answer:
    """What the platform answers to a call; raises `FileRefused`."""
    async with open_http() as http:
        try:
            return await call(TomsClient(toms_url, credentials.tokens(http), http))
        except UpstreamProblem as problem:
            raise FileRefused(f"{problem.code}: {problem.detail}", problem.errors) from problem
        except UpstreamUnavailable as unavailable:
            raise FileRefused(str(unavailable)) from unavailable
