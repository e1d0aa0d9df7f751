"""`cdp receipt`: what a bidder does with the receipts of its bids.

What reads them is imported on use: it takes half a second, and every other command starts without it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

DOES_NOT_HOLD, UNREADABLE = 1, 2
MAX_FILE_BYTES = 4 * 1024 * 1024

Document = TypeVar("Document", bound="BaseModel")

receipt = typer.Typer(name="receipt", help="Check receipts of bids, without a network.", no_args_is_help=True)


@receipt.callback()
def _group() -> None:
    """Keeps `verify` a command of its own although it is the only one."""


@receipt.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt, as the API answered.")],
    *,
    key: Annotated[Path, typer.Option("--key", help="The keys, as /v1/receipt-keys answered (JWK set).")],
    bid: Annotated[Path | None, typer.Option("--bid", help="The bid, as it was sent in JSON.")] = None,
    proof: Annotated[Path | None, typer.Option("--proof", help="The inclusion proof from the log.")] = None,
) -> None:
    """Check a receipt offline; ends with 1 when something does not hold, with 2 when a file is unreadable."""
    from joserfc.errors import JoseError

    from cdp_common.contracts.bids import BidReceipt, InclusionProof, ReceiptKeys
    from cdp_tools.receipts import verify_receipt

    try:
        findings = verify_receipt(
            _read(file, BidReceipt),
            _read(key, ReceiptKeys),
            None if bid is None else _sent(bid),
            None if proof is None else _read(proof, InclusionProof),
        )
    except (JoseError, KeyError) as fault:
        typer.echo(f"{key}: not a set of keys to verify with ({type(fault).__name__})", err=True)
        raise typer.Exit(UNREADABLE) from None
    for finding in findings:
        typer.echo(f"{'✓' if finding.holds else '✗'} {finding.text}")
    if not all(finding.holds for finding in findings):
        raise typer.Exit(DOES_NOT_HOLD)


def _sent(path: Path) -> dict[str, Any]:
    """The JSON document of a bid as it was sent; a file that holds none ends the command."""
    from cdp_common.contracts.bids import BidDraft

    _read(path, BidDraft)
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def _read(path: Path, document: type[Document]) -> Document:
    """The file as a document of the API; one that is not ends the command."""
    from pydantic import ValidationError

    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ValueError(f"larger than {MAX_FILE_BYTES} bytes")
        return document.model_validate(json.loads(content))
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_input=False)[0]
        place = "/".join(map(str, found["loc"]))
        problem = f"{place}: {found['msg']}"
    except OSError as fault:
        problem = fault.strerror or type(fault).__name__
    except (ValueError, RecursionError) as fault:
        problem = f"cannot be read: {fault}"
    typer.echo(f"{path}: {problem}", err=True)
    raise typer.Exit(UNREADABLE)
