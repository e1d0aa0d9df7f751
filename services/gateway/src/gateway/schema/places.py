"""A place: what every service knows of it, joined."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts import partners as contract
from cdp_common.contracts.tenders import TenderState as TenderStateText
from gateway.context import Context, Info
from gateway.schema.agreements import agreements_of_place
from gateway.schema.charter import Charter, Signatory
from gateway.schema.checklists import checklists_of_place, stage_records_of_place
from gateway.schema.collective import (
    dated_phases_of_place,
    focuses_of_place,
    partner_roles_of_place,
    programmes_of_place,
)
from gateway.schema.conflicts import conflicts_of_place
from gateway.schema.contract_ratios import contract_ratios_of_place
from gateway.schema.enums import OrganisationKind, SignatureState, TenderState
from gateway.schema.fields import calls_each, resolved
from gateway.schema.gatherings import gatherings_of_place
from gateway.schema.hub import contacts_of_place, hub_page_of_place, hub_pages_of_place, search_of_place
from gateway.schema.ledger import ledger_entries_of_place, ledger_head_of_place
from gateway.schema.measure_choice import measure_ranking_of_place, needs_of_place
from gateway.schema.member_figures import read_ahead
from gateway.schema.money import Money, pounds
from gateway.schema.need_figures import need_figures_of_place
from gateway.schema.needs import areas_of_place
from gateway.schema.nodes import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Node,
    connect,
    node_id,
    parse_uuid,
)
from gateway.schema.obligations import calendar_of_place, obligations_of_place
from gateway.schema.partners import Membership, Statement, place_of
from gateway.schema.people import cohorts_of_place, people_schemes_of_place, people_tables_of_place
from gateway.schema.plans import plans_of_place
from gateway.schema.prior_totals import prior_totals_of_place
from gateway.schema.procurement import Tender
from gateway.schema.public_voice import consent_wordings_of_place, ideas_of_place, supporter_count_of_place
from gateway.schema.publications import Publication
from gateway.schema.register import register_of_place
from gateway.schema.report_drafts import drafts_of_place
from gateway.schema.reporting import CollectiveValue, collective_value_of, preview_of_place
from gateway.schema.reports import reports_of_place
from gateway.schema.spend_figures import spend_figures_of_place
from gateway.schema.spend_imports import spend_imports_of_place, spend_rounds_of_place
from gateway.schema.spend_suppliers import spend_suppliers_of_place
from gateway.schema.targets import targets_of_place
from gateway.schema.value_at_edition import value_at_edition_of_place
from gateway.schema.working_group import actions_of_place, meetings_of_place


@strawberry.type(description="A coded, titled item of a place's programme.")
class NamedItem:
    """An objective, a commitment or a phase."""

    code: str = strawberry.field(description="The item's code.")
    title: str = strawberry.field(description="The title.")
    description: str | None = strawberry.field(description="What it means; null where nothing is said.")


@strawberry.type(description="A total made elsewhere; it stands beside the figures and never inside them.")
class PriorTotal:
    """A total that cannot be recomputed here."""

    label: str = strawberry.field(description="What it is called.")
    amount: Money = strawberry.field(description="The amount.")
    period_text: str = strawberry.field(description="The period that it is for, in words.")
    publisher: str = strawberry.field(description="Who published it.")
    method_text: str = strawberry.field(description="How it was made, in words.")
    validated_by: str | None = strawberry.field(description="Who validated it; null where nobody is named.")
    url: str | None = strawberry.field(description="Where it can be read; null where none is stated.")
    note: str = strawberry.field(description="What to bear in mind.")


@federation.type(keys=["id"], description="A place with its collective.")
class Place(Node):
    """A place."""

    rest_id: UUID = strawberry.field(description="The id by which the REST APIs know it.")
    slug: str = strawberry.field(description="The short name in addresses.")
    name: str = strawberry.field(description="The name.")
    gss_code: str | None = strawberry.field(
        description="The code of the Government Statistical Service; null where it has none."
    )
    objectives: list[NamedItem] = strawberry.field(description="What the collective is for.")
    commitments: list[NamedItem] = strawberry.field(description="What each partner commits to.")
    phases: list[NamedItem] = strawberry.field(description="The programme's phases.")
    prior_totals: list[PriorTotal] = strawberry.field(
        description="Totals made elsewhere, as stated when the place was set up; see recordedPriorTotals."
    )
    need_index: str | None = strawberry.field(
        description="The index of deprivation that its need bands use; null where it uses none."
    )
    source: str = strawberry.field(description="Where the programme is known from.")
    created_at: datetime = strawberry.field(description="When it was recorded.")

    @calls_each("Members by organisation name: those of one day, or all there ever were.")
    async def members(
        self,
        info: Info,
        as_of: Annotated[
            date | None, strawberry.argument(description="The day; without it all there ever were.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Membership] | None:
        """A page of members."""
        partners = info.context.upstreams.partners
        members = connect(
            lambda limit, cursor: partners.ask(
                lambda api: api.list_memberships(self.rest_id, as_of=as_of, limit=limit, cursor=cursor)
            ),
            Membership.of,
            first,
            after,
        )
        found, _ = await asyncio.gather(members, read_ahead(info, self.rest_id))
        return found

    @calls_each("Versions of the Statement of Intent, the newest first.")
    async def statements(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Statement] | None:
        """A page of statements."""
        partners = info.context.upstreams.partners
        return await connect(
            lambda limit, cursor: partners.ask(
                lambda api: api.list_statements(self.rest_id, limit=limit, cursor=cursor)
            ),
            Statement.of,
            first,
            after,
        )

    @calls_each("Versions of the Charter, the oldest first.")
    async def charters(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Charter] | None:
        """A page of charters."""
        charter = info.context.upstreams.charter
        return await connect(
            lambda limit, cursor: charter.ask(
                lambda api: api.list_charters(place_id=self.rest_id, limit=limit, cursor=cursor)
            ),
            Charter.of,
            first,
            after,
        )

    @calls_each("The Charter's public register, the oldest signature first.")
    async def signatories(
        self,
        info: Info,
        kind: Annotated[
            OrganisationKind | None, strawberry.argument(description="Only this sort of organisation.")
        ] = None,
        state: Annotated[
            SignatureState | None, strawberry.argument(description="Only signatures in this state.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Signatory] | None:
        """A page of the register."""
        charter = info.context.upstreams.charter
        return await connect(
            lambda limit, cursor: charter.ask(
                lambda api: api.list_signatories(
                    place_id=self.rest_id,
                    kind=None if kind is None else kind.value,
                    state=None if state is None else state.value,
                    limit=limit,
                    cursor=cursor,
                )
            ),
            Signatory.of,
            first,
            after,
        )

    register = resolved(
        register_of_place, "The Charter's public register by name, searched, as it stands or stood on a day."
    )
    recorded_prior_totals = resolved(
        prior_totals_of_place, "Totals made elsewhere as they were recorded, withdrawn ones among them."
    )
    targets = resolved(targets_of_place, "The place's targets by code, with how far they are reached.")

    hub_pages = resolved(hub_pages_of_place, "What the Knowledge Hub has published, the latest first.")
    hub_page = resolved(
        hub_page_of_place, "A published page by its name in addresses; null when there is none."
    )
    contacts = resolved(contacts_of_place, "Whom to turn to, by label.")
    search = resolved(search_of_place, "What is published and fits some words, the best fit first.")
    gatherings = resolved(gatherings_of_place, "Training and events, in the order in which they start.")
    ideas = resolved(ideas_of_place, "Ideas of the public that are shown, the latest first.")
    supporter_count = resolved(supporter_count_of_place, "How many support the programme now.")
    consent_wordings = resolved(
        consent_wordings_of_place,
        "What people agree to when they leave their name, of each the latest first.",
    )

    dated_phases = resolved(dated_phases_of_place, "When the phases of the programme were, are or will be.")
    programmes = resolved(programmes_of_place, "Programmes of work by code.")
    partner_roles = resolved(partner_roles_of_place, "What partners do for the collective, by code.")
    focuses = resolved(focuses_of_place, "What partners chose to work on, by kind and code.")
    meetings = resolved(meetings_of_place, "Meetings that the caller may know of, the latest first.")
    actions = resolved(actions_of_place, "What the working group agreed to do, the latest first.")
    checklists = resolved(checklists_of_place, "How far the place has come in each checklist.")
    stage_records = resolved(stage_records_of_place, "Its history in checklists, the latest day first.")

    areas = resolved(areas_of_place, "The place's small areas under the index that it uses, by code.")
    needs = resolved(
        needs_of_place,
        "What its areas need, under the index that it uses; null where it uses none. The bands and rules are "
        "those of an edition's ranking of measures.",
    )
    measure_ranking = resolved(
        measure_ranking_of_place, "The measures of an edition by its needs; null where it uses no index."
    )
    people_tables = resolved(people_tables_of_place, "Published counts of people, the newest first.")
    people_schemes = resolved(people_schemes_of_place, "How people are counted.")
    cohorts = resolved(cohorts_of_place, "Counts of people that the caller may see; needs `reports:read`.")

    agreements = resolved(agreements_of_place, "Agreements of the caller's; needs `agreements:read`.")
    plans = resolved(plans_of_place, "Plans of own activity of the caller's; needs `agreements:read`.")
    report_drafts = resolved(
        drafts_of_place, "Drafts of one's own organisation, the oldest first; needs `reports:read`."
    )
    spend_figures = resolved(
        spend_figures_of_place, "What partners' payments come to; needs `reporting:read` and a role."
    )
    spend_imports = resolved(
        spend_imports_of_place,
        "Files of payments that were taken in: the own ones, or all to officers; needs `reports:read`.",
    )
    spend_suppliers = resolved(
        spend_suppliers_of_place,
        "Who is paid in the place, by one's own organisation, or by all to officers; needs `reports:read`.",
    )
    spend_rounds = resolved(
        spend_rounds_of_place, "Surveys of later rounds of spending, for LM3; needs `reports:read`."
    )
    contract_ratios = resolved(
        contract_ratios_of_place,
        "Social value for each £ of contract, live; needs `reporting:read` and a role.",
    )
    need_figures = resolved(
        need_figures_of_place, "Value by need for each head, live; needs `reporting:read` and a role."
    )
    value_at_edition = resolved(
        value_at_edition_of_place,
        "Its figures at one constant edition beside those recorded, live; needs `reporting:read` and a role.",
    )
    reports = resolved(reports_of_place, "Reports that the caller may see, the oldest first.")
    reporting_calendar = resolved(calendar_of_place, "What it asks of its reporters; needs `reports:read`.")
    obligations = resolved(obligations_of_place, "Reports that fall due in a window; needs `reports:read`.")
    conflicts = resolved(conflicts_of_place, "Reports that may count the same thing; needs `reports:read`.")
    ledger_head = resolved(ledger_head_of_place, "The head of its ledger, signed.")
    ledger_entries = resolved(ledger_entries_of_place, "Its ledger; needs `reporting:read` and a role.")
    publication_preview = resolved(
        preview_of_place, "What publishing a period now would show; needs `publications:write`."
    )

    @calls_each("Tenders that the caller may see: the published ones, and a buyer's own drafts.")
    async def tenders(
        self,
        info: Info,
        state: Annotated[
            TenderState | None, strawberry.argument(description="Only tenders in this state.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Tender] | None:
        """A page of tenders."""
        procurement = info.context.upstreams.procurement
        return await connect(
            lambda limit, cursor: procurement.ask(
                lambda api: api.list_tenders(
                    place_id=self.rest_id,
                    state=None if state is None else cast("TenderStateText", state.value),
                    limit=limit,
                    cursor=cursor,
                )
            ),
            Tender.of,
            first,
            after,
        )

    @calls_each(
        "The collective value of a window. Without `reporting:read` and a role in the place it is "
        "answered from publications: the last one at or before `asOf` for exactly this period, or the error "
        "`not_published`."
    )
    async def collective_value(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
        to: Annotated[date, strawberry.argument(description="The window's last day.")],
        as_of: Annotated[
            datetime | None,
            strawberry.argument(description="As known at this moment; without it as known now."),
        ] = None,
    ) -> CollectiveValue | None:
        """The four figures with the groupings that are selected."""
        return await collective_value_of(info, self.rest_id, from_, to, as_of)

    @calls_each("Publications, the newest first.")
    async def publications(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Publication] | None:
        """A page of publications."""
        reporting = info.context.upstreams.reporting
        return await connect(
            lambda limit, cursor: reporting.ask(
                lambda api: api.list_publications(self.rest_id, limit=limit, cursor=cursor)
            ),
            Publication.of,
            first,
            after,
        )

    @classmethod
    def of(cls, record: contract.Place) -> Place:
        """The place that partners-api describes."""
        return cls(
            id=node_id("Place", record.id),
            rest_id=record.id,
            slug=record.slug,
            name=record.name,
            gss_code=record.gss_code,
            objectives=[_named(item) for item in record.objectives],
            commitments=[_named(item) for item in record.commitments],
            phases=[_named(item) for item in record.phases],
            prior_totals=[_prior_total(total) for total in record.prior_totals],
            need_index=record.need_index,
            source=record.source,
            created_at=record.created_at,
        )


def _named(record: contract.NamedItem) -> NamedItem:
    return NamedItem(code=record.code, title=record.title, description=record.description)


def _prior_total(record: contract.PriorTotal) -> PriorTotal:
    return PriorTotal(
        label=record.label,
        amount=pounds(record.amount_gbp),
        period_text=record.period_text,
        publisher=record.publisher,
        method_text=record.method_text,
        validated_by=record.validated_by,
        url=record.url,
        note=record.note,
    )


async def place_named(context: Context, slug: str) -> Place | None:
    """A place by its short name."""
    record = await context.loaders.places_by_slug.load(slug)
    return None if record is None else Place.of(record)


async def place_node(context: Context, key: str) -> Place | None:
    """The place of a node id."""
    return await place_of(context, parse_uuid(key))
