"""A running reporting-api, its neighbours on the network, and the organisations that call it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import text
from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.neighbours import Neighbours

from cdp_common.clients.feeds import FeedClient
from cdp_common.contracts.commitments import (
    CommitmentLine,
    CommitmentsEnded,
    CommitmentsMade,
    CommitmentsNovated,
    CommitmentsVaried,
    ScheduledShare,
)
from cdp_common.contracts.partners import MembershipChanged
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import CollectiveValue, Report
from cdp_common.db.consumer import Followed, consume_once
from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from cdp_common.web.feeds import fetching
from reporting_api.use_cases.follow_feeds import feeds_followed
from reporting_api.use_cases.run_sequencer import seal_all
from reporting_api.use_cases.take_events import EventTaker

Headers = dict[str, str]
PARTNERS, TOMS, PROCUREMENT, CHARTER = 8101, 8102, 8103, 8104
FEEDS = {"partners": PARTNERS, "toms": TOMS, "procurement": PROCUREMENT, "charter": CHARTER}
QUARTER = ("2026-07-01", "2026-09-30")

MADE = {"pledge": "pledge.made", "plan": "plan.adopted"}
ENDED = {"pledge": "pledge.withdrawn", "plan": "plan.withdrawn"}
"""The events that tell of what is no agreement, by its kind."""


@dataclass
class World:
    """The service over HTTP, its database, and callers by what they may do."""

    app: FastAPI
    http: httpx2.AsyncClient
    outside: httpx2.AsyncClient
    db: Database
    mint: TokenMint
    clock: FixedClock
    neighbours: Neighbours
    council: UUID = field(default_factory=new_id)
    supplier: UUID = field(default_factory=new_id)
    charity: UUID = field(default_factory=new_id)
    college: UUID = field(default_factory=new_id)
    assessor: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.neighbours.organisations |= {
            self.council: "Council",
            self.supplier: "Supplier",
            self.charity: "Charity",
            self.college: "College",
            self.assessor: "Assessor",
        }

    @property
    def place(self) -> UUID:
        """The place of the tests."""
        return self.neighbours.place

    # -------------------------------------------------------------- callers
    def as_org(self, org: UUID, **token: Any) -> Headers:
        """Somebody of an organisation that reports."""
        stated = {
            "scopes": ["reports:write", "reports:read", "events:read", "webhooks:write"],
            "client_id": "reporter",
            **token,
        }
        return self.mint.headers(org=org, **stated)

    def as_validator(self, org: UUID | None = None, **token: Any) -> Headers:
        """A validator in the place."""
        stated: dict[str, Any] = {
            "roles": {self.place: ["validator"]},
            "scopes": ["reports:validate", "reports:read"],
            "client_id": "validator",
            **token,
        }
        return self.mint.headers(org=org or self.assessor, **stated)

    def as_manager(self, **token: Any) -> Headers:
        """A programme manager of the place."""
        stated: dict[str, Any] = {
            "roles": {self.place: ["programme_manager"]},
            "scopes": ["reporting:read", "publications:write", "reports:read"],
            "client_id": "manager",
            **token,
        }
        return self.mint.headers(org=self.council, **stated)

    # -------------------------------------------------------------- what other services tell
    @property
    def taker(self) -> EventTaker:
        """What applies events."""
        return EventTaker(self.db, self.app.state.toms, self.app.state.partners, self.clock)

    async def consume(self) -> int:
        """Read every feed to its end and say how many events were done with."""
        done = 0
        for source, port in FEEDS.items():
            while taken := await self.consume_once(port, source):
                done += taken
        return done

    async def consume_once(self, port: int, source: str) -> int:
        """One pass over one feed."""
        feed = FeedClient(f"http://127.0.0.1:{port}", None, self.outside)
        followed = self.followed(source)
        fetch = fetching(followed, feed)
        return await consume_once(self.db, source, fetch, followed.handle, clock=self.clock)

    def followed(self, source: str) -> Followed:
        """A feed as the service follows it."""
        return next(each for each in feeds_followed(self.taker) if each.source == source)

    def commitment(self, **changes: Any) -> CommitmentsMade:
        """A contract over two years: the supplier promises the council £24,000.00 of volunteering."""
        made = {
            "source_id": new_id(),
            "kind": "contract",
            "route": "procurement",
            "reference": "C-1",
            "title": "Grounds",
            "place_id": self.place,
            "deliverer_id": self.supplier,
            "deliverer_name": "Supplier",
            "commissioner_id": self.council,
            "commissioner_name": "Council",
            "signed_on": date(2026, 3, 15),
            "starts_on": date(2026, 4, 1),
            "ends_on": date(2028, 3, 31),
            "data_status": "actual",
            "lines": [promised_line()],
            **changes,
        }
        return CommitmentsMade.model_validate(made)

    async def sign(self, made: CommitmentsMade | None = None, *, port: int = PROCUREMENT) -> CommitmentsMade:
        """Tell of a commitment and take it in."""
        commitment = made or self.commitment()
        event_type = MADE.get(commitment.kind, "agreement.signed")
        self.neighbours.tell(port, event_type, commitment.source_id, commitment.model_dump(mode="json"))
        await self.consume()
        return commitment

    async def end(
        self, commitment: CommitmentsMade, on: date, *, port: int = PROCUREMENT, version: int = 2
    ) -> None:
        """Tell of a commitment's end and take it in."""
        ended = CommitmentsEnded(
            source_id=commitment.source_id, place_id=self.place, effective_on=on, reason="ended"
        )
        event_type = ENDED.get(commitment.kind, "agreement.terminated")
        self.neighbours.tell(port, event_type, commitment.source_id, ended.model_dump(mode="json"), version)
        await self.consume()

    async def change(self, commitment: CommitmentsMade, version: int = 2, **said: Any) -> None:
        """Tell of a variation (with `lines`) or a novation (with `deliverer_id`) and take it in."""
        kind, payload = ("varied", CommitmentsVaried) if "lines" in said else ("novated", CommitmentsNovated)
        common = {"source_id": commitment.source_id, "place_id": self.place, "reason": "agreed"}
        if kind == "varied":
            common["ends_on"] = commitment.ends_on
        data = payload.model_validate({**common, **said}).model_dump(mode="json")
        source = "plan" if commitment.kind == "plan" else "agreement"
        self.neighbours.tell(PROCUREMENT, f"{source}.{kind}", commitment.source_id, data, version)
        await self.consume()

    async def join(self, org: UUID, valid_from: date, valid_to: date | None = None, **changes: Any) -> UUID:
        """Tell of a membership and take it in."""
        membership_id: UUID = changes.pop("membership_id", None) or new_id()
        version: int = changes.pop("version", 1)
        changed = MembershipChanged(
            **{
                "membership_id": membership_id,
                "place_id": self.place,
                "place_slug": "county-durham",
                "organisation_id": org,
                "organisation_name": self.neighbours.organisations[org],
                "role": "partner",
                "valid_from": valid_from,
                "valid_to": valid_to,
                "named_totals_agreed": False,
                "data_status": "actual",
                **changes,
            }
        )
        event_type = "membership.started" if version == 1 else "membership.ended"
        self.neighbours.tell(PARTNERS, event_type, membership_id, changed.model_dump(mode="json"), version)
        await self.consume()
        return membership_id

    # -------------------------------------------------------------- reports
    def report_draft(self, *lines: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """A report of the quarter; ten hours of own activity unless lines are given."""
        return {
            "place_id": str(self.place),
            "place_slug": "county-durham",
            "period_start": QUARTER[0],
            "period_end": QUARTER[1],
            "lines": list(lines) or [line()],
            **changes,
        }

    async def try_report(self, org: UUID, draft: dict[str, Any], **headers: str) -> httpx2.Response:
        """The answer to submitting a report."""
        return await self.http.post("/v1/reports", json=draft, headers={**keyed(self.as_org(org)), **headers})

    async def report(self, org: UUID, *lines: Mapping[str, Any], **changes: Any) -> Report:
        """A submitted report."""
        answer = await self.try_report(org, self.report_draft(*lines, **changes))
        assert answer.status_code == 201, answer.text
        return Report.model_validate_json(answer.content)

    async def try_review(
        self, report: Report, body: dict[str, Any], headers: Headers | None = None
    ) -> httpx2.Response:
        """The answer to reviewing a report."""
        return await self.http.post(
            f"/v1/reports/{report.id}/reviews", json=body, headers=keyed(headers or self.as_validator())
        )

    async def review(
        self, report: Report, accepted: Mapping[int, str] | None = None, headers: Headers | None = None
    ) -> Report:
        """The report after its lines (all of them in full unless stated) were accepted."""
        quantities = accepted or {index: str(item.quantity) for index, item in enumerate(report.lines)}
        body = {
            "outcome": "validated",
            "reason": "checked",
            "lines": [judgement(report, index, quantity) for index, quantity in quantities.items()],
        }
        answer = await self.try_review(report, body, headers)
        assert answer.status_code == 201, answer.text
        return Report.model_validate_json(answer.content)

    # -------------------------------------------------------------- figures
    async def ask_value(self, headers: Headers | None = None, /, **params: Any) -> httpx2.Response:
        """The answer to asking for the collective value of the quarter."""
        asked = {"from": QUARTER[0], "to": QUARTER[1], **params}
        path = f"/v1/places/{self.place}/collective-value"
        return await self.http.get(path, params=asked, headers=headers)

    async def value(self, **params: Any) -> CollectiveValue:
        """The live collective value of the quarter."""
        answer = await self.ask_value(self.as_manager(), **params)
        assert answer.status_code == 200, answer.text
        return CollectiveValue.model_validate_json(answer.content)

    async def try_publish(self, headers: Headers | None = None, **changes: Any) -> httpx2.Response:
        """The answer to publishing the quarter."""
        draft = {"period_start": QUARTER[0], "period_end": QUARTER[1], **changes}
        path = f"/v1/places/{self.place}/publications"
        return await self.http.post(path, json=draft, headers=keyed(headers or self.as_manager()))

    async def publish(self, **changes: Any) -> Publication:
        """The publication of the quarter."""
        answer = await self.try_publish(**changes)
        assert answer.status_code == 201, answer.text
        return Publication.model_validate_json(answer.content)

    async def seal(self) -> int:
        """Give every waiting entry its position."""
        return await seal_all(self.db, self.clock)

    # -------------------------------------------------------------- looking behind
    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(await self.scalar(f"SELECT count(*) FROM {table}"))

    async def scalar(self, query: str, **parameters: Any) -> Any:
        """One value of the database."""
        async with self.db.begin() as tx:
            return await tx.scalar(text(query), parameters)

    async def ledger(self, figure: str) -> list[Any]:
        """The entries of one figure, sealed or not, by day and id."""
        columns = """id, figure, effective_on, social_pence + local_pence AS pence, reverses, deliverer_id,
            area_code, counted_quantity, route, data_status, source_kind, commissioner_id"""
        query = f"""SELECT * FROM (
            SELECT {columns} FROM ledger_entries UNION ALL SELECT {columns} FROM ledger_inbox) lines
            WHERE figure = :figure ORDER BY effective_on, id"""
        async with self.db.begin() as tx:
            return list(await tx.execute(text(query), {"figure": figure}))

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Every event recorded so far, oldest first: type and data."""
        async with self.db.begin() as tx:
            rows = await tx.execute(text("SELECT type, data FROM events ORDER BY occurred_at, id"))
            return [(row.type, row.data) for row in rows]


def promised_line(**changes: Any) -> CommitmentLine:
    """A line that promises £24,000.00 of volunteering over two years."""
    line = {
        "line_id": new_id(),
        "measure": "HOURS",
        "edition_hash": EDITION,
        "method_version": "test-1",
        "unit": "hours",
        "quantity": Decimal("1336.3"),
        "counted_quantity": Decimal("1336.3"),
        "social_gbp": Decimal("24000.00"),
        "local_economic_gbp": Decimal("0.00"),
        "fiscal_gbp": Decimal("0.00"),
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2028, 3, 31),
        **changes,
    }
    return CommitmentLine.model_validate(line)


def scheduled(*parts: tuple[date, str]) -> list[ScheduledShare]:
    """A commitment's own schedule."""
    return [ScheduledShare(due_on=day, share=Decimal(share)) for day, share in parts]


def line(measure: str = "HOURS", quantity: str = "10", unit: str = "hours", **changes: Any) -> dict[str, Any]:
    """A line of own activity: ten hours, worth £179.60."""
    return {
        "measure": measure,
        "edition_hash": EDITION,
        "quantity": quantity,
        "unit": unit,
        "route": "own_activity",
        **changes,
    }


def contract_line(line_id: UUID, quantity: str = "100", **changes: Any) -> dict[str, Any]:
    """Hours delivered against a contract's line, with both attestations: 100 are worth £1,796.00."""
    return {
        "measure": "HOURS",
        "quantity": quantity,
        "unit": "hours",
        "route": "procurement",
        "commitment_line_id": str(line_id),
        "attests_contract_only": True,
        "attests_commitment": True,
        **changes,
    }


def judgement(report: Report, index: int, quantity: str) -> dict[str, Any]:
    """What a validator says of one line."""
    return {
        "line_id": str(report.lines[index].line_id),
        "accepted_quantity": quantity,
        "reason": "seen",
        "method": "sample of time sheets",
        "evidence_level": "documented",
    }


def target_draft(code: str = "mentored", **changes: Any) -> dict[str, Any]:
    """A target: a hundred people mentored from July on until the year's end."""
    source = {
        "publisher": "P",
        "title": "T",
        "edition": "1",
        "locator": "page 1",
        "url": "https://example.org/plan",
    }
    return {
        "code": code,
        "title": "A hundred mentored",
        "measures": [{"edition_hash": EDITION, "code": "MENTORED"}],
        "value": "100",
        "counted_from": "2026-07-01",
        "due": "2026-12-31",
        "counts_people": True,
        "source": source,
        **changes,
    }


def keyed(headers: Headers) -> Headers:
    """The headers with a new idempotency key."""
    return {**headers, "Idempotency-Key": str(new_id())}


def codes(answer: httpx2.Response) -> list[tuple[str, str]]:
    """Pointer and code of each fault of a refusal."""
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
