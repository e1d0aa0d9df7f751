"""Whom the rows of a file name: organisations registered here, found with few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.base import IdBatch
from cdp_common.contracts.organisations import Organisation

MAX_IDS_ASKED = 200
MAX_ASKED_AT_ONCE = 8


@dataclass(frozen=True)
class KnownOrganisations:
    """Organisations by every id that leads to them, and by identifiers that they have proved."""

    by_id: dict[UUID, Organisation]
    by_identifier: dict[str, Organisation]

    def find(self, organisation_id: UUID | None, identifier: str | None) -> Organisation | None:
        """The organisation that a row names, or None."""
        if organisation_id is not None:
            return self.by_id.get(organisation_id)
        return None if identifier is None else self.by_identifier.get(identifier)


async def find_signatories(
    partners: PartnersClient,
    organisation_ids: Collection[UUID],
    identifiers: Collection[str],
    delegators: Collection[UUID],
) -> KnownOrganisations:
    """The organisations with these ids or identifiers.

    An identifier is that of the verified organisation that has it: a mere claim makes nobody a signatory.
    `delegators` are looked at first, since most identifiers of a network's file are theirs.
    """
    asked = sorted({*organisation_ids, *(delegators if identifiers else ())})
    found = KnownOrganisations({}, {})
    for start in range(0, len(asked), MAX_IDS_ASKED):
        batch = await partners.batch_organisations(IdBatch(ids=asked[start : start + MAX_IDS_ASKED]))
        for organisation in batch.items:
            _add(found, organisation)
    room = asyncio.Semaphore(MAX_ASKED_AT_ONCE)

    async def look_up(identifier: str) -> None:
        async with room:
            page = await partners.list_organisations(identifier=identifier, state="verified")
        for organisation in page.items:
            _add(found, organisation)

    unknown = sorted(set(identifiers) - found.by_identifier.keys())
    async with asyncio.TaskGroup() as lookups:
        for identifier in unknown:
            lookups.create_task(look_up(identifier))
    return found


def _add(found: KnownOrganisations, organisation: Organisation) -> None:
    found.by_id.update(dict.fromkeys(organisation.ids, organisation))
    if organisation.state == "verified":
        for one in organisation.identifiers:
            found.by_identifier[f"{one.scheme}:{one.id}"] = organisation
