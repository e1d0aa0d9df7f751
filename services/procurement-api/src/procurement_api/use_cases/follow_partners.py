"""What procurement-api takes from the feed of partners-api: who was erased, who left, who was merged.

The plans of a partner that leaves end with its membership. Who was erased is named here no more.
What a record of an organisation had that was merged into another one is the other one's from then on.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope
from cdp_common.contracts.organisations import OrganisationMerged
from cdp_common.contracts.partners import MembershipChanged
from cdp_common.contracts.persons import PersonErased
from cdp_common.db.consumer import Handle
from cdp_common.db.merges import keep_merge
from cdp_common.kernel.clock import Clock, utc_now
from procurement_api.storage.erased_people import add_erased_person, named_as
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.erase_evaluator import erase_named
from procurement_api.use_cases.withdraw_plan import withdraw_plans_of_leaver

SOURCE = "partners"


def partners_follower(panel_key: Callable[[], bytes], clock: Clock = utc_now) -> Handle:
    """What applies one event; applying it again changes nothing. The key is asked for when it is needed."""

    async def follow_partners(tx: AsyncConnection, event: EventEnvelope) -> None:
        if event.type == "person.erased":
            person_id = PersonErased.model_validate(event.data).person_id
            await add_erased_person(tx, person_id, event.occurred_at)
            for row in await named_as(tx, person_id):
                tender = await tender_by_id(tx, row["tender_id"])
                assert tender is not None  # a foreign key
                await erase_named(tx, row, tender, panel_key(), event.occurred_at)
        elif event.type == "membership.ended":
            ended = MembershipChanged.model_validate(event.data, extra="ignore")
            await withdraw_plans_of_leaver(tx, ended, event.aggregate_version, clock())
        elif event.type == "organisation.merged":
            merged = OrganisationMerged.model_validate(event.data, extra="ignore")
            await keep_merge(tx, merged.organisation_id, merged.survivor_id, clock())

    return follow_partners
