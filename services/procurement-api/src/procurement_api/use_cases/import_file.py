"""A file of things with lines is taken in: each thing by itself, or all of them or none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import AS_SENT
from cdp_common.kernel.csv_rows import RowFault
from cdp_common.kernel.errors import CdpError, FieldError, InvalidInput
from cdp_common.web.pointers import field_errors
from procurement_api.domain.file_groups import FileGroup

MADE, INVALID, LEFT = 201, 422, 424
"""It was made; it does not hold; it holds, and another one of an atomic file does not."""

Draft = TypeVar("Draft", bound=BaseModel)
Prepared = TypeVar("Prepared")

Refusals = Mapping[type[CdpError], tuple[int, str]]
"""Status and column of what a thing is refused for though its rows are not at fault by themselves."""


@dataclass
class Item(Generic[Prepared]):
    """One thing of the file on its way."""

    of: FileGroup
    status: Any = MADE  # one of those that the contract of the report knows
    prepared: Prepared | None = None
    made_id: UUID | None = None
    faults: Sequence[RowFault] = ()

    def refuse(self, refusals: Refusals, refusal: CdpError) -> None:
        """Refuse it at its first row."""
        self.status, column = refusals[type(refusal)]
        self.faults = [RowFault(self.of.rows[0], column, refusal.code, refusal.detail)]


async def prepared_item(
    of: FileGroup, draft: type[Draft], prepare: Callable[[Draft], Awaitable[Prepared]], refusals: Refusals
) -> Item[Prepared]:
    """The thing held to its contract and its rules, or what is wrong with its rows; nothing is written."""
    item: Item[Prepared] = Item(of)
    if of.faults:
        item.status, item.faults = INVALID, of.faults
        return item
    try:
        item.prepared = await prepare(draft.model_validate(of.document, context=AS_SENT))
    except ValidationError as refusal:
        # As the framework names them: what is wrong lies in the body.
        located = [{**error, "loc": ("body", *error["loc"])} for error in refusal.errors()]
        item.status, item.faults = INVALID, of.at_rows(field_errors(located, of.document))
    except InvalidInput as refusal:
        errors = refusal.errors or (FieldError("", refusal.code, refusal.detail),)
        item.status, item.faults = INVALID, of.at_rows(errors)
    except tuple(refusals) as refusal:
        item.refuse(refusals, refusal)
    return item


async def write_items(
    tx: AsyncConnection,
    items: Sequence[Item[Prepared]],
    write: Callable[[Prepared], Awaitable[UUID]],
    refusals: Refusals,
    *,
    atomic: bool,
) -> None:
    """Write what was prepared, in this order; of an atomic file nothing once one of it is refused."""
    async with tx.begin_nested() as whole:
        for item in items:
            if item.prepared is None or (atomic and _refused(items)):
                continue
            try:
                async with tx.begin_nested():
                    item.made_id = await write(item.prepared)
            except tuple(refusals) as refusal:
                item.refuse(refusals, refusal)
        if atomic and _refused(items):
            await whole.rollback()
            for item in items:
                if item.status == MADE:
                    item.status, item.made_id = LEFT, None


def _refused(items: Sequence[Item[Prepared]]) -> bool:
    return any(item.status != MADE for item in items)


def made(items: Sequence[Item[Prepared]]) -> int:
    """How many were made."""
    return sum(item.status == MADE for item in items)
