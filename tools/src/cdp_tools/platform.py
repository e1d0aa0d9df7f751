"""The whole platform on one machine: brought up in order, watched, and taken down in the reverse order."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cdp_common.db.provisioning import PreparedDatabase
from cdp_tools.databases import migrate_databases, prepare_databases, provision, services_behind
from cdp_tools.environment import Environment
from cdp_tools.errors import NotReady
from cdp_tools.probes import refuse_busy_ports, wait_until_ready
from cdp_tools.screen import Screen
from cdp_tools.servers import DatabaseServer, database_server
from cdp_tools.services import ISSUER, Service
from cdp_tools.signals import StopRequested, stop_requests
from cdp_tools.state import StateFolder
from cdp_tools.supervisor import Program, Supervisor

_WATCH_S = 0.2


@dataclass(frozen=True, slots=True)
class Story:
    """The labelled sample: told once to an empty platform, its ending shown at every start."""

    tell: Callable[[Environment, Screen], None]
    show: Callable[[Environment, Screen], None]


@dataclass(frozen=True, slots=True)
class Running:
    """A platform that is up."""

    supervisor: Supervisor
    server: DatabaseServer

    def check(self) -> None:
        """Nothing while everything runs; else what has ended, with its last words."""
        self.server.check()
        self.supervisor.check()


def bring_up(
    environment: Environment, screen: Screen, *, story: Story | None, leave_at_once: bool = False
) -> None:
    """Run the platform until somebody asks it to stop, or until one of its processes dies.

    `story` fills it with the sample once; `leave_at_once` takes it down as soon as it has been up.
    """
    was_up = False
    with stop_requests():
        try:
            with running_platform(environment, screen) as running:
                if story is not None:
                    _tell_once(story, environment, running, screen)
                    story.show(environment, screen)
                screen.addresses(environment)
                was_up = True
                if not leave_at_once:
                    screen.say("Ctrl-C stops it.")
                    _watch(running)
        except StopRequested:
            if not was_up:
                raise NotReady("stopped before everything was up") from None
            screen.say("Stopped.")


@contextlib.contextmanager
def running_platform(environment: Environment, screen: Screen) -> Iterator[Running]:
    """Every process of the platform, ready to be called, for as long as this lasts."""
    state = StateFolder(environment.folder)
    with contextlib.ExitStack() as stack:
        stack.enter_context(state.held())
        refuse_busy_ports(environment)
        server = stack.enter_context(started_server(environment, state, screen))
        databases = _current_databases(environment, server, screen)
        running = Running(supervisor=stack.enter_context(Supervisor()), server=server)
        with screen.readiness(environment.addresses) as arrived:
            for service in environment.services:
                running.supervisor.start(_serving(environment, service, databases.get(service.name)))
            wait_until_ready(environment, check=running.check, arrived=arrived)
        stack.enter_context(state.announced(environment.addresses))
        yield running


def migrate_all(environment: Environment, screen: Screen) -> None:
    """Run every service's migrations, those that seem up to date included, and start no service."""
    state = StateFolder(environment.folder)
    with stop_requests(), state.held(), started_server(environment, state, screen) as server:
        databases = prepare_databases(environment, server.admin_url)
        with screen.step("databases migrated"):
            services = [service for service in environment.services if service.name in databases]
            migrate_databases(environment, databases, services)


@contextlib.contextmanager
def started_server(environment: Environment, state: StateFolder, screen: Screen) -> Iterator[DatabaseServer]:
    """The database server, for as long as this lasts."""
    with contextlib.ExitStack() as stack:
        with screen.step("PostgreSQL started"):
            server = stack.enter_context(database_server(environment, state))
        yield server


def _current_databases(
    environment: Environment, server: DatabaseServer, screen: Screen
) -> dict[str, PreparedDatabase]:
    """Every service's database, at this build's revision and with the platform's clients known."""
    with screen.step("databases prepared"):
        databases = prepare_databases(environment, server.admin_url)
        behind = services_behind(environment, databases)
    if behind:
        with screen.step(f"databases migrated: {', '.join(service.name for service in behind)}"):
            migrate_databases(environment, databases, behind)
    if ISSUER in environment.services:
        with screen.step("clients provisioned"):
            provision(environment, databases, fresh=ISSUER in behind)
    return databases


def _serving(environment: Environment, service: Service, database: PreparedDatabase | None) -> Program:
    return Program(
        name=service.name,
        command=(sys.executable, "-m", service.package),
        variables=environment.serving_variables(service, database),
        log=environment.log(service.name),
    )


def _tell_once(story: Story, environment: Environment, running: Running, screen: Screen) -> None:
    state = StateFolder(environment.folder)
    if state.story_is_told():
        return
    try:
        story.tell(environment, screen)
    except Exception:
        running.check()  # a process that died is the better reason
        raise
    state.note_story_told()


def _watch(running: Running) -> None:
    while True:
        running.check()
        time.sleep(_WATCH_S)
