"""toms-engine on a real socket for a benchmark: `python -m tests.performance.serve DATABASE_URL PORT`.

Prints one line of JSON with a token for everything. Beside the service's own routes there is one that asks
for a token and does nothing: what every authenticated request costs.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated

from fastapi import APIRouter, FastAPI, Response, Security

from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint
from cdp_common.web.caller import Caller
from cdp_common.web.identity import signed_caller
from cdp_common.web.logs import configure_logging
from cdp_common.web.serving import serve
from toms_engine.main import create_app
from toms_engine.settings import Settings

EMPTY = "/bench/empty"
SCOPES = ("valuations:run", "frameworks:write")

router = APIRouter()


@router.post(EMPTY, status_code=204)
async def empty(caller: Annotated[Caller, Security(signed_caller, scopes=["valuations:run"])]) -> Response:
    """Nothing, for whoever may value."""
    return Response(status_code=204)


def main(database_url: str, port: int) -> None:
    """Serve until the end of the benchmark."""
    mint = TokenMint()
    print(json.dumps({"token": mint.token(scopes=SCOPES)}), flush=True)
    settings = Settings(
        database_url=database_url, issuer=ISSUER, audience=AUDIENCE, port=port, bulk_max_bytes=4 * 1024**3
    )

    def application(given: Settings) -> FastAPI:
        app = create_app(given, verifier=mint.verifier())
        app.include_router(router)
        return app

    configure_logging("toms-engine", "ERROR")
    serve(application, settings, name="toms-engine")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
