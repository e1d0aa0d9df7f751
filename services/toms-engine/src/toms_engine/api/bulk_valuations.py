"""The route that values files of lines."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, Security

from cdp_common.contracts.base import Sha256
from cdp_common.web.caller import Caller
from cdp_common.web.identity import signed_caller
from cdp_common.web.requests import MediaTypeUnsupported
from toms_engine.api.dependencies import Editions, FiguresInUse
from toms_engine.api.two_way import TwoWayAnswer
from toms_engine.domain.file_errors import BulkBusy
from toms_engine.domain.line import Options
from toms_engine.use_cases.value_in_bulk import READERS, FileLimits, bulk_run

PATH = "/v1/valuations/bulk"

router = APIRouter(tags=["valuations"])

Year = Annotated[int | None, Query(ge=1990, le=2150)]


class Files:
    """How much is read of files, and how many are being read, over all routes that read files."""

    def __init__(
        self, limits: FileLimits, *, runs_at_once: int, idle_s: float, most_waiting_bytes: int
    ) -> None:
        self.limits, self.idle_s, self.most_waiting_bytes = limits, idle_s, most_waiting_bytes
        self._runs_at_once, self._running = runs_at_once, 0

    def begin(self) -> None:
        """Take one place; raises `BulkBusy` when none is left."""
        if self._running >= self._runs_at_once:
            raise BulkBusy(f"{self._runs_at_once} files are being read; try again shortly.")
        self._running += 1

    def end(self) -> None:
        """Give a place back."""
        self._running -= 1


async def files_in_use(request: Request) -> Files:
    """The application's files."""
    files: Files = request.app.state.files
    return files


FilesInUse = Annotated[Files, Depends(files_in_use)]


async def stated_options(
    discount: bool = False, discount_base_year: Year = None, uprate_to_price_year: Year = None
) -> Options:
    """How all lines of a file are valued, as its query states it."""
    return Options(discount, discount_base_year, uprate_to_price_year)


def media_type_of(request: Request) -> str:
    """The format of the body; raises when it is none that is read."""
    stated, *parameters = (
        part.strip().lower() for part in request.headers.get("content-type", "").split(";")
    )
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if stated not in READERS or any(charset != "utf-8" for charset in charsets):
        raise MediaTypeUnsupported(f"This operation reads {', '.join(READERS)} in UTF-8.")
    return stated


def answer_type_of(request: Request, otherwise: str) -> str:
    """The first format that the caller accepts and that is written; `otherwise` where it names none."""
    accepted = (
        part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")
    )
    return next((one for one in accepted if one in READERS), otherwise)


def _file(description: str) -> dict[str, Any]:
    kinds = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in READERS}
    return {"description": description, "content": kinds}


@router.post(
    PATH,
    response_class=Response,
    responses={200: _file("A record for each row in its place, and a summary as the last.")},
    openapi_extra={
        "requestBody": {**_file("Lines, one a row, with the fields of `ValuationLine`."), "required": True}
    },
)
async def value_in_bulk(
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["valuations:run"])],
    editions: Editions,
    figures: FiguresInUse,
    edition_hash: Annotated[Sha256, Query()],
    options: Annotated[Options, Depends(stated_options)],
    files: FilesInUse,
) -> Response:
    """Value a file of lines, CSV or JSON Lines, while it is being sent; faulty rows are refused in place.

    The last record is `summary`, or `stopped` with the reason for which no more was read.
    """
    reads = media_type_of(request)
    run = await bulk_run(
        editions,
        figures,
        caller,
        edition_hash,
        options,
        reads=reads,
        writes=answer_type_of(request, reads),
        encoding=request.headers.get("content-encoding", "").strip().lower(),
        limits=files.limits,
    )
    files.begin()
    answer = TwoWayAnswer(
        request,
        run,
        idle_s=files.idle_s,
        most_waiting_bytes=files.most_waiting_bytes,
        at_end=files.end,
    )
    await answer.begin()
    return answer
