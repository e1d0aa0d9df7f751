"""A platform of real processes that can be killed and started again, one by one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdp_common.db.database import Database
from cdp_common.db.embedded import EmbeddedCluster
from cdp_common.db.migrations import migrate
from cdp_common.db.provisioning import PreparedDatabase
from cdp_common.kernel.clock import utc_now
from cdp_tools.databases import prepare_databases, provisioning
from cdp_tools.environment import Environment
from cdp_tools.probes import wait_until_ready
from cdp_tools.servers import DatabaseServer, database_server
from cdp_tools.services import ISSUER, Service, service_named
from cdp_tools.state import StateFolder
from cdp_tools.supervisor import Child, Program, Supervisor
from partners_api.use_cases.provision_platform import Declaration, provision_platform
from tests.e2e.town import free_port_base

SERVICES = tuple(map(service_named, ("partners-api", "toms-engine", "procurement-api", "reporting-api")))
"""Those that a promise passes through on its way into the ledger."""

DATABASE = "PostgreSQL"
START_WITHIN_S = 120


class SoakPlatform:
    """Four services and their PostgreSQL server, all of them ours to kill."""

    def __init__(
        self, environment: Environment, server: DatabaseServer, databases: dict[str, PreparedDatabase]
    ) -> None:
        self.environment = environment
        self.admin_url = server.admin_url
        self._server = server
        self._databases = databases
        self._supervisor = Supervisor(patience_s=5)
        self._children: dict[str, Child] = {}

    def start(self) -> None:
        """Start every service, and return once all are ready."""
        for service in SERVICES:
            self._start(service)
        self.wait()

    def stop(self) -> None:
        """End every service."""
        for child in self._children.values():
            child.process.kill()  # whatever they would still tidy up is thrown away with the folder
        self._supervisor.stop()

    @property
    def operator_key(self) -> dict[str, Any]:
        """The operator's private key."""
        key: dict[str, Any] = json.loads(self.environment.operator_key_file.read_text(encoding="utf-8"))
        return key

    def kill(self, name: str) -> None:
        """End a service, or the database server, as a power cut does, and start it again at once."""
        if name == DATABASE:
            self._crash_database()
        else:
            child = self._children[name]
            child.process.kill()
            child.process.wait()
            self._start(service_named(name))

    def wait(self) -> None:
        """Return once every service says that it is ready."""
        wait_until_ready(self.environment, check=self.check, arrived=lambda _: None, timeout_s=START_WITHIN_S)

    def check(self) -> None:
        """Nothing while everything runs that should; else what has ended by itself."""
        self._server.check()
        for child in self._children.values():
            if child.status() is not None:
                raise child.failure()

    def variables(self, service: str) -> dict[str, str]:
        """What a process of a service is told."""
        return self.environment.serving_variables(service_named(service), self._databases[service])

    def _start(self, service: Service) -> None:
        program = Program(
            name=service.name,
            command=(sys.executable, "-m", service.package),
            variables=self.variables(service.name),
            log=self.environment.log(service.name),
        )
        self._children[service.name] = self._supervisor.start(program)

    def _crash_database(self) -> None:
        """Every process of the server at once: what none of them had written to its files is gone."""
        cluster = self._cluster
        sessions = _children_of(cluster.pid)
        os.kill(cluster.pid, signal.SIGKILL)
        for session in sessions:
            with contextlib.suppress(ProcessLookupError):  # it saw the server go, and went first
                os.kill(session, signal.SIGKILL)
        while cluster.is_alive():
            time.sleep(0.01)
        cluster.stop()
        cluster.start()

    @property
    def _cluster(self) -> EmbeddedCluster:
        assert self._server.cluster is not None, "only a server of our own may be killed"
        return self._server.cluster


@contextlib.contextmanager
def soak_platform(folder: Path) -> Iterator[SoakPlatform]:
    """A fresh platform on free ports and in a folder of its own, for as long as this lasts."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    environment = Environment(
        folder=folder,
        port_base=free_port_base(),
        services=SERVICES,
        inherited=inherited | {"CDP_POLL_INTERVAL_S": "0.2", "CDP_LOG_LEVEL": "WARNING"},
    )
    state = StateFolder(folder)
    with state.held(), database_server(environment, state) as server:
        databases = prepare_databases(environment, server.admin_url)
        asyncio.run(_migrate(databases))
        asyncio.run(_provision(environment, databases[ISSUER.name]))
        platform = SoakPlatform(environment, server, databases)
        try:
            platform.start()
            yield platform
        finally:
            platform.stop()


async def _migrate(databases: dict[str, PreparedDatabase]) -> None:
    """Within this process, unlike `cdp up`: four more processes would take longer than their work."""
    for service in SERVICES:
        prepared = databases[service.name]
        await migrate(service.package, prepared.owner_url, prepared.schema, prepared.app_role)


async def _provision(environment: Environment, prepared: PreparedDatabase) -> None:
    database = Database(prepared.app_url, schema=prepared.schema, app_name="soak")
    try:
        await provision_platform(database, Declaration.model_validate(provisioning(environment)), utc_now)
    finally:
        await database.dispose()


def _children_of(pid: int) -> list[int]:
    """The processes that a process has started, where the system tells."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text(encoding="ascii").split()] if found.exists() else []
