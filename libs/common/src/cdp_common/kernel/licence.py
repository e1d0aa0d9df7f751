"""Who may see figures that their publisher does not let be passed on (domain facts, section 2: licence)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

_PREFIX: Final = "frameworks:licensed:"
SERVICES_SCOPE: Final = "events:internal"
"""The scope of the platform's own services, which use licensed figures in sums for everybody."""


def licence_scope(framework: str) -> str:
    """The scope that a caller holds who has the licence of a framework's figures."""
    return f"{_PREFIX}{framework}"


def framework_of_scope(scope: str) -> str | None:
    """The framework whose licence the scope stands for, or None when it is another kind of scope."""
    return scope.removeprefix(_PREFIX) if scope.startswith(_PREFIX) else None


def frameworks_held(scopes: Collection[str]) -> frozenset[str]:
    """The frameworks whose licensed figures the holder of the scopes may see."""
    found = (framework_of_scope(scope) for scope in scopes)
    return frozenset(framework for framework in found if framework is not None)


def sees_figures(framework: str | None, scopes: Collection[str]) -> bool:
    """Whether the holder of the scopes may see pounds that rest on the framework's licensed figures.

    None stands for pounds that rest on no licensed figure; anybody may see those.
    """
    return framework is None or SERVICES_SCOPE in scopes or licence_scope(framework) in scopes
