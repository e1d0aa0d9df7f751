"""`python -m toms_engine` serves, `python -m toms_engine migrate` migrates."""

from cdp_common.web.run import main
from toms_engine.main import SCHEMA, create_app
from toms_engine.settings import Settings

main("toms_engine", create_app, Settings, SCHEMA)
