"""The gateway on a socket: `python -m tests.performance.graph.serve_gateway PORT STUBS CACHE_S`.

It is the process that ships, collector of garbage and all; lines of the log are off and spans go nowhere,
as in the gateways beside it.
"""

from __future__ import annotations

import sys
from typing import Any

from cdp_common.testing.callers import AUDIENCE, ISSUER
from cdp_common.web.logs import configure_logging
from cdp_common.web.serving import serve
from gateway.main import create_serving_app
from gateway.settings import Settings

BUDGET_S = 30.0
"""What else runs on the machine may hold the stubs up; that is no fault of an answer."""


def main(port: int, stubs: str, cache_s: float) -> None:
    """Serve until the end of the benchmark."""
    urls: dict[str, Any] = {
        f"{name}_url": stubs for name in ("partners", "toms", "procurement", "charter", "reporting")
    }
    settings = Settings(
        issuer=ISSUER,
        audience=AUDIENCE,
        host="127.0.0.1",
        port=port,
        public_answer_s=cache_s,
        client_points_per_minute=0,
        address_points_per_minute=0,
        upstream_budget_s=BUDGET_S,
        **urls,
    )
    configure_logging("gateway", "ERROR")
    serve(create_serving_app, settings, name="gateway")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
