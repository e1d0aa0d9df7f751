"""What stands under organisations, read for many of them together.

A service answers a page for several organisations; what it says of each is told apart here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.base import Page
from cdp_common.contracts.partners import Membership
from cdp_common.contracts.reporting import Report
from gateway.upstreams import Upstreams

MAX_ORGANISATIONS_PER_CALL = 100
ROWS_PER_PAGE = 100

Asked = TypeVar("Asked", bound=Hashable)
Found = TypeVar("Found")

Read = Callable[[Sequence[UUID], Asked, "str | None"], Awaitable[Page[Found]]]
"""A page of what was asked of these organisations, after a cursor."""


@dataclass(frozen=True)
class OfOrganisation(Generic[Asked]):
    """An organisation under all its ids, and what is asked of it."""

    ids: tuple[UUID, ...]
    asked: Asked


def told_apart(
    read: Read[Asked, Found], owners_of: Callable[[Found], Sequence[UUID]]
) -> DataLoader[OfOrganisation[Asked], list[Found]]:
    """Loads lists of organisations: those that are asked the same share their calls."""

    async def fetch_all(
        keys: list[OfOrganisation[Asked]],
    ) -> Sequence[list[Found] | BaseException]:
        ids_by_asked: dict[Asked, list[UUID]] = {}
        for key in keys:
            ids_by_asked.setdefault(key.asked, []).extend(key.ids)
        answers = await asyncio.gather(
            *(_all_pages(read, ids, asked) for asked, ids in ids_by_asked.items()), return_exceptions=True
        )
        by_asked = {
            asked: answer if isinstance(answer, BaseException) else _by_owner(answer, owners_of)
            for asked, answer in zip(ids_by_asked, answers, strict=True)
        }
        return [_own(by_asked[key.asked], key.ids) for key in keys]

    return DataLoader(fetch_all)


def memberships_of(upstreams: Upstreams) -> DataLoader[OfOrganisation[date | None], list[Membership]]:
    """The memberships of organisations, of one day or all there ever were."""

    async def read(ids: Sequence[UUID], as_of: date | None, cursor: str | None) -> Page[Membership]:
        return await upstreams.partners.ask(
            lambda api: api.list_organisation_memberships(
                ids, as_of=as_of, limit=ROWS_PER_PAGE, cursor=cursor
            )
        )

    return told_apart(read, lambda record: [record.organisation.id])


@dataclass(frozen=True)
class FirstReports:
    """The first so many reports of each organisation, in a state or in any."""

    count: int
    state: str | None


def reports_of(upstreams: Upstreams) -> DataLoader[OfOrganisation[FirstReports], list[Report]]:
    """The first reports of organisations, as far as the caller may see them."""

    async def read(ids: Sequence[UUID], asked: FirstReports, cursor: str | None) -> Page[Report]:
        return await upstreams.reporting.ask(
            lambda api: api.list_reports(
                organisation_ids=ids,
                of_each=asked.count,
                state=asked.state,
                limit=ROWS_PER_PAGE,
                cursor=cursor,
            )
        )

    return told_apart(read, lambda record: [record.organisation_id])


def agreements_of(upstreams: Upstreams) -> DataLoader[OfOrganisation[int], list[Agreement]]:
    """The first so many agreements of organisations, of those to which the caller is a party too."""

    async def read(ids: Sequence[UUID], count: int, cursor: str | None) -> Page[Agreement]:
        return await upstreams.procurement.ask(
            lambda api: api.list_agreements(
                organisation_ids=ids, of_each=count, limit=ROWS_PER_PAGE, cursor=cursor
            )
        )

    return told_apart(
        read, lambda record: [record.commissioner_organisation_id, record.deliverer_organisation_id]
    )


async def _all_pages(read: Read[Asked, Found], ids: Sequence[UUID], asked: Asked) -> list[Found]:
    starts = range(0, len(ids), MAX_ORGANISATIONS_PER_CALL)
    parts = await asyncio.gather(
        *(_pages(read, ids[start : start + MAX_ORGANISATIONS_PER_CALL], asked) for start in starts)
    )
    return [record for part in parts for record in part]


async def _pages(read: Read[Asked, Found], ids: Sequence[UUID], asked: Asked) -> list[Found]:
    found: list[Found] = []
    cursor: str | None = None
    while True:
        page = await read(ids, asked, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def _by_owner(
    found: Sequence[Found], owners_of: Callable[[Found], Sequence[UUID]]
) -> Mapping[UUID, Sequence[Found]]:
    by_owner: dict[UUID, list[Found]] = {}
    for record in found:
        for owner in owners_of(record):
            by_owner.setdefault(owner, []).append(record)
    return by_owner


def _own(
    by_owner: Mapping[UUID, Sequence[Found]] | BaseException, ids: Sequence[UUID]
) -> list[Found] | BaseException:
    """What stands under an organisation's ids, each once: it may be both parties, by two of its ids."""
    if isinstance(by_owner, BaseException):
        return by_owner
    return list({id(record): record for one in ids for record in by_owner.get(one, ())}.values())
