"""Reads what a collective is, or was, made of on any day."""

from datetime import date
from uuid import UUID

from cdp_common.contracts import collective as wire
from cdp_common.db.database import Database
from partners_api.domain.dated_entries import FOCUS_KINDS, DatedEntry, EntryKind, ProgrammeUnknown
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.dated_entries import Wanted, load_entry, page_entries
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


async def get_programme(database: Database, programme_id: UUID) -> wire.Programme:
    """The programme of work of that id."""
    async with database.begin() as tx:
        entry = await load_entry(tx, programme_id, ("programme",))
    if entry is None:
        raise ProgrammeUnknown("There is no programme of that id.")
    return programme_view(entry)


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


async def _page(
    database: Database, wanted: Wanted, cursor: str | None, limit: int
) -> tuple[list[tuple[DatedEntry, str]], str | None]:
    async with database.begin() as tx:
        if await load_place(tx, wanted.place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        return await page_entries(tx, wanted, cursor=cursor, limit=limit)
