"""The running platform as a test sees it from outside: addresses, parties, what was sent, what is kept."""

import json
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from cdp_tools.environment import HOST, Environment
from cdp_tools.services import SERVICES
from cdp_tools.story.ending import ask
from cdp_tools.story.parties import TIMEOUT_S, Party
from cdp_tools.story.scene import Scene
from tests.e2e.books import Books

LOWEST_PORT, HIGHEST_PORT = 15_000, 32_000
QUARTER = ("2026-07-01", "2026-09-30")
"""The quarter that the story tells; tests that report something do so for another one."""


@dataclass(frozen=True)
class Exchange:
    """One request of the story and its answer, as they went over the wire."""

    method: str
    path: str
    query: str
    key: str | None
    sent: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def answer(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.body)


class Wire:
    """Remembers every exchange of a client."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def client(self) -> httpx2.Client:
        """A client whose exchanges are remembered."""
        return httpx2.Client(
            timeout=TIMEOUT_S, trust_env=False, event_hooks={"request": [], "response": [self._remember]}
        )

    def _remember(self, response: httpx2.Response) -> None:
        request = response.request
        address = urlsplit(str(request.url))
        self.exchanges.append(
            Exchange(
                method=request.method,
                path=address.path,
                query=address.query,
                key=request.headers.get("idempotency-key"),
                sent=request.read(),
                status=response.status_code,
                headers=dict(response.headers),
                body=response.read(),
            )
        )


@dataclass(frozen=True)
class Start:
    """How long a start took, and what it showed."""

    seconds: float
    output: str


@dataclass(frozen=True)
class Town:
    """The platform with its story told."""

    environment: Environment
    start: Start
    books: Books
    scene: Scene
    told: Sequence[Exchange]
    """Every exchange of the story, in order."""
    http: httpx2.Client
    """For calls that are not the story's."""

    @property
    def anybody(self) -> Party:
        """A visitor without a token."""
        return self.scene.parties["anybody"]

    def party(self, key: str) -> Party:
        """An organisation of the story by its key."""
        return self.scene.parties[key]

    def url(self, service: str, path: str) -> str:
        """A service's address with a path."""
        return self.scene.url(service, path)

    def get(self, service: str, path: str, by: Party | None = None) -> Any:
        """What a GET answers."""
        return (by or self.anybody).get(self.url(service, path)).body

    def items(self, service: str, path: str, by: Party | None = None) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        following: str | None = f"{path}{'&' if '?' in path else '?'}limit=100"
        while following is not None:
            page = self.get(service, following, by)
            found += page["items"]
            following = page["next"]
        return found

    def graph(self, query: str, variables: dict[str, Any], by: Party | None = None) -> dict[str, Any]:
        """What the gateway answers to a query."""
        token = None if by is None else by.token()
        return ask(self.environment, self.http, query, variables, token)

    def exchanges(self, method: str, path_ends: str, status: int | None = None) -> list[Exchange]:
        """The story's exchanges of a method on paths with an ending."""
        return [
            one
            for one in self.told
            if one.method == method
            and one.path.endswith(path_ends)
            and (status is None or one.status == status)
        ]

    def publication(self, number: int) -> dict[str, Any]:
        """The story's publication of a number."""
        path = f"/v1/places/{self.scene.place_id}/publications"
        return next(item for item in self.items("reporting-api", path) if item["number"] == number)

    def newcomer(self, name: str, kind: str = "private", **fields: Any) -> Party:
        """An organisation that registers now, with its first client."""
        organisation = {"legal_name": name, "kind": kind, "data_status": "synthetic_sample", **fields}
        answer = self.anybody.post(
            self.url("partners-api", "/v1/registrations"),
            {"organisation": organisation, "client_name": "Test client"},
        ).body
        return Party(
            name=name,
            issuer=self.environment.issuer,
            http=self.http,
            client_id=answer["client"]["client_id"],
            secret=answer["client"]["client_secret"],
            organisation_id=answer["organisation"]["id"],
        )


def free_port_base() -> int:
    """The first of as many neighbouring free ports as there are services.

    They lie below those that outgoing connections get, so none is taken before its service comes.
    """
    for _ in range(100):
        base = LOWEST_PORT + secrets.randbelow(HIGHEST_PORT - LOWEST_PORT)
        if all(_is_free(base + offset) for offset in range(len(SERVICES))):
            return base
    raise AssertionError("no neighbouring ports are free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
