"""Writing a signed agreement and telling of it: what an award and a registration have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.agreements import Agreement
from procurement_api.storage.agreements import add_agreement
from procurement_api.use_cases.answers import agreement_answers
from procurement_api.use_cases.happenings import tell_agreement_signed


async def sign_agreement(
    tx: AsyncConnection, row: dict[str, Any], lines: list[dict[str, Any]], now: datetime
) -> Agreement:
    """The agreement as written; its commitments are told with it."""
    signed = {**row, "state": "signed", "terminated_on": None, "version": 1, "created_at": now}
    owned = [{**line, "agreement_id": row["id"]} for line in lines]
    await add_agreement(tx, signed, owned)
    [agreement] = agreement_answers([signed], owned)
    await tell_agreement_signed(tx, agreement, row["commissioner_name"], now)
    return agreement
