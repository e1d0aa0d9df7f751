"""The canned contracts as they travel."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from cdp_common.contracts.base import Batch, Page


def page(items: list[Any], following: str | None = None) -> dict[str, Any]:
    """A page of a list, as JSON."""
    return Page[Any](items=[as_json(item) for item in items], next=following).model_dump(mode="json")


def batch(items: list[Any], missing: list[UUID] | None = None) -> dict[str, Any]:
    """The answer to a batch read, as JSON."""
    return Batch[Any](items=[as_json(item) for item in items], missing=missing or []).model_dump(mode="json")


def as_json(item: BaseModel) -> Any:
    """A contract as it travels."""
    return item.model_dump(mode="json")
