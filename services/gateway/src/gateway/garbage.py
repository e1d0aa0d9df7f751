"""How often the process looks for garbage: seldom, for requests leave hardly any."""

from __future__ import annotations

import gc

# A query for many objects makes some ten thousand at once, nearly all of which end with it. With the usual
# threshold of 700 the collector runs a dozen times within each query, an eighth of its time. Some hundred of
# them hold one another and end with a search only; rarely to search what outlived one cost 15 MiB.
YOUNG, MIDDLE, OLD = 10_000, 5, 10


def collect_seldom() -> None:
    """Leave what is there when serving begins out of later searches, and search later less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
