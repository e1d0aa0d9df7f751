"""Canned services and subgraphs on one socket: `python -m tests.performance.graph.stubs PORT`.

REST as the services answer it, and two subgraphs with the same content for gateways that compose: one with
places and members, one that adds figures to members by reference. Every answer is written down before the
first call, so that the gateways are measured and not what stands behind them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, cast

import uvloop
from tests.performance.graph import places

PARTNERS_PATH, REPORTING_PATH = "/subgraphs/partners", "/subgraphs/reporting"

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'
)
PARTNERS_SDL = f"""{LINK}
scalar Date
scalar Decimal
type Query {{ place(slug: String!): Place }}
type Place @key(fields: "id") {{
  id: ID!
  slug: String!
  name: String!
  members(first: Int = 20): MembershipConnection
}}
type MembershipConnection {{ edges: [MembershipEdge!]! }}
type MembershipEdge {{ cursor: String! node: Membership! }}
type Membership @key(fields: "id") {{ id: ID! organisation: Organisation! }}
type Organisation {{ id: ID! legalName: String! }}
"""
REPORTING_SDL = f"""{LINK}
scalar Date
scalar Decimal
type Query {{ reportingVersion: String! }}
type Membership @key(fields: "id") {{ id: ID! figures(from: Date!, to: Date!): FourFigures }}
type FourFigures {{
  committed: SocialValue!
  due: SocialValue!
  delivered: SocialValue!
  validated: SocialValue!
}}
type SocialValue {{ total: Money! }}
type Money {{ amount: Decimal! currency: String! }}
"""

KEPT_TYPE, KEPT_ID = "__responseCacheTypeName", "__responseCacheId"
"""Under which names Hive Gateway's response cache asks for the type and the id of an object."""

_PLACE_OF = re.compile(rb"place-(\d+)")


def _written(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _named(kind: str, key: str | None = None) -> dict[str, Any]:
    return {KEPT_TYPE: kind} | ({} if key is None else {KEPT_ID: key})


class Canned:
    """Every answer, by what is asked."""

    def __init__(self) -> None:
        self.gets: dict[bytes, bytes] = {
            b"/.well-known/jwks.json": _written({"keys": []}),
            b"/v1/revocations": _written({"items": [], "next_after": 0}),
        }
        for place in range(places.PLACES):
            key = places.uid(place, kind=1).encode()
            self.gets[b"/v1/places?" + places.slug(place).encode()] = _written(places.place_page(place))
            self.gets[b"/v1/places/" + key + b"/memberships"] = _written(places.membership_page(place))
            self.gets[b"/v1/places/" + key + b"/collective-value"] = _written(places.value(place))
        # A gateway that keeps answers asks for the type and id of every object, to know what it keeps.
        self.places = {
            (places.slug(place), named): _written({"data": self._place(place, named)})
            for place in range(places.PLACES)
            for named in (False, True)
        }
        self.figures = {
            (places.membership_id(place, member), named): _written(self._figures(place, member, named))
            for place in range(places.PLACES)
            for member in range(places.MEMBERS)
            for named in (False, True)
        }
        self.sdl = {PARTNERS_PATH: PARTNERS_SDL, REPORTING_PATH: REPORTING_SDL}

    @staticmethod
    def _figures(place: int, member: int, named: bool) -> dict[str, Any]:
        figures: dict[str, Any] = places.member_figures(place, member)
        if named:
            figures = _named("FourFigures") | {
                figure: _named("SocialValue") | {"total": _named("Money") | value["total"]}
                for figure, value in figures.items()
            }
        key = places.membership_id(place, member)
        return (
            {"__typename": "Membership"} | (_named("Membership", key) if named else {}) | {"figures": figures}
        )

    @staticmethod
    def _place(place: int, named: bool) -> dict[str, Any]:
        def marks(kind: str, key: str | None = None) -> dict[str, Any]:
            return _named(kind, key) if named else {}

        edges = []
        for member in range(places.MEMBERS):
            key = places.membership_id(place, member)
            name = {"legalName": places.name(place, member)}
            organisation = marks("Organisation", places.uid(place, member, 3)) | name
            node = {"__typename": "Membership", **marks("Membership", key), "id": key}
            edges.append(marks("MembershipEdge") | {"node": node | {"organisation": organisation}})
        members = marks("MembershipConnection") | {"edges": edges}
        own = marks("Place", places.uid(place, kind=1))
        found = {"__typename": "Place", **own, "name": f"Place {place}", "members": members}
        return marks("Query") | {"place": found}

    def answer(self, target: bytes, body: bytes) -> bytes | None:
        """The body of the answer, if there is one."""
        path, _, query = target.partition(b"?")
        if path == b"/v1/places":
            found = re.search(rb"slug=(place-\d+)", query)
            return None if found is None else self.gets.get(b"/v1/places?" + found[1])
        if path.startswith(b"/subgraphs/"):
            return self._subgraph(path.decode(), json.loads(body))
        return self.gets.get(path)

    def _subgraph(self, path: str, request: Mapping[str, Any]) -> bytes:
        query, variables = request["query"], request.get("variables") or {}
        if "_service" in query:
            return _written({"data": {"_service": {"sdl": self.sdl[path]}}})
        named = KEPT_TYPE in query
        if path == REPORTING_PATH:
            keys = [one["id"] for one in variables["representations"]]
            found = b",".join(self.figures[key, named] for key in keys)
            return b'{"data":{"_entities":[' + found + b"]}}"
        return self.places[variables["slug"], named]


class Connection(asyncio.Protocol):
    """One connection: requests one after another, with a length each."""

    def __init__(self, answer: Callable[[bytes, bytes], bytes | None]) -> None:
        self._answer = answer
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            stated = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            size = int(stated[1]) if stated else 0
            if len(self._received) < end + 4 + size:
                return
            body = self._received[end + 4 : end + 4 + size]
            self._received = self._received[end + 4 + size :]
            self._send(head.split(b" ", 2)[1], body)

    def _send(self, target: bytes, body: bytes) -> None:
        assert self._transport is not None
        answer = self._answer(target, body)
        status = b"404 Not Found" if answer is None else b"200 OK"
        content = answer or b"{}"
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % (status, len(content)) + content)


async def serve(port: int) -> None:
    """Answer until the process is ended."""
    canned = Canned()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(canned.answer), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
