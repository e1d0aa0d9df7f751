"""partners-api and toms-engine as small applications of their own, with invented figures."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import wraps
from inspect import signature
from typing import Any, ClassVar
from uuid import UUID

import httpx2
from fastapi import FastAPI
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from cdp_common.contracts.asserted import AssertedOrganisationDraft
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.line_inputs import inputs_of
from cdp_common.contracts.partners import Membership, Organisation, OrganisationState, Place
from cdp_common.contracts.toms import (
    Edition,
    Explanation,
    ExplanationStep,
    Measure,
    MeasureBatch,
    MeasureBatchRequest,
    PackOutcome,
    PackTheme,
    Proxy,
    Source,
    Valuation,
    ValuationLine,
    ValuationRequest,
    ValuedLine,
)
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.inputs import derived_quantity

EDITION = "ab" * 32
EFFECTIVE_FROM = date(2026, 1, 1)
METHOD = "test-1"
SOURCE = Source(publisher="P", title="T", edition="2026", locator="table 1", url="https://example.org/values")
THEME = PackTheme(code="T1", title="Theme")
OUTCOME = PackOutcome(code="O1", theme="T1", title="Outcome")

# £ per unit, and whether it is local economic value; what is not named here has no proxy.
PRICES = {
    "M-JOB": ("fte_years", Decimal("29718.00"), "local_economic"),
    "M-HOURS": ("hours", Decimal("17.96"), "social"),
    "M-CARBON": ("tco2e", Decimal("277.22"), "social"),
}
UNITS = {name: unit for name, (unit, _, _) in PRICES.items()} | {
    "M-SPEND": "gbp_spent",
    "M-COUNT": "count",
    "M-RATIO": "percentage",
    "M-LICENSED": "hours",
    "M-CLUB": "attendee_hours",
    "M-WEEKS": "weeks",
}


def problem(status: int, code: str, errors: list[dict[str, str]]) -> Response:
    """A refusal as the platform's services write it."""
    body = {"type": f"urn:cdp:problem:{code}", "title": code, "status": status, "detail": code, "code": code}
    return JSONResponse({**body, "errors": errors}, status, media_type="application/problem+json")


def measure(code: str, **changes: Any) -> Measure:
    """A measure of the edition."""
    has_proxy = code in PRICES
    stated: dict[str, Any] = {
        "edition_hash": EDITION,
        "framework": "open-measures",
        "edition": "2026",
        "code": code,
        "title": f"Measure {code}",
        "guidance": "Count.",
        "theme": THEME,
        "outcome": OUTCOME,
        "unit": UNITS[code],
        "decimals": 2,
        "accumulation": "ratio" if code == "M-RATIO" else "flow",
        "year_rule": "once",
        "valuation": "local_multiplier" if code == "M-SPEND" else "proxy" if has_proxy else "none",
        "component": "social",
        "proxy": None,
        "additionality": None,
        "excludes": [],
        "evidence": [],
        "needs": [],
        "objectives": [],
        "negative_allowed": code == "M-CARBON",
        "maximum_per_line": Decimal(100_000) if code == "M-HOURS" else None,
        "valid_from": EFFECTIVE_FROM,
        "valid_to": None,
    }
    return Measure(**{**stated, **changes})


