"""How a signature stood from its first day on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.base import EventActor
from cdp_common.contracts.signature_changes import (
    PledgeRecorded,
    SignatureChange,
    SignatureHistory,
    SignatureStanding,
)
from cdp_common.db.database import Database
from cdp_common.db.events import actors_of
from cdp_common.web.caller import Caller
from charter_api.domain.standing import standings
from charter_api.storage.signature_changes import as_changes, changes_of
from charter_api.storage.signatures import pledges_of
from charter_api.use_cases.own_signature import known_signature


async def read_history(
    db: Database, caller: Caller | None, signature_id: UUID, until: date
) -> SignatureHistory:
    """The states one after the other, and the changes that hold by then.

    Reasons are free text about an organisation: the signatory and the place's programme managers read them,
    and who made each change and pledge.
    """
    async with db.begin() as tx:
        signature = await known_signature(tx, signature_id, until)
        rows = [row for row in await changes_of(tx, signature_id) if row["effective_on"] <= until]
        actors = await actors_of(tx, "signature", signature_id)
        pledges = await pledges_of(tx, [signature_id], until)
    reads_all = caller is not None and (
        caller.org == signature["owner_id"] or caller.has_role(signature["place_id"], "programme_manager")
    )
    return SignatureHistory(
        signature_id=signature_id,
        organisation_id=signature["organisation_id"],
        until=until,
        standings=[
            SignatureStanding(state=one.state, from_on=one.from_on, reason=one.reason if reads_all else None)
            for one in standings(as_changes(rows), until)
        ],
        changes=[_change(row, actors.get(row["number"]), reads_all=reads_all) for row in rows],
        pledges=[
            PledgeRecorded(
                pledge_id=row["id"],
                recorded_at=row["recorded_at"],
                actor=EventActor.model_validate(row["actor"]) if reads_all and row["actor"] else None,
            )
            for row in pledges
        ],
    )


def _change(row: RowMapping, actor: EventActor | None, *, reads_all: bool) -> SignatureChange:
    return SignatureChange(
        number=row["number"],
        kind=row["kind"],
        effective_on=row["effective_on"],
        recorded_at=row["recorded_at"],
        charter_version=row["charter_version"],
        starts_on=row["starts_on"],
        renewal_due_on=row["renewal_due_on"],
        expires_on=row["expires_on"],
        level=row["level"],
        merged_into=row["merged_into"],
        reason=row["reason"] if reads_all else None,
        actor=actor if reads_all else None,
    )
