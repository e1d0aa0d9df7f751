"""Plans of own activity as they go out on the wire, and what is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import ActedBy
from cdp_common.contracts.commitments import CommitmentsEnded, CommitmentsMade, CommitmentsVaried
from cdp_common.contracts.plans import Plan
from cdp_common.db.events import INTERNAL, NewEvent, org_audience, record_event
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.plan import StandingPlan
from procurement_api.use_cases.actors import actor_answer
from procurement_api.use_cases.answers import by_column, commitment_answer
from procurement_api.use_cases.standing_promises import promise_of

_SAID = tuple(name for name in Plan.model_fields if name not in ("lines", "acted_by"))


def plan_answers(rows: Sequence[Mapping[Any, Any]], line_rows: Sequence[Mapping[Any, Any]]) -> list[Plan]:
    """Plans with their lines, in the order of `rows`."""
    by_plan = by_column(line_rows, "plan_id")
    return [
        Plan(
            **{name: row[name] for name in _SAID},
            acted_by=actor_answer(row),
            lines=[commitment_answer(line) for line in by_plan.get(row["id"], [])],
        )
        for row in rows
    ]


def standing_plan(
    row: Mapping[Any, Any], lines: Sequence[Mapping[str, Any]], changed_on: date | None
) -> StandingPlan:
    """The stored plan before a change, as the rules see it."""
    return StandingPlan(
        life=ContractPeriod(row["starts_on"], row["ends_on"]),
        adopted_on=row["adopted_on"],
        changed_on=changed_on,
        withdrawn_on=row["withdrawn_on"],
        lines={line["line_id"]: promise_of(line) for line in lines},
    )


async def tell_plan_adopted(tx: AsyncConnection, plan: Plan, now: datetime) -> None:
    """`plan.adopted`, with its commitments, to the services and the partner."""
    made = CommitmentsMade(
        source_id=plan.id,
        kind="plan",
        route="own_activity",
        reference=plan.reference,
        title=plan.title,
        place_id=plan.place_id,
        deliverer_id=plan.organisation_id,
        deliverer_name=plan.organisation_name,
        commissioner_id=None,
        commissioner_name=None,
        signed_on=plan.adopted_on,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        data_status=plan.data_status,
        acted_by=plan.acted_by,
        lines=plan.lines,
    )
    await _tell(tx, "adopted", plan, made, plan.adopted_on, now)


async def tell_plan_varied(tx: AsyncConnection, plan: Plan, told: CommitmentsVaried, now: datetime) -> None:
    """`plan.varied`, with the lines that changed, to the services and the partner."""
    await _tell(tx, "varied", plan, told, told.effective_on, now)


async def tell_plan_withdrawn(tx: AsyncConnection, plan: Plan, by: ActedBy | None, now: datetime) -> None:
    """`plan.withdrawn`, to the services and the partner."""
    assert plan.withdrawn_on is not None
    assert plan.withdrawal_reason is not None
    told = CommitmentsEnded(
        source_id=plan.id,
        place_id=plan.place_id,
        effective_on=plan.withdrawn_on,
        reason=plan.withdrawal_reason,
        acted_by=by,
    )
    await _tell(tx, "withdrawn", plan, told, plan.withdrawn_on, now)


async def _tell(
    tx: AsyncConnection,
    happened: Literal["adopted", "varied", "withdrawn"],
    plan: Plan,
    told: CommitmentsMade | CommitmentsVaried | CommitmentsEnded,
    effective_on: date,
    now: datetime,
) -> None:
    event = NewEvent(
        type=f"plan.{happened}",
        aggregate_type="plan",
        aggregate_id=plan.id,
        aggregate_version=plan.version,
        place_id=plan.place_id,
        audience=(INTERNAL, org_audience(plan.organisation_id)),
        data=told.model_dump(mode="json"),
        effective_on=effective_on,
    )
    await record_event(tx, event, now)