class Neighbour:
    """An application of which each test has its own; the routes of a kind are prepared once."""

    routes: ClassVar[dict[str, Callable[..., Any]]]
    """What answers, by method and path."""
    _application: ClassVar[FastAPI]

    def __init_subclass__(cls) -> None:
        cls._application = FastAPI()
        for operation, answer in cls.routes.items():
            method, path = operation.split()
            given = _given_by_who_is_asked(answer)
            cls._application.add_api_route(path, given, methods=[method], response_model=None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        _asked.set(self)
        await self._application(scope, receive, send)


_asked: ContextVar[Neighbour] = ContextVar("asked")


def _given_by_who_is_asked(answer: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(answer)
    async def given(**arguments: Any) -> Any:
        return await answer(_asked.get(), **arguments)

    _, *parameters = signature(answer).parameters.values()
    given.__signature__ = signature(answer).replace(parameters=parameters)  # type: ignore[attr-defined]
    return given


class Toms(Neighbour):
    """A toms-engine that values by the prices above and refuses what it is told to refuse."""

    def __init__(self) -> None:
        self.asked: list[ValuationRequest] = []
        self.refusals: dict[str, str] = {}
        """Measures whose lines cannot be valued, with the words."""
        self.licensed: set[str] = {"M-LICENSED"}
        self.licence_of: dict[str, str] = {}
        """Measures whose pounds only holders of a framework's licence see, with the framework."""
        self.down = False
        self.effective_to: date | None = None
        """The edition's last day."""

    async def batch_measures(self, batch: MeasureBatchRequest) -> MeasureBatch:
        """The measures that are known."""
        known = [key for key in batch.keys if key.edition_hash == EDITION and key.code in UNITS]
        missing = [key for key in batch.keys if key not in known]
        return MeasureBatch(items=[measure(key.code) for key in known], missing=missing)

    async def get_edition_by_hash(self, edition_hash: str) -> Edition | Response:
        """The one edition."""
        if edition_hash != EDITION:
            return problem(404, "edition_not_found", [])
        return Edition(
            id=new_id(),
            framework="open-measures",
            edition="2026",
            title="Open Measures",
            publisher="P",
            licence="OGL",
            data_status="synthetic_sample",
            state="published",
            edition_hash=EDITION,
            effective_from=EFFECTIVE_FROM,
            effective_to=self.effective_to,
            published_at=utc_now(),
            measure_count=len(UNITS),
            description="For tests.",
            themes=[THEME],
            outcomes=[OUTCOME],
        )

    async def value_lines(self, request: ValuationRequest) -> Valuation | Response:
        """Each line's value, or a refusal that names every line at fault."""
        self.asked.append(request)
        if self.down:
            return problem(503, "database_unavailable", [])
        faults = [
            {"pointer": f"/lines/{index}/{field}", "code": code, "message": words}
            for index, line in enumerate(request.lines)
            for field, code, words in self._faults(line)
        ]
        if any(fault["code"] == "proxy_not_redistributable" for fault in faults):
            return problem(403, "proxy_not_redistributable", faults)
        if faults:
            return problem(422, "lines_refused", faults)
        lines = [self._valued(line, explain=request.explain) for line in request.lines]
        social = sum((line.social_gbp for line in lines), Decimal("0.00"))
        local = sum((line.local_economic_gbp for line in lines), Decimal("0.00"))
        return Valuation(
            edition_hash=request.edition_hash,
            method_version=METHOD,
            lines=lines,
            social_gbp=social,
            local_economic_gbp=local,
            total_gbp=social + local,
        )

    def _faults(self, line: ValuationLine) -> list[tuple[str, str, str]]:
        if line.measure in self.refusals:
            return [("quantity", "refused_for_test", self.refusals[line.measure])]
        if line.measure in self.licensed:
            return [("measure", "proxy_not_redistributable", "the measure's figure is licensed")]
        if line.measure == "M-RATIO" and line.denominator is None and line.inputs is None:
            return [("denominator", "denominator_missing", "a ratio states numerator and denominator")]
        if line.measure == "M-SPEND" and line.industry != "construction":
            return [("industry", "multiplier_unknown", "the edition has no multiplier for this industry")]
        if line.committed_on is None or line.committed_on < EFFECTIVE_FROM:
            return [("committed_on", "edition_not_effective", f"the edition holds from {EFFECTIVE_FROM}")]
        if self.effective_to is not None and line.committed_on > self.effective_to:
            return [("committed_on", "edition_not_effective", f"the edition holds to {self.effective_to}")]
        if line.unit != UNITS.get(line.measure):
            return [("unit", "unit_mismatch", f"the measure is counted in {UNITS.get(line.measure)}")]
        return []

    def _valued(self, line: ValuationLine, *, explain: bool) -> ValuedLine:
        _, price, component = PRICES.get(line.measure, ("", Decimal(0), "social"))
        if line.measure == "M-SPEND":
            price, component = Decimal("0.25"), "local_economic"
        quantity = line.quantity
        if quantity is None:
            assert line.inputs is not None, "a line states its quantity or its inputs"
            quantity = derived_quantity(inputs_of(line.inputs)).shown()
        value = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
        nothing = Decimal("0.00")
        promised = ExplanationStep(rule="quantity", text="Promised.", result=quantity, unit=line.unit)
        priced = ExplanationStep(rule="proxy", text="By proxy.", factor=price, result=value, unit="GBP")
        explanation = Explanation(
            measure=line.measure,
            measure_title=f"Measure {line.measure}",
            edition_hash=EDITION,
            framework="open-measures",
            edition="2026",
            proxy=_proxy(line.measure, price) if line.measure in PRICES else None,
            inputs=line.inputs,
            steps=[promised, priced],
        )
        return ValuedLine(
            ref=line.ref,
            measure=line.measure,
            quantity=quantity,
            counted_quantity=quantity,
            unit=line.unit,
            social_gbp=value if component == "social" else nothing,
            local_economic_gbp=value if component == "local_economic" else nothing,
            total_gbp=value,
            low_gbp=value / 2 if line.measure == "M-CARBON" else None,
            high_gbp=value * 2 if line.measure == "M-CARBON" else None,
            fiscal_gbp=nothing,
            explanation=explanation if explain else None,
            licensed_framework=self.licence_of.get(line.measure),
        )

    routes: ClassVar = {
        "POST /v1/measures/batch": batch_measures,
        "POST /v1/valuations": value_lines,
        "GET /v1/editions/by-hash/{edition_hash}": get_edition_by_hash,
    }


def _proxy(code: str, price: Decimal) -> Proxy:
    return Proxy(
        code=code,
        title=code,
        component="social",
        value_type="economic",
        central_gbp=price,
        low_gbp=None,
        high_gbp=None,
        series=[],
        price_year=2026,
        derivation="As published.",
        sources=[SOURCE],
        licence="OGL",
        redistributable=True,
        valid_from=EFFECTIVE_FROM,
        valid_to=None,
    )


class Partners(Neighbour):
    """A partners-api that knows one place and the organisations it is told of."""

    def __init__(self) -> None:
        self.place_id = new_id()
        self.names: dict[UUID, str] = {}
        self.described: dict[UUID, dict[str, Any]] = {}
        self.asserted: dict[str, AssertedOrganisationDraft] = {}
        """What was asserted, by the id that it got."""
        self.merged: dict[UUID, UUID] = {}
        """Records that lead to another one."""
        self.memberships: list[tuple[UUID, UUID, date, date | None]] = []
        """Id, organisation, first and last day of each membership of the place."""
        self.asked = 0

    def register(self, name: str) -> UUID:
        """A new organisation of that name."""
        organisation_id = new_id()
        self.names[organisation_id] = name
        return organisation_id

    def describe(self, organisation_id: UUID, kind: str, identifiers: list[dict[str, str]]) -> None:
        """Say of what kind an organisation is, and its identifiers."""
        self.described[organisation_id] = {"kind": kind, "identifiers": identifiers}

    async def get_place(self, place_id: UUID) -> Place | Response:
        """The one place."""
        self.asked += 1
        if place_id != self.place_id:
            return problem(404, "place_not_found", [])
        return Place(
            id=place_id, slug="county-durham", name="County Durham", source="test", created_at=utc_now()
        )

    def join(self, organisation_id: UUID, since: date, until: date | None = None) -> UUID:
        """A new membership of the place."""
        self.memberships.append((new_id(), organisation_id, since, until))
        return self.memberships[-1][0]

    async def list_memberships(
        self, place_id: UUID, as_of: date, limit: int, cursor: int = 0
    ) -> Page[Membership]:
        """Those of a day, one on each page."""
        found = [
            Membership(
                id=membership_id,
                place_id=place_id,
                organisation=self._organisation(self.merged.get(organisation_id, organisation_id)),
                role="partner",
                valid_from=since,
                valid_to=until,
                named_totals_agreed=False,
                assumed=True,
                source="test",
            )
            for membership_id, organisation_id, since, until in self.memberships
            if since <= as_of and (until is None or as_of <= until)
        ]
        assert limit == 100
        following = f"/v1?cursor={cursor + 1}" if cursor + 1 < len(found) else None
        return Page(items=found[cursor : cursor + 1], next=following)

    async def get_organisation(self, organisation_id: UUID) -> Organisation | Response:
        """One organisation."""
        self.asked += 1
        if organisation_id not in self.names:
            return problem(404, "organisation_not_found", [])
        return self._organisation(self.merged.get(organisation_id, organisation_id))

    async def list_organisations(self, identifier: str, state: str) -> Page[Organisation]:
        """The verified organisations with the identifier."""
        assert state == "verified", "a mere claim to an identifier gives nobody a bid"
        found = [
            organisation_id
            for organisation_id, said in self.described.items()
            if any(f"{each['scheme']}:{each['id']}" == identifier for each in said["identifiers"])
        ]
        return Page(items=[self._organisation(each) for each in found])

    async def assert_organisation(self, draft: AssertedOrganisationDraft) -> Organisation:
        """The organisation that the portal states, the same one each time."""
        for organisation_id, earlier in self.asserted.items():
            if draft.model_copy(update={"legal_name": earlier.legal_name}) == earlier:
                return self._organisation(UUID(organisation_id), "asserted")
        made = self.register(draft.legal_name)
        self.asserted[str(made)] = draft
        return self._organisation(made, "asserted")

    async def batch_organisations(self, batch: IdBatch) -> Batch[Organisation]:
        """Those that are known."""
        known = [each for each in batch.ids if each in self.names]
        missing = [each for each in batch.ids if each not in self.names]
        return Batch(items=[self._organisation(each) for each in known], missing=missing)

    def _organisation(self, organisation_id: UUID, state: OrganisationState = "verified") -> Organisation:
        said = {"kind": "private", "identifiers": [], **self.described.get(organisation_id, {})}
        return Organisation(
            **said,
            id=organisation_id,
            legal_name=self.names[organisation_id],
            state=state,
            is_sme=None,
            is_vcse=None,
            website=None,
            data_status="synthetic_sample",
            created_at=utc_now(),
            merged_ids=[each for each, survivor in self.merged.items() if survivor == organisation_id],
        )

    routes: ClassVar = {
        "GET /v1/places/{place_id}": get_place,
        "GET /v1/places/{place_id}/memberships": list_memberships,
        "GET /v1/organisations/{organisation_id}": get_organisation,
        "GET /v1/organisations": list_organisations,
        "POST /v1/organisations/batch": batch_organisations,
        "POST /v1/organisations/asserted": assert_organisation,
    }


def nobody(request: httpx2.Request) -> httpx2.Response:
    """What a call to any other address gets."""
    raise httpx2.ConnectError("there is nobody", request=request)


def outside(toms: Toms, partners: Partners) -> httpx2.AsyncClient:
    """A client that reaches the two by the addresses of the test's settings."""
    mounts: Mapping[str, httpx2.AsyncBaseTransport] = {
        "http://toms.test": httpx2.ASGITransport(app=toms),
        "http://partners.test": httpx2.ASGITransport(app=partners),
    }
    # Another address has nobody behind it; without a transport of its own each client would load all of TLS.
    return httpx2.AsyncClient(mounts=mounts, transport=httpx2.MockTransport(nobody))
