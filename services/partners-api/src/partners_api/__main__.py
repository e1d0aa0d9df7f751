"""`python -m partners_api`: serve; with `migrate`, `provision FILE` or `rotate-signing-key` do that."""

import sys

from cdp_common.web.run import main
from partners_api.settings import PACKAGE, SCHEMA, Settings

if __name__ == "__main__":
    if sys.argv[1:2] in (["provision"], ["rotate-signing-key"]):
        from partners_api import provision  # a process that migrates starts sooner without it

        provision.main(sys.argv[1:])
    else:
        main(PACKAGE, "partners_api.main:create_app", Settings, SCHEMA)
