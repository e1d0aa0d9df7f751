"""What the tests of procurement-api say in one word: a buyer, bidders, a tender at each stage, calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import func, select, text
from tests.integration.procurement_api.neighbours import EDITION, Partners, Toms

from cdp_common.db.common_tables import events
from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import leaf_hash
from cdp_common.testing.callers import TokenMint
from procurement_api.storage.tables import tenders

Json = dict[str, Any]

NOW = "2026-11-22T10:00:00Z"
DEADLINE = "2026-12-01T12:00:00Z"
ALL_SCOPES = (
    *("tenders:read", "tenders:write", "evaluations:write", "bids:read", "bids:write"),
    *("agreements:read", "agreements:write", "events:read", "webhooks:write"),
)
# An answer is looked for in raw tables: its words stand nowhere else.
ANSWER = "Zwiebelkuchen and quince for every apprentice"


# Every row of every table of the service's own, in an order of its own.
EVERYTHING = text(
    " UNION ALL ".join(
        f'(SELECT {number} || t::text AS line FROM "{table.name}" t)'
        for number, table in enumerate(tenders.metadata.sorted_tables)
    )
    + " ORDER BY line"
)


@dataclass(frozen=True)
class Party:
    """An organisation with a token of its own."""

    id: UUID
    token: str


class World:
    """One running procurement-api, its neighbours, and those who call it."""

    def __init__(
        self,
        app: FastAPI,
        http: httpx2.AsyncClient,
        db: Database,
        mint: TokenMint,
        clock: FixedClock,
        toms: Toms,
        partners: Partners,
    ) -> None:
        self.app = app
        self.http = http
        self.db = db
        self.mint = mint
        self.clock = clock
        self.toms = toms
        self.partners = partners
        self.buyer = self.party("The Buyer")
        self.other = self.party("Somebody Else")

    def party(self, name: str, scopes: Iterable[str] = ALL_SCOPES) -> Party:
        """A new organisation known to partners-api, with a token for these scopes."""
        organisation_id = self.partners.register(name)
        return self.as_party(organisation_id, scopes)

    def as_party(self, organisation_id: UUID, scopes: Iterable[str] = ALL_SCOPES) -> Party:
        """The organisation with another token."""
        lifetime = timedelta(minutes=10)
        token = self.mint.token(org=organisation_id, scopes=scopes, lifetime=lifetime)
        return Party(organisation_id, token)

    def delegate(self, party: Party, by: Party, person: UUID) -> Party:
        """The organisation with a token of another one's client, at which a person signed in."""
        stated: Json = {"act": by.id, "client_id": "delegate", "person": person}
        token = self.mint.token(org=party.id, scopes=ALL_SCOPES, lifetime=timedelta(minutes=10), **stated)
        return Party(party.id, token)

    def actor(self, party: Party, client_id: str = "test-client", person: UUID | None = None) -> Json:
        """How an answer names whoever acted."""
        person_id = None if person is None else str(person)
        return {"organisation_id": str(party.id), "client_id": client_id, "person_id": person_id}

    def renewed(self, party: Party) -> Party:
        """The party with a token that is good now: moving the clock makes older ones expire."""
        return self.as_party(party.id)

    # ------------------------------------------------------------------ calls
    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: Party | None = None,
        key: str | None = None,
        if_match: str | None = None,
    ) -> httpx2.Response:
        """Any call; a POST gets an idempotency key unless one is given, a party a fresh token."""
        headers: dict[str, str] = {}
        if as_ is not None:
            headers["Authorization"] = f"Bearer {as_.token}"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(new_id())
        if if_match is not None:
            headers["If-Match"] = if_match
        return await self.http.request(method, path, json=body, headers=headers)

    async def upload(
        self,
        path: str,
        content: str | bytes,
        *,
        as_: Party | None,
        key: str | None = None,
        media: str = "text/csv",
    ) -> httpx2.Response:
        """A POST of a file."""
        headers = {"Idempotency-Key": key or str(new_id()), "Content-Type": media}
        if as_ is not None:
            headers["Authorization"] = f"Bearer {as_.token}"
        return await self.http.post(path, content=content, headers=headers)

    async def get(self, path: str, *, as_: Party | None = None) -> httpx2.Response:
        return await self.call("GET", path, as_=as_)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self.call("POST", path, body, **options)

    async def done(self, method: str, path: str, body: Any = None, **options: Any) -> Json:
        """The answer of a call that must succeed."""
        response = await self.call(method, path, body, **options)
        assert response.status_code in (200, 201), response.text
        answer: Json = response.json()
        return answer

    async def etag(self, path: str, *, as_: Party) -> str:
        return str((await self.get(path, as_=as_)).headers["etag"])

    def move_to(self, moment: str) -> None:
        """Move the clock, and give everybody tokens that are good then."""
        self.clock.set(datetime.fromisoformat(moment))
        self.buyer, self.other = self.renewed(self.buyer), self.renewed(self.other)

    # ------------------------------------------------------------------ tenders
    async def imported(self, **changes: Any) -> Json:
        """A draft tender with two lots."""
        document = import_document(self, **changes)
        report = await self.done("POST", "/v1/ocds/imports", document, as_=self.buyer)
        assert report["faults"] == []
        tender: Json = report["tenders"][0]
        return tender

    async def with_terms(self, terms: Json | None = None) -> Json:
        """A draft tender with terms."""
        path = f"/v1/tenders/{(await self.imported())['id']}"
        etag = await self.etag(path, as_=self.buyer)
        return await self.done("PUT", f"{path}/terms", terms or TERMS, as_=self.buyer, if_match=etag)

    async def published(self, terms: Json | None = None) -> Json:
        """A published tender."""
        path = f"/v1/tenders/{(await self.with_terms(terms))['id']}"
        etag = await self.etag(path, as_=self.buyer)
        return await self.done("POST", f"{path}/publish", as_=self.buyer, if_match=etag)

    async def submitted(self, tender: Json, bidder: Party, body: Json | None = None) -> Json:
        """The receipt of a bid."""
        path = f"/v1/tenders/{tender['id']}/bids"
        return await self.done("POST", path, body or bid_of(bidder), as_=bidder)

    async def amended(self, tender: Json, **changes: Any) -> Json:
        """The tender after an amendment."""
        path = f"/v1/tenders/{tender['id']}"
        version = (await self.done("GET", path, as_=self.buyer))["terms_version"]
        body = {"reason": "Asked by bidders", "amends_version": version, **changes}
        return await self.done("POST", f"{path}/amendments", body, as_=self.buyer)

    async def opened(self, tender: Json) -> Json:
        """What opening the tender a little after its deadline found."""
        self.move_to("2026-12-01T12:00:01Z")
        response = await self.open(tender)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    async def open(self, tender: Json) -> httpx2.Response:
        """What is answered to its buyer who opens the tender as it stands."""
        path = f"/v1/tenders/{tender['id']}"
        etag = await self.etag(path, as_=self.buyer)
        return await self.post(f"{path}/open", as_=self.buyer, if_match=etag)

    async def evaluated(self, tender: Json) -> Json:
        """The evaluation of an opened tender."""
        return await self.done("POST", f"/v1/tenders/{tender['id']}/evaluations", as_=self.buyer)

    async def declared(self, tender: Json, reference: str = "e-1", *conflicts: Json) -> Json:
        """What somebody whom the buyer's client names declared."""
        body = {"evaluator": {"reference": reference}, "conflicts": conflicts}
        return await self.done("POST", f"/v1/tenders/{tender['id']}/interests", body, as_=self.buyer)

    async def summarised(self, tender: Json, winner_bid_id: str | None, **changes: Any) -> Json:
        """That the bidders can read their summaries."""
        body = {"winner_bid_id": winner_bid_id, **changes}
        return await self.done("POST", f"/v1/tenders/{tender['id']}/summaries", body, as_=self.buyer)

    async def registered(self, deliverer: Party, **changes: Any) -> Json:
        """An agreement registered directly."""
        body = agreement_of(self, deliverer, **changes)
        return await self.done("POST", "/v1/agreements", body, as_=self.buyer)

    # ------------------------------------------------------------------ what is signed
    async def signed(self, token: str) -> bytes:
        """What a token of the service signs."""
        keys = await self.done("GET", "/v1/receipt-keys")
        ring = KeySet.import_key_set({"keys": keys["keys"]})
        return bytes(jws.deserialize_compact(token, ring, algorithms=["Ed25519"]).payload)

    async def leaf_of(self, receipt: Json) -> str:
        """The leaf that a receipt stands for in its tender's log."""
        return leaf_hash(await self.signed(receipt["receipt_jws"]))

    # ------------------------------------------------------------------ what is stored
    async def rows(self) -> dict[str, int]:
        """How many rows each table has; what a refusal must leave as it was."""
        counted = {}
        async with self.db.begin() as tx:
            for table in (*tenders.metadata.sorted_tables, events):
                counted[table.name] = await tx.scalar(select(func.count()).select_from(table)) or 0
        return counted

    async def state(self) -> str:
        """Everything the service's own tables hold, as text."""
        async with self.db.begin() as tx:
            return "\n".join(await tx.scalars(EVERYTHING))

    async def dump(self, table: str) -> str:
        """One table as text, a row a line, in an order of its own."""
        async with self.db.begin() as tx:
            rows = await tx.scalars(text(f'SELECT t::text FROM "{table}" t ORDER BY 1'))
            return "\n".join(rows)

    async def table_names(self) -> list[str]:
        """Every table of the schema, the shared ones included."""
        async with self.db.begin() as tx:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
            return list(await tx.scalars(text(query)))

    async def told(self, type_: str | None = None) -> list[Json]:
        """The events of a type, oldest first."""
        async with self.db.begin() as tx:
            query = select(events).order_by(events.c.id)
            if type_ is not None:
                query = query.where(events.c.type == type_)
            return [dict(row) for row in (await tx.execute(query)).mappings()]


