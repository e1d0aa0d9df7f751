"""`python -m gateway` serves; there is no database to migrate."""

from fastapi import FastAPI

from cdp_common.web.run import main
from gateway.garbage import collect_seldom
from gateway.main import create_app
from gateway.settings import Settings


def _create(settings: Settings) -> FastAPI:
    app = create_app(settings)
    collect_seldom()
    return app


main("gateway", _create, Settings, None)
