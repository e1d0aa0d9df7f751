"""How much a run does: little in every run of the tests, a lot under `make soak`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random  # noqa: TID251 - the point here is chance that a seed brings back

__all__ = ["Random", "Scale", "scale_here"]

SWITCH = "CDP_SOAK"


@dataclass(frozen=True, slots=True)
class Scale:
    """The counts of one run."""

    is_long: bool
    seed: int
    """Another seed is another run; the same one draws the same again."""
    service_kills: int
    """How often procurement-api is killed."""
    reporting_kills: int
    database_kills: int
    clients: int
    patience_s: int
    """How long a client insists on one thing, and the storm on anything: a busy machine needs more."""
    lines: int
    rush: int
    """Submissions before one deadline; some more come after it."""
    repeats: int
    """How often one bid is sent at the same moment, with one key."""
    examples: int
    """Hostile requests to each service."""
    examples_of_each_operation: int
    """Requests that Schemathesis draws for each operation."""
    operations: int
    """Operations of each service that Schemathesis asks, drawn by the seed; all where they are fewer."""

    def chance(self, *purpose: object) -> Random:
        """Random draws for one purpose, the same for the same seed."""
        return Random(f"{self.seed} {' '.join(map(str, purpose))}")


SHORT = Scale(
    is_long=False,
    seed=20261122,
    service_kills=1,
    reporting_kills=1,
    database_kills=1,
    clients=4,
    patience_s=120,
    lines=2_100,
    rush=60,
    repeats=60,
    examples=60,
    examples_of_each_operation=2,
    operations=12,
)
LONG = Scale(
    is_long=True,
    seed=20261122,
    service_kills=125,
    reporting_kills=75,
    database_kills=80,
    clients=20,
    patience_s=900,
    lines=1_002_000,
    rush=2_000,
    repeats=1_000,
    examples=5_000,
    examples_of_each_operation=200,
    operations=1_000,
)


def scale_here() -> Scale:
    """The short run; with CDP_SOAK=1 the long one. CDP_SOAK_SEED and its like change single numbers."""
    usual = LONG if os.environ.get(SWITCH, "") not in ("", "0") else SHORT
    return Scale(
        is_long=usual.is_long,
        seed=_number("SEED", usual.seed),
        service_kills=_number("SERVICE_KILLS", usual.service_kills),
        reporting_kills=_number("REPORTING_KILLS", usual.reporting_kills),
        database_kills=_number("DATABASE_KILLS", usual.database_kills),
        clients=_number("CLIENTS", usual.clients),
        patience_s=_number("PATIENCE", usual.patience_s),
        lines=_number("LINES", usual.lines),
        rush=_number("RUSH", usual.rush),
        repeats=_number("REPEATS", usual.repeats),
        examples=_number("EXAMPLES", usual.examples),
        examples_of_each_operation=_number("EXAMPLES_EACH", usual.examples_of_each_operation),
        operations=_number("OPERATIONS", usual.operations),
    )


def _number(name: str, usual: int) -> int:
    return int(os.environ.get(f"{SWITCH}_{name}") or usual)
