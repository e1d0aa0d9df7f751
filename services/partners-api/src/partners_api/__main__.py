"""`python -m partners_api`: serve; with `migrate`, `provision FILE` or `rotate-signing-key` do that."""

import sys

from cdp_common.web.run import main
from partners_api import provision
from partners_api.main import PACKAGE, SCHEMA, create_app
from partners_api.settings import Settings

if __name__ == "__main__":
    if sys.argv[1:2] == ["provision"]:
        provision.main(sys.argv[2:])
    elif sys.argv[1:] == ["rotate-signing-key"]:
        provision.rotate_main()
    else:
        main(PACKAGE, create_app, Settings, SCHEMA)
