"""Whose signature it is, and the signature as a change finds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.errors import Forbidden, NotFound
from cdp_common.web.caller import Caller
from charter_api.domain.standing import Change
from charter_api.storage.signature_changes import as_changes, changes_of
from charter_api.storage.signatures import hold_signature, signature_by_id


class SignatureNotFound(NotFound):
    """No signature has this id."""

    code = "signature_not_found"
    title = "There is no such signature"


class NotYourSignature(Forbidden):
    """The signature is another organisation's. The register is public, so this hides nothing."""

    code = "not_your_signature"
    title = "The signature belongs to another organisation"


@dataclass(frozen=True)
class HeldSignature:
    """A signature that nobody else changes until the transaction ends."""

    row: RowMapping
    changes: list[Change]
    period: int
    """The number of the period that runs, or ran last."""

    @property
    def next_number(self) -> int:
        """The number of the next change."""
        return len(self.changes) + 1


def require_own(caller: Caller, signature: RowMapping) -> None:
    """Refuse unless the caller acts for the organisation that signed, or whose record it was merged into."""
    if signature["owner_id"] != caller.org:
        raise NotYourSignature("The caller does not act for the organisation that signed.")


async def known_signature(tx: AsyncConnection, signature_id: UUID, day: date) -> RowMapping:
    """The signature as it stood on a day; refused where there was none."""
    row = await signature_by_id(tx, signature_id, day)
    if row is None:
        raise SignatureNotFound("No signature has this id.")
    return row


async def held_signature(tx: AsyncConnection, signature_id: UUID, today: date) -> HeldSignature:
    """The signature, its changes, and the right to add one."""
    await hold_signature(tx, signature_id)
    row = await known_signature(tx, signature_id, today)
    rows = await changes_of(tx, signature_id)
    return HeldSignature(row, as_changes(rows), max(change["period"] for change in rows))
