"""A small service with one route of each kind, as a service's author would write them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Query, Request, Security
from pydantic import Field
from starlette.responses import Response

from cdp_common.contracts.base import Contract, DecimalText, LongText, Page, ShortText
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.errors import Conflict, Unavailable
from cdp_common.testing.callers import TokenMint, http_client
from cdp_common.web.app import create_service
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, MaybeCaller, TokenVerifier, signed_caller
from cdp_common.web.once import OnceHeader, PublicOnceHeader
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.settings import ServiceSettings


@pytest.fixture(autouse=True)
def _unset_logging() -> None:
    """Another test's application may have named its service to the logging of this process."""
    structlog.reset_defaults()


NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TENDER = UUID("01a20000-0000-7000-8000-000000000001")


class Line(Contract):
    """One promised quantity."""

    measure: Annotated[str, Field(max_length=10)]
    quantity: DecimalText


class Bid(Contract):
    """A bid of lines."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=3)]
    note: str | None = None


class Cash(Contract):
    """Paid in money."""

    kind: Literal["cash"]
    amount: DecimalText


class Hours(Contract):
    """Paid in time."""

    kind: Literal["hours"]
    hours: int


class Offer(Contract):
    """Something of one of two kinds."""

    part: Annotated[Cash | Hours, Field(discriminator="kind")]


class Named(Contract):
    """Something with names."""

    legal_name: ShortText
    others: list[ShortText] | None = None
    part: Annotated[Cash | Hours, Field(discriminator="kind")] | None = None
    text: LongText | None = None


class DeadlinePassed(Conflict):
    code = "deadline_passed"
    title = "The tender is closed"


class Overloaded(Unavailable):
    code = "overloaded"
    title = "Too busy"
    retry_after_s = 1.2


BID = Bid.model_validate({"lines": [{"measure": "NT1", "quantity": "12.50"}]})


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.post("/tenders/{tender_id}/bids", status_code=201)
    async def submit_bid(
        tender_id: UUID,
        caller: Annotated[Caller, Security(signed_caller, scopes=["bids:write"])],
        once: OnceHeader,
        bid: Bid,
    ) -> Bid:
        return bid

    @router.get("/tenders/{tender_id}/bids")
    async def list_bids(
        request: Request,
        tender_id: UUID,
        page: Paging,
        state: Annotated[list[str] | None, Query()] = None,
    ) -> Page[str]:
        return Page(
            items=[f"{page.limit}", f"{page.cursor}", *(state or [])], next=page_links(request, "abc")
        )

    @router.get("/bid")
    async def get_bid(request: Request, caller: MaybeCaller) -> Response:
        return respond_with_etag(request, BID)

    @router.put("/bid")
    async def replace_bid(bid: Bid, if_match: IfMatch = None) -> Bid:
        require_match(if_match, BID)
        return bid

    @router.get("/who")
    async def get_caller(caller: MaybeCaller) -> dict[str, Any]:
        return {"client_id": caller.client_id if caller else None}

    @router.get("/me")
    async def get_me(caller: Annotated[Caller, Security(signed_caller, scopes=["a:read", "b:read"])]) -> str:
        return caller.client_id

    @router.post("/supporters")
    async def register_supporter(once: PublicOnceHeader) -> str:
        return "thanks"

    @router.post("/offers")
    async def make_offer(offer: Offer) -> Offer:
        return offer

    @router.post("/names", status_code=201)
    async def name_something(named: Named) -> Named:
        return named

    @router.post("/echo")
    async def echo(value: dict[str, Any]) -> dict[str, Any]:
        return value

    @router.post("/imports")
    async def import_lines(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    @router.get("/late")
    async def get_late() -> None:
        raise DeadlinePassed("The deadline was 12:00.")

    @router.get("/busy")
    async def get_busy() -> None:
        raise Overloaded("Try again.")

    @router.get("/broken")
    async def get_broken() -> None:
        raise RuntimeError("SELECT secret FROM clients")

    @router.get("/crooked")
    async def get_crooked() -> Bid:
        return {"lines": "private words"}  # type: ignore[return-value]  # the fault under test

    return router


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def token_mint(clock: FixedClock) -> TokenMint:
    return TokenMint(clock=clock)


@pytest.fixture
def verifier(token_mint: TokenMint) -> TokenVerifier:
    return token_mint.verifier()


@pytest.fixture
def app(token_mint: TokenMint, clock: FixedClock) -> FastAPI:
    return create_service(
        ServiceSettings(max_body_bytes=2048, build="2026.11.1", mode="sandbox", issuer="https://id.test"),
        name="sample-api",
        title="Sample API",
        version="1.0.0",
        routers=[routes()],
        database=None,
        package=None,
        verifier=token_mint.verifier(),
        clock=clock,
        larger_bodies={"/v1/imports": 4096},
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(app) as client:
        yield client
