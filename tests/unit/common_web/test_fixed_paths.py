"""A path of its own is no value of another path's parameter."""

from uuid import UUID

import pytest
from fastapi import APIRouter

from cdp_common.contracts.base import Moment
from cdp_common.testing.callers import TokenMint, http_client
from cdp_common.web.app import create_service
from cdp_common.web.settings import ServiceSettings


def routes() -> APIRouter:
    router = APIRouter()

    @router.get("/v1/plans/{plan_id}")
    async def get_plan(plan_id: UUID, as_of: Moment | None = None) -> UUID:
        return plan_id

    @router.patch("/v1/plans/{plan_id}")
    async def change_plan(plan_id: UUID) -> UUID:
        return plan_id

    @router.post("/v1/plans/batch")
    async def batch_plans() -> str:
        return "all"

    return router


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("POST", "/v1/plans/batch", 200, None),
        ("GET", "/v1/plans/batch", 405, "POST"),
        ("PATCH", "/v1/plans/batch?x=1", 405, "POST"),
        ("DELETE", "/v1/plans/batch", 405, "POST"),
        ("GET", "/v1/plans/batches", 422, None),
        ("POST", "/v1/plans/batches", 405, "GET, HEAD, PATCH"),
        ("PATCH", "/v1/plans/01a20000-0000-7000-8000-000000000001", 200, None),
        ("GET", "/v1/plans/01a20000-0000-7000-8000-000000000001?as_of=2026-07-01T10:00:00Z", 200, None),
        ("GET", "/v1/plans/01a20000-0000-7000-8000-000000000001?as_of=2026-07-01T10:00:00", 422, None),
        ("GET", "/v1/plans/01a20000-0000-7000-8000-000000000001?as_of=0", 422, None),
    ],
)
async def test_a_fixed_path_has_its_own_methods(
    method: str, path: str, status: int, allow: str | None, token_mint: TokenMint
):
    app = create_service(
        ServiceSettings(mode="sandbox", issuer="https://id.test"),
        name="plans-api",
        title="Plans",
        version="1.0.0",
        routers=[routes()],
        database=None,
        package=None,
        verifier=token_mint.verifier(),
    )
    async with http_client(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)
