"""What procurement-api takes from the feed of partners-api: who was erased, who left, who was merged.

The plans of a partner that leaves end with its membership. Who was erased is named here no more:
scores, moderations and the evaluations that rest on them stay: they hold ids. A client's own reference for
the person, which may be a name or an address, is replaced by a keyed hash of it. So the client cannot bring
the person back under the same reference as somebody new, who would be let moderate what they have scored.
What a record of an organisation had that was merged into another one is the other one's from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope
from cdp_common.contracts.organisations import OrganisationMerged
from cdp_common.contracts.partners import MembershipChanged
from cdp_common.contracts.persons import PersonErased
from cdp_common.db.consumer import Handle
from cdp_common.db.merges import keep_merge
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.kernel.proofs import canonical_json, commitment
from procurement_api.storage.erased_people import add_erased_person, erase_evaluator, named_as
from procurement_api.use_cases.withdraw_plan import withdraw_plans_of_leaver

SOURCE = "partners"


def partners_follower(panel_key: Callable[[], bytes], clock: Clock = utc_now) -> Handle:
    """What applies one event; applying it again changes nothing. The key is asked for when it is needed."""

    async def follow_partners(tx: AsyncConnection, event: EventEnvelope) -> None:
        if event.type == "person.erased":
            person_id = PersonErased.model_validate(event.data).person_id
            await add_erased_person(tx, person_id, event.occurred_at)
            for row in await named_as(tx, person_id):
                client_id, reference = row["client_id"], row["reference"]
                if reference is not None:
                    reference = erased_reference(panel_key(), row["tender_id"], client_id, reference)
                await erase_evaluator(tx, row["id"], reference, event.occurred_at)
        elif event.type == "membership.ended":
            ended = MembershipChanged.model_validate(event.data, extra="ignore")
            await withdraw_plans_of_leaver(tx, ended, event.aggregate_version, clock())
        elif event.type == "organisation.merged":
            merged = OrganisationMerged.model_validate(event.data, extra="ignore")
            await keep_merge(tx, merged.organisation_id, merged.survivor_id, clock())

    return follow_partners


def erased_reference(panel_key: bytes, tender_id: UUID, client_id: str, reference: str) -> str:
    """What stands in place of a client's reference: without the key nobody can say what that was."""
    stated = {"tender": str(tender_id), "client": client_id, "reference": reference}
    return f"erased {commitment(panel_key, canonical_json(stated))}"
