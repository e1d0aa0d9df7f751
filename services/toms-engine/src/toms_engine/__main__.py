"""`python -m toms_engine` serves, `python -m toms_engine migrate` migrates."""

from cdp_common.web.run import main
from toms_engine.settings import SCHEMA, Settings

main("toms_engine", "toms_engine.main:create_app", Settings, SCHEMA)
