"""`python -m procurement_api` serves, `python -m procurement_api migrate` migrates."""

from cdp_common.web.run import main
from procurement_api.settings import SCHEMA, Settings

main("procurement_api", "procurement_api.main:create_serving_app", Settings, SCHEMA)
