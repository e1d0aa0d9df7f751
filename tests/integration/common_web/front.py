"""A service as a process of its own that passes the call on to another. `python -m ...front`."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Security
from tests.integration.common_web.back import Seen

from cdp_common.clients.base import ServiceClient, forwarded, open_http
from cdp_common.web.app import create_service
from cdp_common.web.identity import Caller, signed_caller
from cdp_common.web.issuer import remote_verifier
from cdp_common.web.run import main
from cdp_common.web.settings import ServiceSettings


class BackClient(ServiceClient):
    """The other service."""

    async def get_seen(self) -> Seen:
        """What the other service saw."""
        return await self._get("/v1/seen", Seen)


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service of these settings."""
    http = open_http()
    router = APIRouter(prefix="/v1")

    @router.get("/relay")
    async def relay(caller: Annotated[Caller, Security(signed_caller, scopes=["a:read"])]) -> Seen:
        return await BackClient(settings.toms_url, forwarded(caller.token), http).get_seen()

    return create_service(
        settings,
        name="front-api",
        title="Front",
        version="1",
        routers=[router],
        database=None,
        package=None,
        verifier=remote_verifier(settings, http),
        lifespan_tasks=[lambda: http],
    )


if __name__ == "__main__":
    main("front", "__main__:create_app", ServiceSettings, None)
