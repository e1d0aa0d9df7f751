"""Reports as they are recorded and valued, and joint activities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import activities
from cdp_common.contracts import reporting as contract
from gateway.context import Context, Info
from gateway.errors import UpstreamFault
from gateway.of_organisations import FirstReports, OfOrganisation
from gateway.schema.enums import DataStatus
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, connect_first, parse_uuid
from gateway.schema.partners import Organisation, organisation_of, place_of
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows, shows_node
from gateway.schema.report_lines import StatedLine
from gateway.schema.writing_enums import EvidenceLevel, LineState, ReportState

if TYPE_CHECKING:
    from gateway.schema.places import Place

LazyPlace = Annotated["Place", strawberry.lazy("gateway.schema.places")]


@shows(
    contract.ReportLine,
    "A line of a report as it was recorded and valued.",
    without={"licensed_framework": "its pounds are null", "withheld": "its pounds are null"},
)
class ReportLine(StatedLine):
    """A line."""

    line_id: UUID = said("The id by which the REST APIs know the line.")
    state: LineState = said("How far it has come.")
    counted_quantity: Decimal = said("What of the quantity adds up.")
    accepted_quantity: Decimal | None = said("What a validator accepted; null until then.")
    total: Money | None = said("Social plus local economic value; null without the licence.", of="total_gbp")
    social: Money | None = said("Social value; null without the licence.", of="social_gbp")
    local_economic: Money | None = said(
        "Local economic value; null without the licence.", of="local_economic_gbp"
    )
    validated: Money | None = said(
        "What of it was validated; null until then, or without the licence.", of="validated_gbp"
    )
    review_reason: str | None = said("Why a validator decided so; null until then.")
    review_method: str | None = said("How it was reviewed; null until then.")
    evidence_level: EvidenceLevel | None = said("What the review rests on; null until then.")


@shows(contract.BeyondCommitment, "A promised line of which more was delivered than was promised.")
class BeyondCommitment:
    """More than was promised."""

    commitment_line_id: UUID = said("The commitment's id in the REST APIs.")
    committed_quantity: Decimal = said("How much was promised.")
    delivered_quantity: Decimal = said("How much was delivered by the end of the period.")
    beyond_quantity: Decimal = said("How much more that is.")


@shows_node(contract.Report, "A report as it was recorded, with its lines valued.")
class Report(Node):
    """A report."""

    record: strawberry.Private[contract.Report]
    rest_id: UUID = said("The id by which the REST APIs know the report.", of="id")
    organisation_name: str = said("Whose report it is.")
    period_start: date = said("The period's first day.")
    period_end: date = said("The period's last day.")
    state: ReportState = said("How far it has come.")
    nil_return: bool = said("Whether there was nothing to report.")
    named_totals_agreed: bool = said("Whether publications may name the reporter's own totals.")
    local_area: str = said("The area in which 'local' is meant.")
    submitted_at: datetime = said("When it was submitted.")
    supersedes: UUID | None = said("The id of the report that it corrects; null for a first one.")
    correction_reason: str | None = said("Why it corrects; null where it corrects none.")
    lines: list[ReportLine] = said("What was delivered; the first thousand of a longer report.")
    line_count: int = said("How many lines it has.")
    lines_withheld: int = said("How many lines are not shown: another organisation's licensed ones.")
    beyond_commitments: list[BeyondCommitment] = said("Promises that were more than kept.")
    version: int = said("Its version.")
    data_status: DataStatus = said("Whether the report is real or a sample.")

    @calls_together("Whose report it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.record.organisation_id)

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.record.place_id)

    @calls_each("All its lines, page by page, in the order in which they were stated.")
    async def all_lines(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[ReportLine] | None:
        """A page of lines."""
        return await page_of(
            ReportLine,
            info.context.upstreams.reporting,
            lambda api, page: api.list_report_lines(self.record.id, **page),
            first,
            after,
        )


@shows(activities.ActivityPartner, "A partner's share of a joint activity.")
class ActivityPartner:
    """A partner."""

    organisation_id: strawberry.Private[UUID]
    share: Decimal = said("The share, from 0 to 1.")
    confirmed_at: datetime | None = said("When the partner confirmed it; null until then.")

    @calls_together("The partner.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The partner."""
        return await organisation_of(info.context, self.organisation_id)


@shows(activities.Activity, "A joint activity; it counts once every partner has confirmed its share.")
class Activity:
    """A joint activity."""

    place_id: strawberry.Private[UUID]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    title: str = said("The title.")
    partners: list[ActivityPartner] = said("The partners with their shares.")
    confirmed: bool = said("Whether every partner has confirmed.")
    version: int = said("Its version.")
    data_status: DataStatus = said("Whether it is real or a sample.")

    @calls_together("The place.")
    async def place(self, info: Info) -> LazyPlace | None:
        """The place."""
        return await place_of(info.context, self.place_id)


async def reports_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    state: Annotated[ReportState | None, strawberry.argument(description="Only in this state.")] = None,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Report] | None:
    """A page of reports, the oldest first."""
    wanted = None if state is None else state.value
    return await page_of(
        Report,
        info.context.upstreams.reporting,
        lambda api, page: api.list_reports(place_id=parent.rest_id, state=wanted, **page),
        first,
        after,
    )


async def reports_of_organisation(
    info: Info, ids: Sequence[UUID], state: ReportState | None, first: int, after: str | None
) -> Connection[Report]:
    """A page of an organisation's reports; the first pages of several are read together."""
    wanted = None if state is None else state.value
    if after is None:
        asked = OfOrganisation(tuple(ids), FirstReports(first + 1, wanted))
        found = await info.context.loaders.reports_of.load(asked)
        in_order = sorted(found, key=lambda one: one.id)
        return connect_first(in_order, partial(as_shown, Report), first)
    return await page_of(
        Report,
        info.context.upstreams.reporting,
        lambda api, page: api.list_reports(organisation_ids=ids, state=wanted, **page),
        first,
        after,
    )


@strawberry.type
class ReportQueries:
    """What can be asked of reports at the root."""

    @calls_each("A joint activity by its id in the REST APIs; null when there is none to be seen.")
    async def activity(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The id.")],  # noqa: A002 - as named
    ) -> Activity | None:
        """An activity."""
        try:
            record = await info.context.upstreams.reporting.ask(lambda api: api.get_activity(id))
        except UpstreamFault as fault:
            if fault.is_not_found:
                return None
            raise
        return as_shown(Activity, record)


async def report_node(context: Context, key: str) -> Report | None:
    """The report of a node id."""
    return maybe_shown(Report, await context.loaders.reports.load(parse_uuid(key)))
