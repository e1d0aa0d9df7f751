"""The services that reporting-api calls, as it meets them on the network: small, exact and without memory."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
from tests.integration.reporting_api.framework import (
    ABSENT_INDEX,
    AREAS,
    DOUBLE,
    EDITION,
    EDITION_ID,
    MEASURES,
    NEED_INDEX,
    OBJECTIVES,
    OTHER_EDITION,
    WORKSTREAMS,
    Priced,
    edition_told,
    explanation_of,
    measure_told,
    rounded_pounds,
)


@dataclass
class Neighbours:
    """partners-api, toms-engine, and the feeds of all four other services."""

    place: UUID
    organisations: dict[UUID, str] = field(default_factory=dict)
    feeds: dict[int, list[dict[str, Any]]] = field(
        default_factory=lambda: {port: [] for port in range(8101, 8105)}
    )
    is_down: bool = False
    calls: list[str] = field(default_factory=list)
    unit_values: dict[str, Decimal] = field(default_factory=dict)
    measures: dict[str, Priced] = field(default_factory=lambda: dict(MEASURES))
    need_index: str | None = NEED_INDEX
    crosswalks: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {EDITION: [OBJECTIVES, DOUBLE], OTHER_EDITION: []}
    )
    """The crosswalks of each edition."""
    bands: dict[str, str] = field(default_factory=dict)
    """The bands of areas that have other ones than at first."""
    populations: dict[str, int] = field(default_factory=dict)
    """How many live in areas, as far as the index says."""
    records: dict[str, str] = field(default_factory=dict)
    """The records of contracting processes, as procurement-api answers them."""
    facts: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    """What is said of organisations beside their names."""
    presences: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)
    """Flags of local presence by organisation."""
    postcodes: dict[str, list[str]] = field(default_factory=dict)
    """The places of the areas in which postcodes lie."""
    samples: set[UUID] = field(default_factory=set)
    """Organisations that are samples themselves."""

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        """The answer of whichever service is asked."""
        path = request.url.path
        self.calls.append(path)
        if self.is_down:
            return httpx2.Response(503, json={"code": "unavailable", "detail": "down"})
        if path == "/v1/valuations/bulk":
            return self._bulk(request)
        body: Any = json.loads(request.content) if request.content else None
        posts: dict[str, Callable[[Any], httpx2.Response]] = {
            "/v1/organisations/batch": self._organisations,
            "/v1/measures/batch": self._measures,
            "/v1/areas/batch": self._areas,
            "/v1/postcodes/batch": self._postcodes,
            "/v1/wards/batch": self._wards,
            "/v1/valuations": self._valuation,
        }
        if path in posts:
            return posts[path](body)
        if path == "/v1/areas":
            return self._areas_of(request)
        if path == "/v1/organisations":
            return self._directory(request)
        if path.startswith("/v1/organisations/") and path.endswith("/flags"):
            return _json({"items": self.presences.get(UUID(path.split("/")[3]), []), "next": None})
        if path == "/v1/events":
            return self._events(request)
        if path == f"/v1/editions/{EDITION_ID}/workstreams":
            return _json(WORKSTREAMS.model_dump(mode="json"))
        if path.startswith("/v1/editions/by-hash/"):
            edition_hash = path.rsplit("/", 1)[-1]
            return _json(edition_told(edition_hash, self.crosswalks[edition_hash]).model_dump(mode="json"))
        if path == f"/v1/places/{self.place}":
            return _json(self._place())
        record = self.records.get(path.removeprefix("/v1/ocds/records/"))
        if record is not None:
            return httpx2.Response(200, text=record)
        return httpx2.Response(404, json={"code": "not_found", "detail": "unknown"})

    def tell(
        self, port: int, event_type: str, aggregate_id: UUID, data: dict[str, Any], version: int = 1
    ) -> None:
        """Add an event to a service's feed."""
        feed = self.feeds[port]
        feed.append(
            {
                "id": str(aggregate_id),
                "position": len(feed) + 1,
                "type": event_type,
                "occurred_at": "2026-01-01T00:00:00Z",
                "aggregate_type": event_type.partition(".")[0],
                "aggregate_id": str(aggregate_id),
                "aggregate_version": version,
                "place_id": str(self.place),
                "data": data,
            }
        )

    def _events(self, request: httpx2.Request) -> httpx2.Response:
        after, limit = int(request.url.params["after"]), int(request.url.params["limit"])
        items = self.feeds[request.url.port or 0][after : after + limit]
        return _json({"items": items, "next_after": after + len(items)})

    def _place(self) -> dict[str, Any]:
        return {
            "id": str(self.place),
            "slug": "county-durham",
            "name": "County Durham",
            "need_index": self.need_index,
            "source": "test",
            "created_at": "2026-01-01T00:00:00Z",
        }

    def _organisations(self, body: Any) -> httpx2.Response:
        known = [who for who in map(UUID, body["ids"]) if who in self.organisations]
        missing = [str(who) for who in map(UUID, body["ids"]) if who not in self.organisations]
        return _json({"items": [self._organisation(who) for who in known], "missing": missing})

    def _organisation(self, who: UUID) -> dict[str, Any]:
        return {
            "id": str(who),
            "legal_name": self.organisations[who],
            "kind": "public",
            "state": "verified",
            "identifiers": [],
            "is_sme": None,
            "is_vcse": None,
            "website": None,
            "data_status": "synthetic_sample" if who in self.samples else "actual",
            "created_at": "2026-01-01T00:00:00Z",
            **self.facts.get(who, {}),
        }

    def _directory(self, request: httpx2.Request) -> httpx2.Response:
        """All organisations by id, two to a page."""
        known = sorted(self.organisations)
        start = int(request.url.params.get("cursor", "0"))
        following = f"/v1/organisations?cursor={start + 2}" if start + 2 < len(known) else None
        items = [self._organisation(who) for who in known[start : start + 2]]
        return _json({"items": items, "next": following})

    def _postcodes(self, body: Any) -> httpx2.Response:
        items = [
            {
                "postcode": code,
                "areas": [
                    {"code": f"E0{at}", "place": place} for at, place in enumerate(self.postcodes[code])
                ],
            }
            for code in body["postcodes"]
            if code in self.postcodes
        ]
        missing = [code for code in body["postcodes"] if code not in self.postcodes]
        return _json({"items": items, "missing": missing, "lookup_edition": "2026-08"})

    def _wards(self, body: Any) -> httpx2.Response:
        return _json({"items": [], "missing": body["wards"], "lookup_edition": None})

    def _measures(self, body: Any) -> httpx2.Response:
        items, missing = [], []
        for key in body["keys"]:
            measure = self.measures.get(key["code"])
            if measure is not None and key["edition_hash"] in (EDITION, OTHER_EDITION):
                found = measure_told(key["edition_hash"], key["code"], measure)
                items.append(found.model_dump(mode="json"))
            else:
                missing.append(key)
        return _json({"items": items, "missing": missing})

    def _areas_of(self, request: httpx2.Request) -> httpx2.Response:
        """The areas of a place by code, one to a page."""
        asked = request.url.params
        if self.need_index == ABSENT_INDEX:
            return httpx2.Response(404, json={"code": "need_index_not_found", "detail": "no such index"})
        codes = sorted(code for code in AREAS if AREAS[code][1] == asked["place"])
        start = int(asked.get("cursor", "0"))
        following = f"/v1/areas?cursor={start + 1}" if start + 1 < len(codes) else None
        items = [
            {**self._area(code, asked["index"]), "population": self.populations.get(code)}
            for code in codes[start : start + 1]
        ]
        return _json({"items": items, "next": following})

    def _area(self, code: str, index: str) -> dict[str, Any]:
        return {
            "code": code,
            "name": f"Area {code[-1]}",
            "place": AREAS[code][1],
            "index": index,
            "decile": AREAS[code][2],
            "band": self.bands.get(code, AREAS[code][0]),
        }

    def _areas(self, body: Any) -> httpx2.Response:
        if self.need_index == ABSENT_INDEX:
            return httpx2.Response(404, json={"code": "need_index_not_found", "detail": "no such index"})
        items = [self._area(code, body["index"]) for code in body["codes"] if code in AREAS]
        return _json({"items": items, "missing": [code for code in body["codes"] if code not in AREAS]})

    def _valuation(self, body: Any) -> httpx2.Response:
        faults = [
            {"pointer": f"/lines/{index}/quantity", "code": "negative", "message": "must not be negative"}
            for index, line in enumerate(body["lines"])
            if Decimal(line["quantity"]) < 0 and line["measure"] != "CARBON"
        ]
        if faults:
            return httpx2.Response(422, json={"code": "lines_refused", "detail": "x", "errors": faults})
        lines = [self._valued(line, body) for line in body["lines"]]
        sums = {
            name: str(sum(Decimal(line[name]) for line in lines))
            for name in ("social_gbp", "local_economic_gbp", "total_gbp")
        }
        return _json(
            {"edition_hash": body["edition_hash"], "method_version": "test-1", "lines": lines, **sums}
        )

    def _bulk(self, request: httpx2.Request) -> httpx2.Response:
        """What became of each line, and a summary; negative quantities are refused."""
        edition_hash = request.url.params["edition_hash"]
        records: list[dict[str, Any]] = []
        for row, content in enumerate(request.content.splitlines(), start=1):
            line = {"attribution_share": None, **json.loads(content)}
            if Decimal(line["quantity"]) < 0:
                fault = {"field": "quantity", "code": "negative", "message": "must not be negative"}
                records.append({"record": "refused", "row": row, "ref": line["ref"], "errors": [fault]})
                continue
            valued = self._valued(line, {"explain": False, "edition_hash": edition_hash})
            del valued["explanation"], valued["quantity"]
            records.append({"record": "line", "row": row, "initial_spend_gbp": None, **valued})
        ending = {
            "record": "summary",
            **dict.fromkeys(("lines", "valued", "refused"), 0),
            **dict.fromkeys(("social_gbp", "local_economic_gbp", "total_gbp", "fiscal_gbp"), "0.00"),
            "edition_hash": edition_hash,
            "method_version": "test-1",
        }
        answered = "".join(json.dumps(record) + "\n" for record in (*records, ending))
        return httpx2.Response(200, content=answered, headers={"content-type": "application/x-ndjson"})

    def _valued(self, line: dict[str, Any], body: Any) -> dict[str, Any]:
        measure = MEASURES[line["measure"]]
        share = Decimal(line["attribution_share"] or 1)
        counted = Decimal(line["quantity"]) * share
        unit_value = self.unit_values.get(measure.code, measure.value)
        total = rounded_pounds(counted * (unit_value or 0))
        is_social = measure.component == "social"
        return {
            "ref": line["ref"],
            "measure": line["measure"],
            "quantity": line["quantity"],
            "counted_quantity": format(counted, "f"),
            "unit": line["unit"],
            "social_gbp": str(total if is_social else Decimal("0.00")),
            "local_economic_gbp": str(Decimal("0.00") if is_social else total),
            "total_gbp": str(total),
            "low_gbp": None if measure.low is None else str(rounded_pounds(counted * measure.low)),
            "high_gbp": None if measure.high is None else str(rounded_pounds(counted * measure.high)),
            "fiscal_gbp": "0.00",
            "explanation": explanation_of(measure, line, body) if body["explain"] else None,
        }


def _json(body: Any) -> httpx2.Response:
    return httpx2.Response(200, json=body)
