"""`python -m gateway` serves; there is no database to migrate."""

from cdp_common.web.run import main
from gateway.settings import Settings

main("gateway", "gateway.main:create_serving_app", Settings, None)
