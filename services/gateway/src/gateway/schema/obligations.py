"""Who owes which report by when: the place's calendar, and obligations of members and agreements."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import obligations as contract
from gateway.context import Info
from gateway.schema.agreements import Agreement
from gateway.schema.collective import OfOrganisation
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_together
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, uuid_of
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows


@strawberry.enum(description="Why a report is owed.")
class ObligationKind(Enum):
    """Why a report is owed."""

    MONTH = described_value("month", "The place asks for every month; not owed, and counted as timeliness.")
    QUARTER = described_value("quarter", "The minimum that every member owes.")
    CONTRACT = described_value("contract", "An agreement's schedule makes it due.")


@strawberry.enum(description="Whether an obligation is met.")
class ObligationState(Enum):
    """Whether an obligation is met."""

    OPEN = described_value("open", "Its day has not come.")
    MET = described_value("met", "The report was submitted.")
    OVERDUE = described_value("overdue", "Its day is past, and there is no report.")


@shows(contract.ReportingCalendar, "What a place asks of its reporters.", without={"place_id": "the parent"})
class ReportingCalendar:
    """A calendar."""

    version: int = said("The version; 0 is the platform's own, before a place has set one.")
    monthly_asked: bool = said("Whether months are asked for beside the quarterly minimum.")
    due_days: int = said("How many days after the end of what is reported a report is due.")
    reminder_days: list[int] = said("How many days before that its organisation is reminded.")
    recorded_at: datetime | None = said("When the place set it; null for the platform's own.")


@shows(
    contract.Obligation,
    "One report that an organisation owes, or is asked for.",
    without={"place_id": "the parent"},
)
class Obligation:
    """An obligation."""

    organisation_id: strawberry.Private[UUID]
    agreement_id: strawberry.Private[UUID | None]
    kind: ObligationKind = said("Why it is owed.")
    organisation_name: str = said("Who owes it.")
    agreement_reference: str | None = said(
        "The reference of the agreement that makes it due; null where no agreement does."
    )
    period_start: date = said("The first day of what is to be reported.")
    period_end: date = said("The last day of it.")
    due_on: date = said("The last day on which it is in time.")
    state: ObligationState = said("Whether it is met.")
    reported_on: date | None = said("When what meets it was first submitted; null until it is met.")
    on_time: bool | None = said("Whether it was in time; null until it is met or overdue.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("Who owes it.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)

    @calls_together("The agreement that makes it due; null where none does, or the caller may not see it.")
    async def agreement(self, info: Info) -> Agreement | None:
        """The agreement."""
        key = self.agreement_id
        return (
            None if key is None else maybe_shown(Agreement, await info.context.loaders.agreements.load(key))
        )


async def calendar_of_place(parent: strawberry.Parent[Any], info: Info) -> ReportingCalendar | None:
    """The calendar."""
    record = await info.context.upstreams.reporting.ask(
        lambda api: api.get_reporting_calendar(parent.rest_id)
    )
    return as_shown(ReportingCalendar, record)


async def obligations_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    from_: Annotated[
        date, strawberry.argument(name="from", description="Those that fall due from this day on.")
    ],
    to: Annotated[date, strawberry.argument(description="Those that fall due until this day.")],
    own: Annotated[
        bool, strawberry.argument(description="Those of the organisation that the token acts for alone.")
    ] = False,
    kind: Annotated[ObligationKind | None, strawberry.argument(description="Only of this kind.")] = None,
    state: Annotated[ObligationState | None, strawberry.argument(description="Only in this state.")] = None,
    organisation: OfOrganisation = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Obligation] | None:
    """A page of the reports that fall due in a window."""
    of_kind = None if kind is None else cast("contract.ObligationKind", kind.value)
    in_state = None if state is None else cast("contract.ObligationState", state.value)
    reporting = info.context.upstreams.reporting
    if own:
        return await page_of(
            Obligation,
            reporting,
            lambda api, page: api.list_own_obligations(
                parent.rest_id, from_=from_, to=to, kind=of_kind, state=in_state, **page
            ),
            first,
            after,
        )
    of_one = None if organisation is None else uuid_of(organisation, "Organisation")
    return await page_of(
        Obligation,
        reporting,
        lambda api, page: api.list_obligations(
            parent.rest_id,
            from_=from_,
            to=to,
            kind=of_kind,
            state=in_state,
            organisation_id=of_one,
            **page,
        ),
        first,
        after,
    )
