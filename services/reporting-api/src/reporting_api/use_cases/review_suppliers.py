"""The review queue of suppliers: listed, decided by the partner or a programme manager, names removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.spend_suppliers import (
    SpendCandidate,
    SpendDecision,
    SpendDecisionDraft,
    SpendSupplier,
    SpendSupplierState,
)
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.web.caller import Caller
from reporting_api.domain.spend_imports import SpendSupplierNotFound
from reporting_api.domain.spend_matching import SpendDecisionInvalid, require_decision_holds
from reporting_api.domain.spend_rules import SpendRules
from reporting_api.storage.spend_suppliers import (
    add_decision,
    candidates_of,
    change_supplier,
    decisions_of,
    drop_candidates,
    drop_sites,
    places_of_supplier,
    supplier_by_id,
    supplier_shown,
    suppliers_page,
)
from reporting_api.use_cases.gather import organisations_of
from reporting_api.use_cases.import_spend import READERS
from reporting_api.use_cases.match_suppliers import refresh_organisations

DECIDERS = ("programme_manager",)
"""Roles that decide beside the partner itself."""


async def list_suppliers(
    db: Database,
    caller: Caller,
    place_id: UUID,
    *,
    organisation_id: UUID | None,
    state: SpendSupplierState | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[SpendSupplier], str | None]:
    """Suppliers paid in the place: every partner's for its officers and managers, else the own ones."""
    if not caller.has_role(place_id, *READERS):
        if organisation_id not in (None, caller.org):
            return [], None
        organisation_id = caller.org
    async with db.begin() as tx:
        rows = await suppliers_page(
            tx, place_id, organisation_id=organisation_id, state=state, cursor=cursor, limit=limit
        )
        kept, following = cut_page(rows, limit, lambda row: [row["id"]])
        return await _answers(tx, kept), following


async def decide_supplier(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    supplier_id: UUID,
    draft: SpendDecisionDraft,
    rules: SpendRules,
    once: Once,
    now: datetime,
) -> Answer:
    """The supplier after a decision about it; the decision stays on record, and later files follow it."""
    async with db.begin() as tx:
        await _decidable(tx, caller, supplier_id)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    require_decision_holds(draft.outcome, draft.organisation_id)
    if draft.organisation_id is not None:
        await _require_known(db, partners, draft.organisation_id, now)
    async with db.begin() as tx:
        row = await _decidable(tx, caller, supplier_id, lock=True)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await _decide(tx, caller, row, draft, rules.version, now)
        answer = await _answers(tx, [await supplier_shown(tx, supplier_id)])
        kept = await once.keep(tx, 201, answer[0], now=now)
    if draft.outcome == "accepted":
        await refresh_organisations(db, partners, row["organisation_id"], now)
    return kept


async def remove_supplier_name(
    db: Database, caller: Caller, supplier_id: UUID, reason: str, rules: SpendRules, now: datetime
) -> None:
    """Remove what names a supplier who is a person: its name, number, identifiers and postcodes.

    Later files that name it are kept without the name too. Asked again, nothing changes.
    """
    async with db.begin() as tx:
        row = await _decidable(tx, caller, supplier_id, lock=True)
        if row["removed_at"] is not None:
            return
        await drop_candidates(tx, supplier_id)
        await drop_sites(tx, supplier_id)
        gone: dict[str, object] = {
            "name": None,
            "ref": None,
            "identifiers": [],
            "state": "unknown",
            "matched_id": None,
        }
        await change_supplier(tx, supplier_id, {**gone, "removed_at": now})
        decision = _decision(caller, supplier_id, rules.version, now)
        await add_decision(tx, {**decision, "outcome": "unknown", "candidate_id": None, "reason": reason})


async def _decide(
    tx: AsyncConnection,
    caller: Caller,
    row: RowMapping,
    draft: SpendDecisionDraft,
    rules_version: int,
    now: datetime,
) -> None:
    supplier_id, chosen = row["id"], draft.organisation_id
    decision = _decision(caller, supplier_id, rules_version, now)
    stated = {"outcome": draft.outcome, "candidate_id": chosen, "reason": draft.reason}
    await add_decision(tx, {**decision, **stated})
    if draft.outcome == "accepted":
        await drop_candidates(tx, supplier_id)
        await change_supplier(tx, supplier_id, {"state": "matched", "matched_id": chosen})
    elif draft.outcome == "unknown":
        await drop_candidates(tx, supplier_id)
        await change_supplier(tx, supplier_id, {"state": "unknown", "matched_id": None})
    else:
        left = await drop_candidates(tx, supplier_id, chosen)
        stays = row["state"] == "matched" and row["matched_id"] != chosen
        if not stays:
            state = "to_review" if left else "unmatched"
            await change_supplier(tx, supplier_id, {"state": state, "matched_id": None})


def _decision(caller: Caller, supplier_id: UUID, rules_version: int, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "supplier_id": supplier_id,
        "basis": "person",
        "rules_version": rules_version,
        "decider_id": caller.org,
        "client_id": caller.client_id,
        "person_id": caller.sub,
        "decided_at": now,
    }


async def _decidable(
    tx: AsyncConnection, caller: Caller, supplier_id: UUID, *, lock: bool = False
) -> RowMapping:
    """The supplier, for its partner and programme managers of places where it was paid; else none."""
    row = await supplier_by_id(tx, supplier_id, lock=lock)
    if row is None:
        raise SpendSupplierNotFound("No supplier has this id, or none that you may see.")
    if row["organisation_id"] != caller.org:
        places = await places_of_supplier(tx, supplier_id)
        if not any(caller.has_role(place, *DECIDERS) for place in places):
            raise SpendSupplierNotFound("No supplier has this id, or none that you may see.")
    return row


async def _require_known(
    db: Database, partners: PartnersClient, organisation_id: UUID, now: datetime
) -> None:
    if organisation_id not in await organisations_of(db, partners, {organisation_id}, now):
        fault = FieldError("/organisation_id", "organisation_unknown", "no organisation has this id")
        raise SpendDecisionInvalid("The decision does not hold; see errors.", errors=[fault])


async def _answers(tx: AsyncConnection, rows: Sequence[RowMapping]) -> list[SpendSupplier]:
    ids = [row["id"] for row in rows]
    candidates, decisions = await candidates_of(tx, ids), await decisions_of(tx, ids)
    return [
        SpendSupplier(
            id=row["id"],
            organisation_id=row["organisation_id"],
            name=row["name"],
            ref=row["ref"],
            identifiers=row["identifiers"],
            state=row["state"],
            matched_id=row["matched_id"],
            matched_name=row["matched_name"],
            row_count=row["row_count"],
            net_gbp=gbp_from_pence(int(row["pence"])),
            candidates=[_candidate(one) for one in candidates.get(row["id"], ())],
            decisions=[_shown(one) for one in decisions.get(row["id"], ())],
        )
        for row in rows
    ]


def _candidate(row: RowMapping) -> SpendCandidate:
    return SpendCandidate(
        organisation_id=row["candidate_id"],
        name=row["name"],
        basis=row["basis"],
        score=row["score"],
        state=row["candidate_state"],
    )


def _shown(row: RowMapping) -> SpendDecision:
    return SpendDecision(
        id=row["id"],
        outcome=row["outcome"],
        organisation_id=row["candidate_id"],
        basis=row["basis"],
        score=row["score"],
        rules_version=row["rules_version"],
        reason=row["reason"],
        decided_by=row["decider_id"],
        decided_at=row["decided_at"],
    )
