"""Writing pledges together with the events that carry them to reporting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.charter import PledgeDraft
from cdp_common.contracts.commitments import CommitmentLine, CommitmentsMade
from cdp_common.db.acting import acting
from cdp_common.db.events import NewEvent, record_events
from cdp_common.kernel.identifiers import new_id
from charter_api.storage.signatures import add_pledges


async def make_pledges(
    tx: AsyncConnection,
    signature: RowMapping | dict[str, Any],
    offered: Sequence[dict[str, str]],
    drafts: Sequence[PledgeDraft],
    commitments: Sequence[CommitmentLine | None],
    now: datetime,
) -> list[UUID]:
    """The ids of the pledges written, made today; each measurable one is announced as `pledge.made`."""
    rows = pledge_rows(signature, offered, drafts, commitments, now)
    await add_pledges(tx, rows)
    await record_events(tx, pledges_made(signature, rows, commitments, now.date()), now)
    return [row["id"] for row in rows]


def pledge_rows(
    signature: RowMapping | dict[str, Any],
    offered: Sequence[dict[str, str]],
    drafts: Sequence[PledgeDraft],
    commitments: Sequence[CommitmentLine | None],
    now: datetime,
) -> list[dict[str, Any]]:
    """The pledges of a signature as they are written."""
    by_code, actor = {pledge["code"]: pledge for pledge in offered}, acting()
    return [
        {
            "id": new_id(),
            "signature_id": signature["id"],
            "pledge": draft.pledge,
            "title": by_code[draft.pledge]["title"],
            "objective": by_code[draft.pledge]["objective"],
            "text": draft.text,
            "starts_on": draft.starts_on,
            "ends_on": draft.ends_on,
            "commitment": None if commitment is None else commitment.model_dump(mode="json"),
            "recorded_at": now,
            "actor": None if actor is None else actor.model_dump(mode="json"),
        }
        for draft, commitment in zip(drafts, commitments, strict=True)
    ]


def pledges_made(
    signature: RowMapping | dict[str, Any],
    rows: Sequence[dict[str, Any]],
    commitments: Sequence[CommitmentLine | None],
    made_on: date,
) -> list[NewEvent]:
    """The events of the measurable ones among a signature's pledges, which are committed from a day on."""
    return [
        _pledge_made(signature, row, commitment, made_on)
        for row, commitment in zip(rows, commitments, strict=True)
        if commitment is not None
    ]


def _pledge_made(
    signature: RowMapping | dict[str, Any], row: dict[str, Any], commitment: CommitmentLine, made_on: date
) -> NewEvent:
    made = CommitmentsMade(
        source_id=row["id"],
        kind="pledge",
        route="charter",
        reference=row["pledge"],
        title=row["title"],
        place_id=signature["place_id"],
        deliverer_id=signature["organisation_id"],
        deliverer_name=signature["organisation_name"],
        commissioner_id=None,
        commissioner_name=None,
        signed_on=min(made_on, row["ends_on"]),  # one for days that are over counts on the last of them
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        data_status=signature["data_status"],
        lines=[commitment],
    )
    return NewEvent(
        type="pledge.made",
        aggregate_type="pledge",
        aggregate_id=row["id"],
        aggregate_version=1,
        place_id=signature["place_id"],
        audience=("public",),
        data=made.model_dump(mode="json"),
        effective_on=row["starts_on"],
    )
