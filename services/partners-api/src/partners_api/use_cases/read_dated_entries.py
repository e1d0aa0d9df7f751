"""Reads what a collective is, or was, made of on any day."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import collective as wire
from cdp_common.db.database import Database
from partners_api.domain.dated_entries import FOCUS_KINDS, NOT_FOUND, DatedEntry, EntryKind
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.dated_entries import Wanted, load_entry, page_entries
from partners_api.storage.organisations import load_organisations
from partners_api.storage.places import load_place
from partners_api.use_cases.collective_views import focus_view, phase_view, programme_view, role_view


async def list_phases(
    database: Database, place_id: UUID, *, as_of: date | None, cursor: str | None, limit: int
) -> tuple[list[wire.Phase], str | None]:
    """One page of the place's phases by code."""
    found, following = await _page(database, Wanted(place_id, ("phase",), as_of), cursor, limit)
    return [phase_view(entry) for entry, _ in found], following


async def list_programmes(
    database: Database, place_id: UUID, *, as_of: date | None, cursor: str | None, limit: int
) -> tuple[list[wire.Programme], str | None]:
    """One page of the place's programmes of work by code."""
    found, following = await _page(database, Wanted(place_id, ("programme",), as_of), cursor, limit)
    return [programme_view(entry) for entry, _ in found], following


async def get_phase(database: Database, phase_id: UUID) -> wire.Phase:
    """The phase of that id."""
    entry, _ = await _entry(database, phase_id, ("phase",))
    return phase_view(entry)


async def get_programme(database: Database, programme_id: UUID) -> wire.Programme:
    """The programme of work of that id."""
    entry, _ = await _entry(database, programme_id, ("programme",))
    return programme_view(entry)


async def get_partner_role(database: Database, role_id: UUID) -> wire.PartnerRole:
    """The role of that id."""
    entry, _ = await _entry(database, role_id, ("role",))
    return role_view(entry)


async def get_focus(database: Database, focus_id: UUID) -> wire.Focus:
    """The partner's choice of that id."""
    return focus_view(*await _entry(database, focus_id, FOCUS_KINDS))


async def list_partner_roles(
    database: Database,
    place_id: UUID,
    *,
    as_of: date | None,
    membership_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.PartnerRole], str | None]:
    """One page of the roles that partners have in the collective."""
    wanted = Wanted(place_id, ("role",), as_of, membership_id=membership_id)
    found, following = await _page(database, wanted, cursor, limit)
    return [role_view(entry) for entry, _ in found], following


async def list_focuses(
    database: Database,
    place_id: UUID,
    *,
    as_of: date | None,
    kind: EntryKind | None,
    code: str | None,
    organisation_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.Focus], str | None]:
    """One page of what the partners chose, by kind and code."""
    kinds = FOCUS_KINDS if kind is None else (kind,)
    wanted = Wanted(place_id, kinds, as_of, code, organisation_id=organisation_id)
    found, following = await _page(database, wanted, cursor, limit)
    return [focus_view(entry, name) for entry, name in found], following


async def organisation_name(tx: AsyncConnection, entry: DatedEntry) -> str:
    """The name of the organisation that an entry is about; empty where it is about none."""
    if entry.organisation_id is None:
        return ""
    found = await load_organisations(tx, [entry.organisation_id])
    return found[entry.organisation_id].legal_name


async def _entry(database: Database, entry_id: UUID, kinds: tuple[EntryKind, ...]) -> tuple[DatedEntry, str]:
    async with database.begin() as tx:
        entry = await load_entry(tx, entry_id, kinds)
        if entry is None:
            raise NOT_FOUND[kinds[0]]("There is nothing of that id.")
        return entry, await organisation_name(tx, entry)


async def _page(
    database: Database, wanted: Wanted, cursor: str | None, limit: int
) -> tuple[list[tuple[DatedEntry, str]], str | None]:
    async with database.begin() as tx:
        if await load_place(tx, wanted.place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        return await page_entries(tx, wanted, cursor=cursor, limit=limit)
