"""The `cdp` command."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdp_tools.environment import ADMIN_URL_VARIABLE, Environment, environment_here
from cdp_tools.errors import WrongState
from cdp_tools.feeds import feeds
from cdp_tools.frameworks import frameworks
from cdp_tools.needs import needs
from cdp_tools.probes import readiness_of
from cdp_tools.receipt_command import receipt
from cdp_tools.screen import Screen
from cdp_tools.services import DEFAULT_PORT_BASE
from cdp_tools.state import StateFolder
from cdp_tools.token_command import token
from cdp_tools.verify_command import verify

if TYPE_CHECKING:
    from cdp_tools.platform import Story

app = typer.Typer(
    name="cdp",
    help="Run and look after the platform on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals hold keys and passwords
)

app.add_typer(feeds)
app.add_typer(frameworks)
app.add_typer(needs)
app.add_typer(receipt)
app.command()(token)
app.command()(verify)

PortBase = Annotated[
    int, typer.Option("--port-base", min=1024, max=65000, help="The gateway's port; the others follow it.")
]


@app.command()
def up(
    *,
    story: Annotated[bool, typer.Option(help="Fill an empty platform with the labelled sample.")] = True,
    leave: Annotated[bool, typer.Option("--exit", help="Stop once it has been up: a check.")] = False,
    port_base: PortBase = DEFAULT_PORT_BASE,
) -> None:
    """Start everything, and keep it running until Ctrl-C."""
    # Imported on use: it takes a second, and the commands that only read a file need none of it.
    from cdp_tools.platform import bring_up

    screen = Screen()
    with screen.reporting_problems():
        bring_up(
            environment_here(port_base=port_base),
            screen,
            story=_story() if story else None,
            leave_at_once=leave,
        )


def _story() -> Story:
    from cdp_tools.platform import Story
    from cdp_tools.story import show, tell

    return Story(tell, show)


@app.command()
def migrate() -> None:
    """Bring the five databases to their newest revision, without starting a service."""
    from cdp_tools.platform import migrate_all

    screen = Screen()
    with screen.reporting_problems():
        migrate_all(environment_here(), screen)


@app.command()
def reset() -> None:
    """Forget everything: data, keys and logs. Refuses while the platform runs."""
    screen, environment = Screen(), environment_here()
    with screen.reporting_problems():
        forgotten = StateFolder(environment.folder).forget()
    screen.say(f"Forgotten: {environment.folder}" if forgotten else f"Nothing kept in {environment.folder}")
    if environment.admin_url is not None:
        screen.say(f"The databases on the server of {ADMIN_URL_VARIABLE} stay: drop cdp_* there yourself.")


@app.command()
def status() -> None:
    """Which services are ready; ends with 1 unless all are."""
    screen, environment = Screen(), environment_here()
    addresses = StateFolder(environment.folder).announcement()
    if addresses is None:
        screen.say(f"Not running ({environment.folder})")
        raise typer.Exit(1)
    states = readiness_of(addresses)
    screen.readiness_table(states)
    if not all(ready for _, ready in states.values()):
        raise typer.Exit(1)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="A service's name, or “postgres”.")],
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 100,
) -> None:
    """The last lines of a process's log."""
    screen = Screen()
    with screen.reporting_problems():
        path = _log_of(environment_here(), name)
        with path.open(encoding="utf-8", errors="replace") as handle:
            for line in deque(handle, maxlen=lines):
                typer.echo(line, nl=False)


def _log_of(environment: Environment, name: str) -> Path:
    known = {path.stem: path for path in sorted(environment.logs.glob("*.log"))}
    postgres = StateFolder(environment.folder).postgres / "postgres.log"
    if postgres.exists():
        known["postgres"] = postgres
    if name not in known:
        raise WrongState(f"no log of “{name}”; there are: {', '.join(known) or 'none'}")
    return known[name]


if __name__ == "__main__":
    app()
