"""Who acts on a tender's panel: a person who signed in, or one whom the client names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.panels import AssertedPerson
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain import panel as rules
from procurement_api.domain.entries import Entries
from procurement_api.storage.bids import bids_of
from procurement_api.storage.erased_people import is_erased
from procurement_api.storage.panels import (
    add_person,
    change_person,
    has_moderated,
    has_scored,
    latest_declarations,
    people_of,
)
from procurement_api.use_cases.entries_of import entries_of
from procurement_api.use_cases.erase_evaluator import erased_reference

EVALUATOR, MODERATOR = "evaluator", "moderator"


@dataclass(frozen=True)
class PanelOf:
    """A tender's panel as it stands, read under the tender's lock."""

    tender: RowMapping
    key: bytes = field(repr=False)
    """Hides references of people who were erased."""
    people: Mapping[UUID, rules.Person]
    interests: Mapping[UUID, rules.Interests]
    bidders: frozenset[UUID]
    entries: Entries

    def named(self, ids: Iterable[UUID]) -> list[rules.Person]:
        """The people with these ids."""
        return [self.people[one] for one in ids]


async def panel_of(tx: AsyncConnection, tender: RowMapping, key: bytes) -> PanelOf:
    """The tender's panel: its people with what they declared, and the bids that it judges."""
    people = {row["id"]: person(row) for row in await people_of(tx, tender["id"])}
    declared = await latest_declarations(tx, tender["id"])
    found = [bid for bid in await bids_of(tx, tender["id"]) if bid["state"] == "opened"]
    return PanelOf(
        tender=tender,
        key=key,
        people=people,
        interests=rules.interests_by_person(
            people.values(), {one: interests(row["conflicts"]) for one, row in declared.items()}
        ),
        bidders=frozenset(bid["tenderer_organisation_id"] for bid in found),
        entries=await entries_of(tx, tender),
    )


def person(row: RowMapping) -> rules.Person:
    """Somebody of a panel as the rules see them."""
    return rules.Person(row["id"], row["person_id"], row["organisation_id"])


def interests(conflicts: Sequence[Mapping[str, Any]]) -> rules.Interests:
    """Declared conflicts as the rules see them."""
    bids = [UUID(one["bid_id"]) for one in conflicts if one["bid_id"] is not None]
    return rules.Interests(frozenset(bids), whole_tender=len(bids) < len(conflicts))


async def acting_person(
    tx: AsyncConnection,
    caller: Caller,
    panel: PanelOf,
    named: AssertedPerson | None,
    now: datetime,
    *roles: str,
) -> rules.Person:
    """Who acts: the person of the token, who needs one of the roles, or whom the client names."""
    acting = await _member(tx, caller, panel, named, now, roles)
    rules.require_no_bidder(acting, caller.act, panel.bidders)
    return acting


async def _member(
    tx: AsyncConnection,
    caller: Caller,
    panel: PanelOf,
    named: AssertedPerson | None,
    now: datetime,
    roles: Sequence[str],
) -> rules.Person:
    known = await people_of(tx, panel.tender["id"])
    if caller.sub is not None:
        if named is not None:
            raise rules.EvaluatorNotCaller("The token names a person; name nobody else.")
        caller.requires_role(panel.tender["place_id"], *roles)
        who = {"person_id": caller.sub, "organisation_id": caller.org}
        found = [row for row in known if row["client_id"] is None and row["person_id"] == caller.sub]
    elif named is None:
        raise rules.EvaluatorUnnamed("Sign in as a person, or name who has scored or moderated.")
    else:
        who = named.model_dump() | {"client_id": caller.client_id}
        await _require_not_erased(tx, panel, caller.client_id, named, known)
        mine = (caller.client_id, named.reference)
        found = [row for row in known if (row["client_id"], row["reference"]) == mine]
    if not found:
        if len(known) >= rules.MAX_MEMBERS:
            raise rules.PanelFull(f"A panel has at most {rules.MAX_MEMBERS} people.")
        row = {"id": new_id(), "tender_id": panel.tender["id"], "created_at": now, **who}
        await add_person(tx, row)
        return rules.Person(row["id"], who.get("person_id"), who.get("organisation_id"))
    news = {name: value for name, value in who.items() if value is not None and found[0][name] != value}
    if news:
        await change_person(tx, found[0]["id"], **news)
    merged = {**found[0], **news}
    return rules.Person(merged["id"], merged["person_id"], merged["organisation_id"])


async def _require_not_erased(
    tx: AsyncConnection,
    panel: PanelOf,
    client_id: str,
    named: AssertedPerson,
    known: Sequence[RowMapping],
) -> None:
    """Refuse a reference whose person was erased, and the number of somebody who was."""
    erased = erased_reference(panel.key, panel.tender["id"], client_id, named.reference)
    by_reference = any((row["client_id"], row["reference"]) == (client_id, erased) for row in known)
    if by_reference or (named.person_id is not None and await _is_erased_number(tx, named.person_id, known)):
        raise rules.EvaluatorErased("The person was erased and is named here no more.")


async def _is_erased_number(tx: AsyncConnection, person_id: UUID, known: Sequence[RowMapping]) -> bool:
    """Whether the person was erased, on the whole platform or in this panel."""
    in_panel = any(row["person_id"] == person_id and row["erased_at"] is not None for row in known)
    return in_panel or await is_erased(tx, person_id)


async def require_may_score(tx: AsyncConnection, panel: PanelOf, who: rules.Person, bids: set[UUID]) -> None:
    """Refuse an evaluator who declared nothing, keeps away from one of the bids, or has moderated."""
    rules.require_declared(panel.interests.get(who.id), bids)
    rules.require_four_eyes(who, panel.named(await has_moderated(tx, panel.tender["id"])))


async def require_may_moderate(
    tx: AsyncConnection, panel: PanelOf, who: rules.Person, bids: set[UUID]
) -> None:
    """Refuse a moderator who declared nothing, keeps away from one of the bids, or has scored."""
    rules.require_declared(panel.interests.get(who.id), bids)
    rules.require_four_eyes(who, panel.named(await has_scored(tx, panel.tender["id"])))
