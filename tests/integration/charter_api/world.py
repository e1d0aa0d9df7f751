"""A running charter-api, its neighbours on the network, and the organisations that call it."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text

from cdp_common.contracts.toms import Edition
from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint

EDITION = "e" * 64
Headers = dict[str, str]


@dataclass
class Neighbours:
    """partners-api and toms-engine as charter-api meets them: each unit is worth £10, half of it local."""

    kinds: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    refused_measures: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    valued: list[dict[str, Any]] = field(default_factory=list)
    """Every line that toms-engine was asked to value."""
    identifiers: dict[str, str] = field(default_factory=dict)
    """By organisation: the identifier that it has proved."""
    merged_ids: dict[str, list[str]] = field(default_factory=dict)
    """By organisation: the records that were merged into its own."""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(request.url.path)
        if request.url.path == "/v1/valuations":
            return self._valuation(json.loads(request.content))
        if request.url.path.startswith("/v1/editions/by-hash/"):
            return self._edition(request.url.path.rsplit("/", 1)[-1])
        if request.url.path == "/v1/organisations/batch":
            ids = json.loads(request.content)["ids"]
            known = [self._organisation(one) for one in ids if one in self.kinds]
            missing = [one for one in ids if one not in self.kinds]
            return httpx2.Response(200, json={"items": known, "missing": missing})
        if request.url.path == "/v1/organisations":
            wanted = request.url.params["identifier"]
            owners = [self._organisation(org) for org, has in self.identifiers.items() if has == wanted]
            return httpx2.Response(200, json={"items": owners, "next": None})
        organisation_id = request.url.path.rsplit("/", 1)[-1]
        if organisation_id not in self.kinds:
            return httpx2.Response(404, json={"code": "organisation_not_found", "detail": "unknown"})
        return httpx2.Response(200, json=self._organisation(organisation_id))

    def _organisation(self, organisation_id: str) -> dict[str, Any]:
        return {
            "id": organisation_id,
            "legal_name": self.names.get(organisation_id, f"Organisation {organisation_id[-4:]}"),
            "kind": self.kinds[organisation_id],
            "state": "verified",
            "identifiers": self._identifiers(organisation_id),
            "merged_ids": self.merged_ids.get(organisation_id, []),
            "is_sme": None,
            "is_vcse": None,
            "website": None,
            "data_status": "synthetic_sample",
            "created_at": "2026-01-01T00:00:00Z",
        }

    def _identifiers(self, organisation_id: str) -> list[dict[str, str]]:
        scheme, _, number = self.identifiers.get(organisation_id, "").partition(":")
        return [{"scheme": scheme, "id": number}] if number else []

    def _edition(self, edition_hash: str) -> httpx2.Response:
        if edition_hash != EDITION:
            return httpx2.Response(404, json={"code": "edition_not_found", "detail": "unknown"})
        edition = Edition(
            id=new_id(),
            framework="open-measures",
            edition="2026",
            title="Open measures",
            description="test",
            publisher="test",
            licence="test",
            data_status="actual",
            state="published",
            edition_hash=edition_hash,
            effective_from=date(2026, 1, 1),
            effective_to=None,
            published_at=None,
            measure_count=1,
            themes=[],
            outcomes=[],
        )
        return httpx2.Response(200, content=edition.model_dump_json())

    def _valuation(self, asked: dict[str, Any]) -> httpx2.Response:
        self.valued.extend(asked["lines"])
        faults = [
            {"pointer": f"/lines/{index}/measure", "code": "measure_unknown", "message": "no such measure"}
            for index, line in enumerate(asked["lines"])
            if line["measure"] in self.refused_measures or line["committed_on"] < "2026-01-01"
        ]
        if faults:
            body = {"code": "lines_refused", "detail": "see errors", "errors": faults}
            return httpx2.Response(422, json=body, headers={"content-type": "application/problem+json"})
        lines = [self._valued(line) for line in asked["lines"]]
        total = sum((Decimal(line["total_gbp"]) for line in lines), Decimal(0))
        return httpx2.Response(
            200,
            json={
                "edition_hash": asked["edition_hash"],
                "method_version": "test",
                "lines": lines,
                "social_gbp": str(total / 2),
                "local_economic_gbp": str(total / 2),
                "total_gbp": str(total),
            },
        )

    def _valued(self, line: dict[str, Any]) -> dict[str, Any]:
        total = (Decimal(line["quantity"]) * 10).quantize(Decimal("0.01"))
        return {
            "ref": line["ref"],
            "measure": line["measure"],
            "quantity": line["quantity"],
            "counted_quantity": line["quantity"],
            "unit": line["unit"],
            "social_gbp": str(total / 2),
            "local_economic_gbp": str(total / 2),
            "total_gbp": str(total),
            "low_gbp": None,
            "high_gbp": None,
            "fiscal_gbp": "0.00",
        }


@dataclass
class World:
    """The service over HTTP, its database, and callers by what they may do."""

    http: httpx2.AsyncClient
    db: Database
    mint: TokenMint
    clock: FixedClock
    neighbours: Neighbours
    place: UUID = field(default_factory=new_id)
    manager: UUID = field(default_factory=new_id)
    signatory: UUID = field(default_factory=new_id)
    other: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.neighbours.kinds |= {str(self.signatory): "private", str(self.other): "third_sector"}

    def as_manager(self, **token: Any) -> Headers:
        """A programme manager of the place."""
        stated = {"roles": {self.place: ["programme_manager"]}, "scopes": ["charter:write"], **token}
        return self.mint.headers(org=self.manager, client_id="manager", **stated)

    def as_signatory(self, org: UUID | None = None, **token: Any) -> Headers:
        """Somebody of an organisation that signs."""
        scopes = ["charter:sign", "pledges:write", "events:read"]
        return self.mint.headers(**{"org": org or self.signatory, "scopes": scopes, **token})

    async def charter(self, **changes: Any) -> dict[str, Any]:
        """A published charter with two pledges."""
        answer = await self.http.post(
            "/v1/charters", json=self.charter_draft(**changes), headers=keyed(self.as_manager())
        )
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def charter_draft(self, **changes: Any) -> dict[str, Any]:
        """What a programme manager publishes."""
        return {
            "place_id": str(self.place),
            "version": "1",
            "title": "Charter",
            "preamble": "Sample wording.",
            "pledges": [
                {"code": "schools", "objective": "O4", "title": "We give time to schools"},
                {"code": "hiring", "objective": "O1", "title": "We advertise locally"},
            ],
            "review_months": 12,
            "source": "test",
            **changes,
        }

    def signature_draft(self, charter_id: str, **changes: Any) -> dict[str, Any]:
        """A signature with one measurable pledge and one in words."""
        return {
            "charter_id": charter_id,
            "signing_person": {"name": "Ada Example", "role": "Director"},
            "signed_on": "2026-11-01",
            "pledges": [pledge_draft(), pledge_draft(pledge="hiring", target=None)],
            **changes,
        }

    async def sign(self, draft: dict[str, Any], headers: Headers | None = None) -> httpx2.Response:
        """The answer to signing."""
        return await self.http.post(
            "/v1/signatures", json=draft, headers=keyed(headers or self.as_signatory())
        )

    async def signed(self) -> dict[str, Any]:
        """The register's entry of an organisation that has signed."""
        answer = await self.sign(self.signature_draft((await self.charter())["id"]))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        async with self.db.begin() as tx:
            return int(await tx.scalar(text(f"SELECT count(*) FROM {table}")) or 0)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Every event recorded so far, oldest first: type and data."""
        async with self.db.begin() as tx:
            rows = await tx.execute(text("SELECT type, data FROM events ORDER BY occurred_at, id"))
            return [(row.type, row.data) for row in rows]


def pledge_draft(**changes: Any) -> dict[str, Any]:
    """A measurable pledge: 60 hours over a year."""
    return {
        "pledge": "schools",
        "text": "An hour a week",
        "starts_on": "2026-11-01",
        "ends_on": "2027-10-31",
        "place_slug": "county-durham",
        "target": {"measure": "M1", "edition_hash": EDITION, "quantity": "60", "unit": "hours"},
        **changes,
    }


def keyed(headers: Headers) -> Headers:
    """The headers with a new idempotency key."""
    return {**headers, "Idempotency-Key": str(new_id())}
