"""A local platform as data: its folder, its addresses, and what each process is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cdp_tools.keyring import Keyring
from cdp_tools.services import DEFAULT_PORT_BASE, ISSUER, SERVICES, Service

if TYPE_CHECKING:
    from cdp_common.db.provisioning import PreparedDatabase

HOST = "127.0.0.1"
AUDIENCE = "cdp-sandbox"
OPERATOR_CLIENT_ID = "operator"
STATE_VARIABLE = "CDP_STATE"
ADMIN_URL_VARIABLE = "CDP_ADMIN_DATABASE_URL"

# What the person at the keyboard may set for every process; all else that starts with CDP_ is ours to say.
_PASSED_ON = frozenset(
    {"CDP_LOG_LEVEL", "CDP_BUILD", "CDP_OTLP_ENDPOINT", "CDP_MAX_BODY_BYTES", "CDP_POLL_INTERVAL_S"}
)


@dataclass(frozen=True)
class Environment:
    """One platform on this machine, in sandbox mode: everything a command or the story needs to find it."""

    folder: Path
    port_base: int = DEFAULT_PORT_BASE
    services: tuple[Service, ...] = SERVICES
    inherited: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    @property
    def keys(self) -> Keyring:
        """The platform's keys and passwords."""
        return Keyring(self.folder / "secrets")

    @property
    def logs(self) -> Path:
        """The folder of the processes' logs."""
        return self.folder / "logs"

    @property
    def evidence(self) -> Path:
        """The folder of the files of evidence, which reporting-api makes when it keeps the first."""
        return self.folder / "evidence"

    @property
    def admin_url(self) -> str | None:
        """The superuser's address at a PostgreSQL server of the user's own; none means: bring one along."""
        return self.inherited.get(ADMIN_URL_VARIABLE) or None

    @property
    def issuer(self) -> str:
        """Who signs the tokens."""
        return self.url(ISSUER)

    @property
    def operator_key_file(self) -> Path:
        """The private JWK of the operator's client, whose id is OPERATOR_CLIENT_ID."""
        return self.keys.client_key_file(OPERATOR_CLIENT_ID)

    def port(self, service: Service) -> int:
        """The port a service listens on."""
        return self.port_base + service.port_offset

    def url(self, service: Service) -> str:
        """Where a service answers."""
        return f"http://{HOST}:{self.port(service)}"

    @property
    def addresses(self) -> dict[str, str]:
        """Where every service answers, by its name."""
        return {service.name: self.url(service) for service in self.services}

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    def serving_variables(self, service: Service, database: PreparedDatabase | None) -> dict[str, str]:
        """What a serving process is told: never the owner's password, nor another service's key."""
        if database is None:
            return self._common_variables(service)
        return self._common_variables(service) | {"CDP_DATABASE_URL": database.app_url}

    def migrating_variables(self, service: Service, database: PreparedDatabase) -> dict[str, str]:
        """What a process is told that migrates or provisions a service's database."""
        return self.serving_variables(service, database) | {"CDP_DATABASE_OWNER_URL": database.owner_url}

    def _common_variables(self, service: Service) -> dict[str, str]:
        told = {
            "CDP_MODE": "sandbox",
            "CDP_HOST": HOST,
            "CDP_PORT": str(self.port(service)),
            "CDP_ISSUER": self.issuer,
            "CDP_AUDIENCE": AUDIENCE,
            "CDP_CLIENT_ID": service.client_id,
            "CDP_CLIENT_KEY_FILE": str(self.keys.client_key_file(service.name)),
            "CDP_SECRET_KEY_FILE": str(self.keys.secret_key_file(service.name)),
            "CDP_WEBHOOK_ALLOW_LOOPBACK": "true",  # the sandbox is where integrators try theirs
            "PYTHONUNBUFFERED": "1",  # the log shows what a process said before it died
        }
        if service.keeps_evidence:
            told["CDP_EVIDENCE_STORE"] = self.evidence.as_uri()
        if service.seals:
            told["CDP_OPENING_GRACE_S"] = "1"  # one machine, few callers: nobody waits for long requests
            told["CDP_SEALING_KEY_FILE"] = str(self.keys.sealing_key_file(service.name))
        told |= {other.url_variable: self.url(other) for other in self.services}
        return self._inherited_variables() | told

    def _inherited_variables(self) -> dict[str, str]:
        return {
            name: value
            for name, value in self.inherited.items()
            if not name.startswith("CDP_") or name in _PASSED_ON
        }


def environment_here(*, port_base: int = DEFAULT_PORT_BASE) -> Environment:
    """The platform of CDP_STATE, or of `.state` in the folder one stands in."""
    folder = Path(os.environ.get(STATE_VARIABLE) or ".state")
    return Environment(folder=folder.resolve(), port_base=port_base)
