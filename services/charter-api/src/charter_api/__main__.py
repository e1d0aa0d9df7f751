"""`python -m charter_api` serves; `migrate` and `feeds …` are done beside it."""

import gc
import sys

from cdp_common.web.run import main
from charter_api.settings import SCHEMA, Settings

if sys.argv[1:2] == ["feeds"]:
    gc.disable()  # of what is now loaded nothing goes again; the command enables the search
    from charter_api import feeds  # a process that serves or migrates starts sooner without it

    feeds.main(sys.argv[2:])
main("charter_api", "charter_api.main:create_app", Settings, SCHEMA)
