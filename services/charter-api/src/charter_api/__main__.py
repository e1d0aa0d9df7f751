"""`python -m charter_api` serves, `python -m charter_api migrate` migrates."""

from cdp_common.web.run import main
from charter_api.settings import SCHEMA, Settings

main("charter_api", "charter_api.main:create_app", Settings, SCHEMA)
