"""`cdp feeds`: what services could not digest of each other's feeds, on the platform that runs here.

Each asks the service's own command (`python -m reporting_api feeds …`), which in a cluster is run in the
service's container; here its answer becomes a table.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import typer
from rich.json import JSON
from rich.table import Table

from cdp_tools.environment import Environment, environment_here
from cdp_tools.errors import ProcessFailed, WrongState
from cdp_tools.screen import Screen
from cdp_tools.services import SERVICES, Service

EXIT_PARKED, EXIT_REFUSED = 1, 2
LIMIT_S = 600.0

feeds = typer.Typer(
    name="feeds", help="What services could not digest of each other's events.", no_args_is_help=True
)

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="Who follows the feed: reporting-api, …")]
Source = Annotated[str, typer.Argument(metavar="FEED", help="Whose feed it is: procurement, charter, …")]

Row = Mapping[str, Any]


@feeds.command("list")
def list_feeds() -> None:
    """How far each feed was read; ends with 1 when something of one is set aside."""
    screen, environment = Screen(), environment_here()
    with screen.reporting_problems():
        table = Table("Service", "Feed", "Read up to", "Last moved", "Retrying", "Set aside", "Of things")
        followers = _followers()
        with ThreadPoolExecutor(len(followers)) as together:  # each starts a process, which takes a second
            answers = list(together.map(lambda service: _asked(environment, service, "list"), followers))
        rows = [(service, row) for service, found in zip(followers, answers, strict=True) for row in found]
        for service, row in rows:
            counts = (row["retrying"], row["parked_events"], row["parked_aggregates"])
            read_at = _moment(row["read_at"]) if row["read_at"] else "never"
            table.add_row(service.name, row["source"], str(row["position"]), read_at, *map(str, counts))
        screen.console.print(table)
    _end(row for _, row in rows)


@feeds.command()
def show(
    service: ServiceName,
    source: Source,
    position: Annotated[int | None, typer.Argument(help="One event, with its data.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only events after this position.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
) -> None:
    """The events of a feed that are set aside, and why; ends with 1 when there is one."""
    screen = Screen()
    with screen.reporting_problems():
        one = [] if position is None else [str(position)]
        bounds = ["--after", str(after), "--limit", str(limit)]
        rows = _asked(environment_here(), _follower(service), "show", source, *one, *bounds)
        if position is not None:
            screen.console.print(JSON.from_data(rows[0]))
        elif rows:
            screen.console.print(_table_of(rows))
        else:
            screen.say(f"Nothing of {source} is set aside.")
    if rows:
        raise typer.Exit(EXIT_PARKED)


@feeds.command()
def replay(
    service: ServiceName,
    source: Source,
    aggregate: Annotated[str | None, typer.Option(help="Only events about the thing with this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 1000,
) -> None:
    """Apply what is set aside, each thing's events in their order; ends with 1 when something stays."""
    screen = Screen()
    with screen.reporting_problems():
        about = [] if aggregate is None else ["--aggregate", aggregate]
        bounds = ["--limit", str(limit)]
        [row] = _asked(environment_here(), _follower(service), "replay", source, *about, *bounds)
        screen.say(f"Applied: {row['applied']}. Still set aside: {row['parked_events']}.")
        if row["failed_again"]:
            failed = ", ".join(map(str, row["failed_again"]))
            screen.say(f"Failed again: {failed}; `cdp feeds show` says why.")
    _end([row])


@feeds.command()
def rewind(
    service: ServiceName,
    source: Source,
    position: Annotated[int, typer.Argument(min=0, help="The last event that is not told again.")],
) -> None:
    """Set the cursor back, so that what follows is told again; applying it again has no second effect."""
    screen = Screen()
    with screen.reporting_problems():
        [row] = _asked(environment_here(), _follower(service), "rewind", source, str(position))
        before = row["position_before"]
        screen.say(f"{source} is read again after {row['position']}; it was read up to {before}.")


def _followers() -> list[Service]:
    return [service for service in SERVICES if service.follows]


def _follower(name: str) -> Service:
    for service in _followers():
        if service.name == name:
            return service
    known = ", ".join(service.name for service in _followers())
    raise WrongState(f"{name} follows no feed; those that do: {known}")


def _asked(environment: Environment, service: Service, *arguments: str) -> list[Row]:
    """What the service's own command answers; `WrongState` with its words when it refuses."""
    # Imported on use: it takes a second, and the commands that only read a file need none of it.
    from cdp_common.db.provisioning import database_of
    from cdp_tools.servers import running_server_url
    from cdp_tools.state import StateFolder

    assert service.schema is not None
    admin_url = running_server_url(environment, StateFolder(environment.folder))
    passwords = environment.keys.role_passwords(service.name)
    database = database_of(admin_url, service.schema, passwords.owner, passwords.app)
    done = subprocess.run(
        [sys.executable, "-m", service.package, "feeds", *arguments],
        env=environment.serving_variables(service, database),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode == 0 or (done.returncode == EXIT_PARKED and done.stdout):
        return [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode == EXIT_REFUSED:
        raise WrongState(done.stderr.strip().splitlines()[-1])
    raise ProcessFailed(f"the command of {service.name} failed", tail=done.stderr[-2000:])


def _table_of(rows: Iterable[Row]) -> Table:
    table = Table("Position", "Event", "About", "Tries", "Since", "Why")
    for row in rows:
        about = f"{row['aggregate_type']} {row['aggregate_id']}"
        since = _moment(row["first_failed_at"])
        table.add_row(
            str(row["position"]), row["type"], about, str(row["attempts"]), since, row["last_error"]
        )
    return table


def _moment(text: str) -> str:
    return text[:19].replace("T", " ") + " UTC"


def _end(rows: Iterable[Row]) -> None:
    if any(row["parked_events"] for row in rows):
        raise typer.Exit(EXIT_PARKED)
