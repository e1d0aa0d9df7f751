"""`cdp frameworks`: what authors and holders of framework packs do with them.

What knows packs is imported on use: it takes most of a second, and every other command starts without it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp_tools.screen import Screen

if TYPE_CHECKING:
    from cdp_tools.pack_documents import Fault
    from cdp_tools.packs import CheckedPack

frameworks = typer.Typer(
    name="frameworks", help="Check and load measurement framework packs.", no_args_is_help=True
)

PackPath = Annotated[Path, typer.Argument(help="The pack: a folder, or one YAML or JSON file.")]
Parents = Annotated[
    list[Path] | None,
    typer.Option("--parent", help="Where the edition is that the pack tailors, if not beside it."),
]


@frameworks.command()
def check(
    path: PackPath,
    parent: Parents = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Say it for a machine.")] = False,
) -> None:
    """Hold a pack to every rule, without a network; ends with 1 when it has a fault."""
    from cdp_tools.pack_documents import PackFaulty
    from cdp_tools.packs import check_pack

    try:
        found = check_pack(path, parent or ())
    except PackFaulty as faulty:
        typer.echo(_faults_as_json(faulty.faults) if as_json else _faults_in_lines(path, faulty.faults))
        raise typer.Exit(1) from None
    typer.echo(_edition_as_json(found) if as_json else _edition_in_lines(found))


@frameworks.command("import")
def import_pack(
    path: PackPath,
    *,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish it too; then it never changes.")
    ] = False,
    toms_url: Annotated[
        str, typer.Option("--toms", envvar="CDP_TOMS", help="Where toms-engine answers.")
    ] = "http://127.0.0.1:8102",
    issuer: Annotated[
        str, typer.Option("--issuer", envvar="CDP_PARTNERS", help="Where the client gets its token.")
    ] = "http://127.0.0.1:8101",
    client_id: Annotated[
        str, typer.Option("--client", envvar="CDP_CLIENT_ID", help="The client; it needs frameworks:write.")
    ] = "operator",
    key_file: Annotated[
        Path | None, typer.Option(envvar="CDP_CLIENT_KEY_FILE", help="The client's private key (JWK).")
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(envvar="CDP_CLIENT_SECRET_FILE", help="Or a file with its secret.")
    ] = None,
) -> None:
    """Load a pack into a running platform as a draft; the parent of a tailoring is published there."""
    from cdp_tools.pack_documents import PackFaulty
    from cdp_tools.pack_loading import Credentials, import_into

    credentials = Credentials(issuer, client_id, key_file, secret_file)
    with Screen().reporting_problems():
        try:
            edition = asyncio.run(import_into(toms_url, credentials, path, publish=publish))
        except PackFaulty as faulty:
            typer.echo(_faults_in_lines(path, faulty.faults))
            raise typer.Exit(1) from None
    typer.echo(f"{edition.framework} {edition.edition}: {edition.state}, id {edition.id}")
    typer.echo(f"hash {edition.edition_hash}")


def _faults_in_lines(path: Path, faults: tuple[Fault, ...]) -> str:
    from cdp_tools.pack_documents import told_in_a_line

    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return "\n".join([*map(told_in_a_line, faults), f"{path}: {count}"])


def _faults_as_json(faults: tuple[Fault, ...]) -> str:
    told = [{**asdict(fault.place), **asdict(fault)} for fault in faults]
    for fault in told:
        del fault["place"]
    return json.dumps({"valid": False, "faults": told}, ensure_ascii=False, indent=1)


def _edition_in_lines(found: CheckedPack) -> str:
    content = found.content
    lines = [
        f"{content.framework} {content.edition}: valid, {len(content.measures)} measures, "
        f"{len(content.proxies)} proxies",
        f"hash {found.edition_hash}",
    ]
    if content.derived_from is not None:
        counts = [
            f"{sum(measure.origin == origin for measure in content.measures)} {origin}"
            for origin in ("inherited", "tailored", "added")
        ]
        parent = f"{content.parent_framework} {content.parent_edition}"
        lines.append(f"tailors {parent} ({content.derived_from}): {', '.join(counts)}")
    return "\n".join(lines)


def _edition_as_json(found: CheckedPack) -> str:
    content = found.content
    said = {
        "valid": True,
        "framework": content.framework,
        "edition": content.edition,
        "edition_hash": found.edition_hash,
        "derived_from": content.derived_from,
        "measure_count": len(content.measures),
        "faults": [],
    }
    return json.dumps(said, ensure_ascii=False, indent=1)
