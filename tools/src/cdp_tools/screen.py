"""What a command shows: steps with their times, services becoming ready, tables, and reasons."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cdp_common.db.embedded import EmbeddedPostgresError
from cdp_tools.environment import OPERATOR_CLIENT_ID, Environment
from cdp_tools.errors import ToolError


class Screen:
    """One command's output."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def say(self, line: str) -> None:
        """One plain line."""
        self.console.print(Text(line), soft_wrap=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show that something is being done, and how long it took once it is."""
        began = time.monotonic()
        with self.console.status(title):
            yield
        self.console.print(f"[green]✓[/green] {title} [dim]{time.monotonic() - began:.1f} s[/dim]")

    @contextlib.contextmanager
    def readiness(self, names: Iterable[str]) -> Iterator[Callable[[str], None]]:
        """Show services on their way up; gives what to call with each that has arrived."""
        columns = (SpinnerColumn(finished_text="[green]✓[/green]"), TextColumn("{task.description}"))
        with Progress(*columns, TimeElapsedColumn(), console=self.console) as progress:
            tasks = {name: progress.add_task(f"{name} ready", total=1) for name in names}
            yield lambda name: progress.advance(tasks[name])

    def addresses(self, environment: Environment) -> None:
        """Where everything is, and with which key one is the operator."""
        table = Table("Service", "Address", "What it is for", title="The platform is up (sandbox)")
        for service in environment.services:
            table.add_row(service.name, environment.url(service), service.purpose)
        self.console.print(table)
        self.say(f"Operator: client “{OPERATOR_CLIENT_ID}”, key {environment.operator_key_file}")
        self.say(f"Logs: {environment.logs}")

    def readiness_table(self, states: dict[str, tuple[str, bool]]) -> None:
        """Which services answer that they are ready: name to address and answer."""
        table = Table("Service", "Address", "Ready")
        for name, (address, ready) in states.items():
            table.add_row(name, address, "[green]yes[/green]" if ready else "[red]no[/red]")
        self.console.print(table)

    @contextlib.contextmanager
    def reporting_problems(self) -> Iterator[None]:
        """Show why a command could not do its work, and end it with status 1."""
        try:
            yield
        except (ToolError, EmbeddedPostgresError) as problem:
            self.console.print(Text.assemble(("✗ ", "red"), str(problem)), soft_wrap=True)
            if isinstance(problem, ToolError) and problem.tail:
                self.console.print(
                    Panel(Text(problem.tail), title="last lines of its log", border_style="red")
                )
            raise typer.Exit(1) from problem