def release(ocid: str = "ocds-h6vhtk-000001", **changes: Any) -> Json:
    """An OCDS release of the tender stage."""
    return {
        "id": f"{ocid}-1",
        "ocid": ocid,
        "date": "2026-11-20T09:00:00Z",
        "tag": ["tender"],
        "parties": [{"id": "1", "contactPoint": {"name": "A Person", "email": "person@example.org"}}],
        "tender": {
            "id": "REF-1",
            "title": "Depot repairs",
            "description": "Repairs of a depot.",
            "value": {"amount": 1860000.5, "currency": "GBP"},
            "lots": [{"id": "1", "title": "North"}, {"id": "2", "value": {"amount": 100, "currency": "GBP"}}],
        },
        **changes,
    }


def import_document(world: World, **changes: Any) -> Json:
    """A release package with one tender, for the buyer's place."""
    return {
        "buyer_organisation_id": str(world.buyer.id),
        "place_id": str(world.partners.place_id),
        "data_status": "synthetic_sample",
        "package": {"releases": [release()]},
        **changes,
    }


def tender_draft(world: World, **changes: Any) -> Json:
    """A tender with two lots that no notice is imported for."""
    return {
        "buyer_organisation_id": str(world.buyer.id),
        "reference": "DCC-7",
        "title": "School kitchens",
        "description": "Kitchens of four schools.",
        "place_id": str(world.partners.place_id),
        "delivery_areas": ["E06000047"],
        "value": {"amount_net": "1000000.00", "amount_gross": "1200000.00"},
        "lots": [
            {"id": "N", "title": "North", "value": {"amount_net": "600000.00"}},
            {"id": "S", "title": "South"},
        ],
        **changes,
    }


