"""What is said of organisations: their size and kind, and dated flags with their sources."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import descriptions as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from partners_api.domain.authority import Actor, may_change_organisation, require_may_change_organisation
from partners_api.domain.flags import Flag, FlagUnknown, require_well_formed
from partners_api.domain.merging import require_own_record
from partners_api.domain.organisations import Organisation, OrganisationUnknown
from partners_api.domain.sizes import SizeStatement, definition_on, is_sme, is_vcse, require_stated_by
from partners_api.storage.descriptions import (
    insert_flag,
    insert_size,
    load_flag,
    page_flags,
    page_sizes,
    update_flag_end,
)
from partners_api.storage.organisations import load_organisation, load_organisations, update_organisation
from partners_api.storage.sme_definitions import sme_definitions
from partners_api.use_cases.happenings import organisation_event


async def state_size(
    database: Database,
    actor: Actor,
    organisation_id: UUID,
    draft: wire.SizeStatementDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the statement; the latest one says whether the organisation is an SME or a VCSE."""
    async with database.begin() as tx:
        organisation = await _changing(tx, actor, organisation_id)
        if earlier := await once.replay(tx):
            return earlier
        require_stated_by(draft.stated_on, now.date())
        statement = SizeStatement(
            id=new_id(),
            organisation_id=organisation_id,
            stated_on=draft.stated_on,
            staff=draft.staff,
            turnover_pence=None if draft.turnover_gbp is None else pence_from_gbp(draft.turnover_gbp),
            balance_sheet_pence=(
                None if draft.balance_sheet_gbp is None else pence_from_gbp(draft.balance_sheet_gbp)
            ),
            is_non_governmental=draft.is_non_governmental,
            is_value_driven=draft.is_value_driven,
            reinvests_surpluses=draft.reinvests_surpluses,
            source=draft.source,
            definition=definition_on(sme_definitions(), draft.stated_on).code,
            recorded_at=now,
        )
        await insert_size(tx, statement, client_id=actor.client_id)
        await _conclude(tx, organisation, now)
        return await once.keep(tx, 201, _size_view(statement), now=now)


async def _conclude(tx: AsyncConnection, organisation: Organisation, now: datetime) -> None:
    """Let the organisation be what the statement of the latest day makes it; what that leaves open stays."""
    [latest], _ = await page_sizes(tx, organisation.id, cursor=None, limit=1)
    small, voluntary = _is_sme(latest), is_vcse(latest)
    after = replace(
        organisation,
        is_sme=organisation.is_sme if small is None else small,
        is_vcse=organisation.is_vcse if voluntary is None else voluntary,
    )
    if after != organisation:
        after = replace(after, version=organisation.version + 1)
        await update_organisation(tx, after)
        await record_event(tx, organisation_event("organisation.changed", after), now)


def _is_sme(statement: SizeStatement) -> bool | None:
    definition = next(each for each in sme_definitions() if each.code == statement.definition)
    return is_sme(definition, statement.staff, statement.turnover_pence, statement.balance_sheet_pence)


async def list_sizes(
    database: Database, actor: Actor, organisation_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.SizeStatement], str | None]:
    """One page of the statements, the latest first, to the organisation itself and those who vouch."""
    require_may_change_organisation(actor, organisation_id)
    async with database.begin() as tx:
        found, following = await page_sizes(tx, organisation_id, cursor=cursor, limit=limit)
    return [_size_view(each) for each in found], following


async def add_flag(
    database: Database,
    actor: Actor,
    organisation_id: UUID,
    draft: wire.FlagDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the flag; it says who states it, the organisation or its programme."""
    async with database.begin() as tx:
        await _changing(tx, actor, organisation_id)
        if earlier := await once.replay(tx):
            return earlier
        flag = Flag(
            id=new_id(),
            organisation_id=organisation_id,
            kind=draft.kind,
            code=draft.code,
            place_id=draft.place_id,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            source=draft.source,
            source_url=draft.source_url,
            stated_by="organisation" if actor.organisation_id == organisation_id else "programme",
            recorded_at=now,
        )
        require_well_formed(flag)
        await insert_flag(tx, flag, client_id=actor.client_id)
        return await once.keep(tx, 201, _flag_view(flag), now=now)


async def get_flag(database: Database, flag_id: UUID) -> wire.Flag:
    """The flag of that id."""
    async with database.begin() as tx:
        flag = await load_flag(tx, flag_id)
    if flag is None:
        raise FlagUnknown("There is no flag of that id.")
    return _flag_view(flag)


async def end_flag(
    database: Database,
    actor: Actor,
    flag_id: UUID,
    end: wire.FlagEnd,
    require_match: Callable[[wire.Flag], None],
) -> wire.Flag:
    """The flag with its last day; to those who may not change it, it is unknown."""
    async with database.begin() as tx:
        flag = await load_flag(tx, flag_id, for_change=True)
        if flag is None or not may_change_organisation(actor, flag.organisation_id):
            raise FlagUnknown("There is no flag of that id.")
        require_match(_flag_view(flag))
        ended = replace(flag, valid_to=end.valid_to)
        require_well_formed(ended)
        await update_flag_end(tx, ended)
    return _flag_view(ended)


async def list_flags(
    database: Database, organisation_id: UUID, *, as_of: date | None, cursor: str | None, limit: int
) -> tuple[list[wire.Flag], str | None]:
    """One page of the flags of the record to which the id leads, those of one day or all there ever were."""
    async with database.begin() as tx:
        found = await load_organisations(tx, [organisation_id])
        if organisation_id not in found:
            raise OrganisationUnknown("There is no organisation of that id.")
        stays = found[organisation_id]
        ids = [stays.id, *stays.merged_ids]
        flags, following = await page_flags(tx, ids, as_of=as_of, cursor=cursor, limit=limit)
    return [_flag_view(flag) for flag in flags], following


async def _changing(tx: AsyncConnection, actor: Actor, organisation_id: UUID) -> Organisation:
    organisation = await load_organisation(tx, organisation_id, for_change=True)
    if organisation is None:
        raise OrganisationUnknown("There is no organisation of that id.")
    require_may_change_organisation(actor, organisation_id)
    require_own_record(organisation)
    return organisation


def _size_view(statement: SizeStatement) -> wire.SizeStatement:
    turnover, balance_sheet = statement.turnover_pence, statement.balance_sheet_pence
    return wire.SizeStatement(
        id=statement.id,
        organisation_id=statement.organisation_id,
        stated_on=statement.stated_on,
        staff=statement.staff,
        turnover_gbp=None if turnover is None else gbp_from_pence(turnover),
        balance_sheet_gbp=None if balance_sheet is None else gbp_from_pence(balance_sheet),
        is_non_governmental=statement.is_non_governmental,
        is_value_driven=statement.is_value_driven,
        reinvests_surpluses=statement.reinvests_surpluses,
        source=statement.source,
        definition=statement.definition,
        is_sme=_is_sme(statement),
        is_vcse=is_vcse(statement),
        recorded_at=statement.recorded_at,
    )


def _flag_view(flag: Flag) -> wire.Flag:
    return wire.Flag(
        id=flag.id,
        organisation_id=flag.organisation_id,
        kind=flag.kind,
        code=flag.code,
        place_id=flag.place_id,
        valid_from=flag.valid_from,
        valid_to=flag.valid_to,
        source=flag.source,
        source_url=flag.source_url,
        stated_by=flag.stated_by,
        recorded_at=flag.recorded_at,
    )
