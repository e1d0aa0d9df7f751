"""The PostgreSQL server of a local platform: the user's own, or one brought along."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from cdp_common.db.embedded import EmbeddedCluster
from cdp_tools.environment import ADMIN_URL_VARIABLE, Environment
from cdp_tools.errors import ProcessFailed, WrongState
from cdp_tools.state import StateFolder
from cdp_tools.supervisor import tail

EMBEDDED = "embedded"
_SETTINGS = {
    "max_connections": "200"
}  # five services with their pools and consumers, and room to look around


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A running PostgreSQL server."""

    admin_url: str
    cluster: EmbeddedCluster | None
    """The server we own; none when it is the user's own."""

    def check(self) -> None:
        """Nothing while the server runs, as far as it is ours to know."""
        if self.cluster is not None and not self.cluster.is_alive():
            raise ProcessFailed("PostgreSQL ended", tail=tail(self.cluster.log))


@contextlib.contextmanager
def database_server(environment: Environment, state: StateFolder) -> Iterator[DatabaseServer]:
    """The server that CDP_ADMIN_DATABASE_URL names; without it, one of our own for as long as this lasts."""
    admin_url = environment.admin_url
    if admin_url is not None:
        state.belongs_to(whereabouts(admin_url))
        yield DatabaseServer(admin_url=admin_url, cluster=None)
        return
    state.belongs_to(EMBEDDED)
    with EmbeddedCluster(state.postgres, settings=_SETTINGS) as cluster:
        yield DatabaseServer(admin_url=cluster.admin_url, cluster=cluster)


def running_server_url(environment: Environment, state: StateFolder) -> str:
    """The superuser's address at the server of a platform that runs here; `WrongState` when none does."""
    if state.announcement() is None:
        raise WrongState(f"the platform of {environment.folder} does not run: start it with `cdp up`")
    return environment.admin_url or EmbeddedCluster(state.postgres).admin_url


def whereabouts(admin_url: str) -> str:
    """Host and port of a server, without any secret."""
    try:
        parts = urlsplit(admin_url)
        query = parse_qs(parts.query)
        host = parts.hostname or query.get("host", [""])[0]
        port = parts.port or int(query.get("port", ["5432"])[0])
    except ValueError:
        host, port = "", 0
    if not host:
        raise WrongState(f"{ADMIN_URL_VARIABLE} must read postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return f"{host}:{port}"
