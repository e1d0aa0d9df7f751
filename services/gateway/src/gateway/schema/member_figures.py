"""The figures of a place's members: one question for them all, asked while the members are being listed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from graphql import GraphQLError, GraphQLObjectType, get_argument_values
from graphql.execution.values import VariableValues

from cdp_common.contracts import reporting as contract
from cdp_common.contracts.partners import Membership
from gateway.context import Context, Info
from gateway.loaders import ValueKey
from gateway.schema.enums import Basis
from gateway.schema.groupings import FourFigures
from gateway.selections import selected_along

FIELD: Final = ("Membership", "figures")

Cells = Mapping[str, contract.FourFigures]
Asked = tuple[date, date, datetime | None, Basis]
"""A window's first day and its last, as of when, and on which side."""


def question_of(place_id: UUID, from_: date, to: date, as_of: datetime | None, basis: Basis) -> ValueKey:
    """What reporting-api is asked for all members of a place together."""
    side = cast("contract.Basis", basis.value)
    return ValueKey(place_id, from_, to, as_of, ("organisation",), side)


def figures_of(
    context: Context, membership: Membership, asked: Asked
) -> FourFigures | Awaitable[FourFigures | None] | None:
    """A member's figures of a window; at once where the answer is there already.

    The members of a list ask for the same one after another: what was found last is looked at first.
    """
    place_id, organisation = membership.place_id, membership.organisation.id
    at_hand = context.loaders.cells_at_hand
    if at_hand is not None and at_hand[0] == (place_id, asked):
        return _picked(at_hand[1], organisation)
    answer = context.loaders.cells.load(question_of(place_id, *asked))
    if isinstance(answer, asyncio.Future) and answer.done() and answer.exception() is None:
        context.loaders.cells_at_hand = (place_id, asked), answer.result()
        return _picked(answer.result(), organisation)
    return _awaited(answer, organisation)


async def _awaited(answer: Awaitable[Cells], organisation: UUID) -> FourFigures | None:
    return _picked(await answer, organisation)


def _picked(cells: Cells, organisation: UUID) -> FourFigures | None:
    figures = cells.get(str(organisation))
    return None if figures is None else FourFigures.of(figures)


async def read_ahead(info: Info, place_id: UUID) -> None:
    """Ask what the members that are being listed will be asked for; what fails then fails again there."""
    cells = info.context.loaders.cells
    questions = set(_questions(info, place_id))
    await asyncio.gather(*(cells.load(one) for one in questions), return_exceptions=True)


def _questions(info: Info, place_id: UUID) -> Iterator[ValueKey]:
    type_name, field_name = FIELD
    kind = info._raw_info.schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    variables = VariableValues({}, info.variable_values)
    for node in selected_along(info, "edges", "node"):
        if node.name.value == field_name:
            with suppress(GraphQLError):  # the field itself says so
                given = get_argument_values(kind.fields[field_name], node, variables)
                yield question_of(place_id, given["from_"], given["to"], given.get("as_of"), given["basis"])
