"""`cdp needs`: loading the official files that the needs analysis rests on.

What sends them is imported on use: it takes most of a second, and every other command starts without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cdp_common.kernel.identifiers import new_id
from cdp_tools.screen import Screen

if TYPE_CHECKING:
    from cdp_common.clients.base import UploadFile
    from cdp_common.clients.toms import TomsClient
    from cdp_common.contracts.needs import BoundaryReceipt, LookupReceipt, NeedFileReceipt
    from cdp_tools.pack_loading import Credentials

needs = typer.Typer(
    name="needs",
    help="Load official files: indices of deprivation, lookups, outlines of areas.",
    no_args_is_help=True,
)

SAMPLE = "county-durham-sample-file-7-2019.csv"

FilePath = Annotated[Path, typer.Argument(help="The file as it is published; .gz is read too.")]
TomsUrl = Annotated[str, typer.Option("--toms", envvar="CDP_TOMS", help="Where toms-engine answers.")]
Issuer = Annotated[
    str, typer.Option("--issuer", envvar="CDP_PARTNERS", help="Where the client gets its token.")
]
ClientId = Annotated[
    str, typer.Option("--client", envvar="CDP_CLIENT_ID", help="The client; it needs frameworks:write.")
]
KeyFile = Annotated[
    Path | None, typer.Option(envvar="CDP_CLIENT_KEY_FILE", help="The client's private key (JWK).")
]
SecretFile = Annotated[
    Path | None, typer.Option(envvar="CDP_CLIENT_SECRET_FILE", help="Or a file with its secret.")
]
HERE, ISSUER_HERE = "http://127.0.0.1:8102", "http://127.0.0.1:8101"

Answer = TypeVar("Answer")


@needs.command()
def sample() -> None:
    """Where the shipped sample of an official file is."""
    typer.echo(str(Path(__file__).resolve().parents[3] / "data" / "needs" / SAMPLE))


@needs.command()
def load(
    path: FilePath,
    layout: Annotated[str, typer.Option(help="Which file it is: england-iod-2025-file-7.")],
    *,
    extract: Annotated[
        bool, typer.Option("--extract", help="It holds only some of the index's areas.")
    ] = False,
    toms_url: TomsUrl = HERE,
    issuer: Issuer = ISSUER_HERE,
    client_id: ClientId = "operator",
    key_file: KeyFile = None,
    secret_file: SecretFile = None,
) -> None:
    """Load the official file of an index of deprivation, and show what the checks found."""
    credentials = _credentials(issuer, client_id, key_file, secret_file)
    receipt = _sent(
        toms_url,
        credentials,
        lambda toms: toms.import_need_file(
            _upload(path, "text/csv"),
            layout=layout,
            coverage="extract" if extract else "complete",
            idempotency_key=str(new_id()),
        ),
    )
    _say(_need_file_lines(receipt))


@needs.command()
def lookup(
    path: FilePath,
    layout: Annotated[str, typer.Option(help="Which lookup it is: uk-onspd.")],
    edition: Annotated[str, typer.Option(help="The month of its publication: 2024-11.")],
    *,
    toms_url: TomsUrl = HERE,
    issuer: Issuer = ISSUER_HERE,
    client_id: ClientId = "operator",
    key_file: KeyFile = None,
    secret_file: SecretFile = None,
) -> None:
    """Load a lookup of postcodes, wards or changed areas."""
    credentials = _credentials(issuer, client_id, key_file, secret_file)
    receipt = _sent(
        toms_url,
        credentials,
        lambda toms: toms.import_lookup(
            _upload(path, "text/csv"), layout=layout, edition=edition, idempotency_key=str(new_id())
        ),
    )
    _say(_lookup_lines(receipt))


@needs.command()
def outlines(
    path: FilePath,
    index: Annotated[str, typer.Option(help="The index whose areas they are: imd-2019.")],
    code_property: Annotated[str, typer.Option(help="The property that holds an area's code: LSOA11CD.")],
    licence: Annotated[str, typer.Option(help="Under which they may be shown.")],
    attribution: Annotated[str, typer.Option(help="What must be shown beside a map of them.")],
    source_url: Annotated[str, typer.Option("--source", help="Where the file comes from.")],
    *,
    toms_url: TomsUrl = HERE,
    issuer: Issuer = ISSUER_HERE,
    client_id: ClientId = "operator",
    key_file: KeyFile = None,
    secret_file: SecretFile = None,
) -> None:
    """Attach outlines (GeoJSON) to the areas of an index, for maps."""
    credentials = _credentials(issuer, client_id, key_file, secret_file)
    receipt = _sent(
        toms_url,
        credentials,
        lambda toms: toms.attach_boundaries(
            index,
            _upload(path, "application/geo+json"),
            code_property=code_property,
            licence=licence,
            attribution=attribution,
            source_url=source_url,
            idempotency_key=str(new_id()),
        ),
    )
    _say(_outline_lines(receipt))


def _credentials(issuer: str, client_id: str, key_file: Path | None, secret_file: Path | None) -> Credentials:
    from cdp_tools.pack_loading import Credentials

    return Credentials(issuer, client_id, key_file, secret_file)


def _upload(path: Path, media_type: str) -> UploadFile:
    from cdp_tools.needs_loading import upload_of

    return upload_of(path, media_type)


def _sent(toms_url: str, credentials: Credentials, call: Callable[[TomsClient], Awaitable[Answer]]) -> Answer:
    """The platform's answer; a refusal is told with its faults, and ends the command with 1."""
    from cdp_tools.needs_loading import FileRefused, send

    with Screen().reporting_problems():
        try:
            return asyncio.run(send(toms_url, credentials, call))
        except FileRefused as refused:
            _say(f"{fault.pointer}: {fault.message} [{fault.code}]" for fault in refused.faults)
            raise


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        typer.echo(line)


def _need_file_lines(receipt: NeedFileReceipt) -> Iterator[str]:
    yield f"{receipt.index}: {receipt.areas_in_file} areas in the file ({receipt.coverage})"
    yield (
        f"added {receipt.areas_added}, completed {receipt.areas_completed}, "
        f"known before {receipt.areas_known}"
    )
    yield f"by decile 1 to 10: {' '.join(map(str, receipt.by_decile))}"
    signs = {"passed": "✓", "failed": "✗", "not_run": "–"}
    for check in receipt.checks:
        yield f"{signs[check.outcome]} {check.title}: {check.found}"


def _lookup_lines(receipt: LookupReceipt) -> Iterator[str]:
    vintages = ", ".join(receipt.vintages)
    yield f"{receipt.title} {receipt.edition}: {receipt.row_count} rows, areas of {vintages}"
    if receipt.kind == "postcodes":
        yield f"terminated {receipt.terminated_count}, without area {receipt.without_area_count}"
    if receipt.by_relation:
        yield ", ".join(f"{relation} {count}" for relation, count in receipt.by_relation.items())
    yield receipt.attribution


def _outline_lines(receipt: BoundaryReceipt) -> Iterator[str]:
    yield f"{receipt.index}: outlines of {receipt.area_count} of {receipt.areas_of_index} areas"
    yield receipt.attribution
