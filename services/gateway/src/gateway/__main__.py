"""`python -m gateway` serves; there is no database to migrate."""

from cdp_common.web.run import main
from gateway.main import create_app
from gateway.settings import Settings

main("gateway", create_app, Settings, None)
