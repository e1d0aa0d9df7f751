"""partners-api on a socket for a benchmark: `python -m tests.performance.serve_partners DATABASE_URL PORT`.

Reads the file of its secret key from CDP_SECRET_KEY_FILE. Beside the service's own routes there is one that
does nothing: what every request costs.
"""

from __future__ import annotations

import sys

from fastapi import APIRouter, FastAPI, Response

from cdp_common.testing.callers import AUDIENCE, ISSUER
from cdp_common.web.logs import configure_logging
from cdp_common.web.serving import serve
from partners_api.main import create_app
from partners_api.settings import Settings

EMPTY = "/bench/empty"

router = APIRouter()


@router.post(EMPTY, status_code=204)
async def empty() -> Response:
    """Nothing, for anybody."""
    return Response(status_code=204)


def main(database_url: str, port: int) -> None:
    """Serve until the end of the benchmark."""
    settings = Settings(
        database_url=database_url,
        issuer=ISSUER,
        audience=AUDIENCE,
        port=port,
        tokens_per_minute=10_000_000,
    )

    def application(given: Settings) -> FastAPI:
        app = create_app(given)
        app.include_router(router)
        return app

    configure_logging("partners-api", "ERROR")
    serve(application, settings, name="partners-api")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
