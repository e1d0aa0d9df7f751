"""`python -m procurement_api` serves, `python -m procurement_api migrate` migrates."""

from cdp_common.web.run import main
from procurement_api.main import SCHEMA, create_serving_app
from procurement_api.settings import Settings

main("procurement_api", create_serving_app, Settings, SCHEMA)
