"""`python -m charter_api` serves, `python -m charter_api migrate` migrates."""

from cdp_common.web.run import main
from charter_api.main import SCHEMA, create_app
from charter_api.settings import Settings

main("charter_api", create_app, Settings, SCHEMA)
