"""`cdp verify`: the ledger, its roll-ups and publications worked out of their lines again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from cdp_tools.environment import Environment, environment_here
from cdp_tools.errors import WrongState
from cdp_tools.screen import Screen
from cdp_tools.services import service_named
from cdp_tools.state import StateFolder

REPORTING = "reporting-api"


def verify(
    heads: Annotated[
        list[Path] | None,
        typer.Argument(help="Signed heads that were kept, as /v1/places/{id}/ledger-head answered."),
    ] = None,
) -> None:
    """Recompute blocks, roll-ups and publications from their lines; ends with 1 when anything differs.

    Refuses while the platform runs. Heads that somebody kept must still be blocks of their ledgers.
    """
    screen = Screen()
    with screen.reporting_problems():
        faults = verified(environment_here(), screen, heads or [])
    if faults:
        raise typer.Exit(1)


def verified(environment: Environment, screen: Screen, heads: list[Path]) -> bool:
    """Whether anything does not hold; what it is has been printed."""
    # Imported on use: it takes a second, and the commands that only read a file need none of it.
    from cdp_tools.databases import prepare_databases
    from cdp_tools.platform import started_server

    unreadable = [str(path) for path in heads if not path.is_file()]
    if unreadable:
        raise WrongState(f"no such file: {', '.join(unreadable)}")
    service = service_named(REPORTING)
    state = StateFolder(environment.folder)
    with state.held(), started_server(environment, state, screen) as server:
        databases = prepare_databases(environment, server.admin_url)
        done = subprocess.run(
            [sys.executable, "-m", service.package, "verify", *map(str, heads)],
            env=environment.serving_variables(service, databases[service.name]),
            check=False,
        )
    return done.returncode != 0