def tender_correction(world: World, **changes: Any) -> Json:
    """What a draft tender is to say as a whole."""
    draft = tender_draft(world)
    del draft["buyer_organisation_id"]
    return {**draft, **changes}


TERMS: Json = {
    "edition_hash": EDITION,
    "measures": [
        {"measure": "M-JOB", "weight": "40", "mandatory": True},
        {"measure": "M-HOURS", "weight": "35"},
        {"measure": "M-CARBON", "weight": "15", "answer_required": False},
        {"measure": "M-SPEND", "weight": "10"},
    ],
    "scoring": {
        "method": "relative_to_highest",
        "quantitative_share": "0.6",
        "qualitative_share": "0.4",
        "qualitative_scale_max": 5,
        "panel": "single",
    },
    "social_value_weight": "0.15",
    "deadline_at": DEADLINE,
    "contract_starts_on": "2027-01-01",
    "contract_ends_on": "2028-12-31",
    "place_slug": "county-durham",
    "local_area": "County Durham (E06000047)",
    "standstill": "none",
}


def moderated(terms: Json) -> Json:
    """The terms with a panel whose scores count once they are moderated."""
    return {**terms, "scoring": {**terms["scoring"], "panel": "moderated"}}


def line(measure: str, quantity: str, unit: str, **more: Any) -> Json:
    """A line of a bid with an answer that is looked for in the tables."""
    return {"measure": measure, "quantity": quantity, "unit": unit, "answer": ANSWER, **more}


LINES = [
    line("M-JOB", "12.5", "fte_years"),
    line("M-HOURS", "4321.75", "hours", area_code="E01020762"),
    line("M-SPEND", "8000.5", "gbp_spent", industry="construction"),
]


def bid_of(bidder: Party, lines: list[Json] | None = None, **changes: Any) -> Json:
    """A bid for the bidder's organisation."""
    return {
        "tenderer": {"organisation_id": str(bidder.id)},
        "lines": LINES if lines is None else lines,
        "attestation": {"authorised_by": "Director", "authorised_at": NOW, "portal_user_ref": "u-1"},
        **changes,
    }


def agreement_of(world: World, deliverer: Party, **changes: Any) -> Json:
    """A grant with two lines."""
    return {
        "kind": "grant",
        "reference": "GRANT-1",
        "title": "Kitchen grant",
        "place_id": str(world.partners.place_id),
        "place_slug": "county-durham",
        "deliverer_organisation_id": str(deliverer.id),
        "signed_on": "2026-07-01",
        "starts_on": "2026-07-01",
        "ends_on": "2027-06-30",
        "value_gbp": "40000.00",
        "edition_hash": EDITION,
        "lines": [
            {
                "measure": "M-HOURS",
                "quantity": "100",
                "unit": "hours",
                "schedule": [
                    {"due_on": "2026-09-30", "share": "0.25"},
                    {"due_on": "2027-06-30", "share": "0.75"},
                ],
            },
            {"measure": "M-COUNT", "quantity": "3", "unit": "count"},
        ],
        "data_status": "synthetic_sample",
        **changes,
    }


def refused(response: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


def faults(response: httpx2.Response) -> list[tuple[str, str]]:
    """Where each fault of the input is, and its code."""
    assert response.status_code == 422, response.text
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]
