"""Signatures that a network enters for organisations, which have yet to say that they are theirs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound

EntryState = Literal["pending", "signed", "declined", "withdrawn", "expired"]
End = Literal["declined", "withdrawn"]


class EntryNotFound(NotFound):
    """There is no entry of this id that the caller made or that names its organisation."""

    code = "signature_entry_not_found"
    title = "There is no such entry"


class EntryUnsound(InvalidInput):
    """Whose signature is entered is not stated as it must be; `errors` say where."""

    code = "signature_entry_unsound"
    title = "The entry does not hold"


class EntryDecided(Conflict):
    """The entry was confirmed, declined or withdrawn, or its time is over."""

    code = "signature_entry_decided"
    title = "The entry is pending no longer"


class AlreadyEntered(Conflict):
    """The network has an entry for the organisation that waits for its word."""

    code = "signature_already_entered"
    title = "The organisation's signature is entered already"


class EntryOfAnother(Forbidden):
    """Whoever enters a signature cannot confirm it."""

    code = "signature_entry_of_another"
    title = "Only the organisation itself confirms its signature"


@dataclass(frozen=True)
class OwnRecord:
    """An organisation as it looks for its entries: every id that leads to it, and identifiers proved."""

    ids: frozenset[UUID]
    identifiers: frozenset[str]
    """As `GB-COH:01234567`; empty unless the organisation is verified, since anybody can claim one."""

    def is_named(self, organisation_id: UUID | None, identifier: str | None) -> bool:
        """Whether an entry names the organisation: by id, or where it has none by a proved identifier."""
        if organisation_id is not None:
            return organisation_id in self.ids
        return identifier in self.identifiers


def subject_of(organisation_id: UUID | None, identifier: str | None) -> str:
    """By what an entry is told from others of the same network."""
    return str(organisation_id) if organisation_id is not None else str(identifier)


def state_now(state: EntryState, expires_on: date, today: date) -> EntryState:
    """The state, with time taken into account: what nobody has confirmed by its last day has expired."""
    return "expired" if state == "pending" and today > expires_on else state


def require_pending(state: EntryState) -> None:
    """Refuse what is decided or expired."""
    if state != "pending":
        raise EntryDecided(f"The entry is {state}.")


def end_by(own: OwnRecord, entered_by: UUID, *, is_named: bool) -> End:
    """What ending an entry is called: the organisation declines, the network withdraws."""
    if is_named:
        return "declined"
    if entered_by in own.ids:
        return "withdrawn"
    raise EntryNotFound("No entry of this id names the caller's organisation.")


def require_named_well(organisation_id: UUID | None, identifier: str | None) -> None:
    """Refuse a row that names its organisation by nothing, or by two things that may differ."""
    if (organisation_id is None) == (identifier is None):
        words = "An organisation is named by its id or by an identifier, one of the two."
        raise EntryUnsound(words, errors=[FieldError("/organisation_id", "organisation_ambiguous", words)])


def require_described(stated: Collection[object | None]) -> None:
    """Refuse an unknown organisation without a name or a kind."""
    if None in stated:
        words = "An organisation that is not registered is stated with its legal_name and kind."
        raise EntryUnsound(words, errors=[FieldError("/legal_name", "organisation_undescribed", words)])
