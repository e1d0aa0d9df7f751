"""Looking at a platform from outside: are its ports free, are its services ready?"""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping

import httpx2

from cdp_tools.environment import HOST, Environment
from cdp_tools.errors import NotReady, PortsInUse
from cdp_tools.supervisor import tail

_POLL_S = 0.1
_ANSWER_S = 2.0


def refuse_busy_ports(environment: Environment) -> None:
    """Nothing if every port is free; else names those that are not."""
    busy = {
        service.name: environment.port(service)
        for service in environment.services
        if not _is_free(environment.port(service))
    }
    if busy:
        taken = ", ".join(f"{port} ({name})" for name, port in busy.items())
        raise PortsInUse(
            f"already in use on {HOST}: {taken}. "
            "Stop what listens there, or choose other ports with --port-base"
        )


def wait_until_ready(
    environment: Environment,
    *,
    check: Callable[[], None],
    arrived: Callable[[str], None],
    timeout_s: float = 120,
) -> None:
    """Return once every service says it is ready; `check` raises when one of them has died."""
    waiting = environment.addresses
    deadline = time.monotonic() + timeout_s
    with _client() as client:
        while waiting:
            check()
            for name in [name for name, address in waiting.items() if _is_ready(client, address)]:
                del waiting[name]
                arrived(name)
            if waiting and time.monotonic() > deadline:
                raise NotReady(
                    f"not ready after {timeout_s:.0f} s: {', '.join(waiting)}",
                    tail=tail(environment.log(next(iter(waiting)))),
                )
            time.sleep(_POLL_S if waiting else 0)


def readiness_of(addresses: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """For each service its address, and whether it says now that it is ready."""
    with _client() as client:
        return {name: (address, _is_ready(client, address)) for name, address in addresses.items()}


def _client() -> httpx2.Client:
    return httpx2.Client(timeout=_ANSWER_S, trust_env=False)  # loopback never goes through a proxy


def _is_ready(client: httpx2.Client, address: str) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return client.get(f"{address}/health/ready").status_code == 200
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: connections that linger from a run before are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
