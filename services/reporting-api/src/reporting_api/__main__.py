"""`python -m reporting_api` serves; `migrate`, `verify` (the ledger) and `feeds …` are done beside it."""

import gc
import sys

from cdp_common.web.run import main
from reporting_api.settings import SCHEMA, Settings

if sys.argv[1:2] == ["verify"]:
    from reporting_api import verify  # a process that serves or migrates starts sooner without it

    verify.main(sys.argv[2:])
if sys.argv[1:2] == ["feeds"]:
    gc.disable()  # of what is now loaded nothing goes again; the command enables the search
    from reporting_api import feeds

    feeds.main(sys.argv[2:])
main("reporting_api", "reporting_api.main:create_app", Settings, SCHEMA)
