"""Pounds that rest on licensed figures, and what is left of an answer for a reader without the licence.

Whatever names the framework whose licence its pounds need is a `Licensed` contract. `for_reader` takes the
pounds out of every such part of an answer, however deep it stands; quantities and words stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal, TypeVar

from cdp_common.contracts.base import Contract, Slug
from cdp_common.kernel.licence import sees_figures

Withheld = Literal["licensed"]
WITHHELD: Withheld = "licensed"

POUNDS: tuple[str, ...] = (
    "social_gbp",
    "local_economic_gbp",
    "total_gbp",
    "low_gbp",
    "high_gbp",
    "fiscal_gbp",
    "value_gbp",
    "total_value_gbp",
    "validated_gbp",
    "explanation",
)
"""The fields that give pounds away, by name: the same name means the same everywhere on the wire."""

Answer = TypeVar("Answer", bound=Contract)


class Licensed(Contract):
    """Something whose pounds may rest on a licensed figure."""

    pounds: ClassVar[tuple[str, ...]] = POUNDS
    """Which of its fields are null for a reader without the licence."""

    # The framework whose licence the pounds need; null when anybody may see them.
    licensed_framework: Slug | None = None
    withheld: Withheld | None = None  # why the pounds are null

    def is_visible_to(self, scopes: Collection[str]) -> bool:
        """Whether the holder of the scopes may see its pounds."""
        return sees_figures(self.licensed_framework, scopes)


def for_reader(answer: Answer, scopes: Collection[str]) -> Answer:
    """The answer as the holder of the scopes may see it; the same object when nothing has to go."""
    changes: dict[str, Any] = {}
    for name in type(answer).model_fields:
        value = getattr(answer, name)
        shown = _shown(value, scopes)
        if shown is not value:
            changes[name] = shown
    if isinstance(answer, Licensed) and not answer.is_visible_to(scopes):
        changes |= {name: None for name in answer.pounds if name in type(answer).model_fields}
        changes["withheld"] = WITHHELD
    return answer.model_copy(update=changes) if changes else answer


def data_for_reader(data: Mapping[str, Any], scopes: Collection[str]) -> dict[str, Any]:
    """The same for the data of an event, which is a contract written as JSON."""
    shown = {name: _json_shown(value, scopes) for name, value in data.items()}
    if not sees_figures(shown.get("licensed_framework"), scopes):
        shown |= {name: None for name in POUNDS if name in shown}
        shown["withheld"] = WITHHELD
    return shown


def _shown(value: Any, scopes: Collection[str]) -> Any:
    if isinstance(value, Contract):
        return for_reader(value, scopes)
    if isinstance(value, list):
        items = [_shown(item, scopes) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _json_shown(value: Any, scopes: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        return data_for_reader(value, scopes)
    if isinstance(value, list):
        return [_json_shown(item, scopes) for item in value]
    return value
