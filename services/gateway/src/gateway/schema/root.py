"""The root of the graph, and the schema as a federation subgraph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

import strawberry
from graphql import GraphQLError
from strawberry import federation
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.context import Context, Info
from gateway.errors import IdInvalid, OneArgumentNeeded, log_unexpected
from gateway.limits import Limited
from gateway.schema.agreements import agreement_node
from gateway.schema.areas import area_node
from gateway.schema.bidding import BidQueries, bid_node
from gateway.schema.charter import charter_node, signatory_node
from gateway.schema.checklists import ChecklistQueries, checklist_node
from gateway.schema.collective import programme_node
from gateway.schema.contracting import ContractingQueries
from gateway.schema.fields import calls_each
from gateway.schema.gatherings import gathering_node
from gateway.schema.hub import HubQueries, hub_page_node
from gateway.schema.hub_previews import HubPreviewQueries
from gateway.schema.lean import make_lean
from gateway.schema.ledger import LedgerQueries
from gateway.schema.measure_choice import MeasureChoiceQueries
from gateway.schema.mutations import Mutation
from gateway.schema.needs import NeedsQueries
from gateway.schema.nodes import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Node,
    connect,
    parse_node_id,
    uuid_of,
)
from gateway.schema.organisation_search import OrganisationQueries
from gateway.schema.partners import (
    Organisation,
    membership_node,
    organisation_node,
    organisation_of,
    statement_node,
)
from gateway.schema.people import PeopleQueries, cohort_node, people_table_node
from gateway.schema.places import Place, place_named, place_node
from gateway.schema.plain import PlainFirst
from gateway.schema.plans import plan_node
from gateway.schema.procurement import Tender, tender_node, tender_of
from gateway.schema.public_voice import idea_node
from gateway.schema.publications import PoundExplanation, Publication, publication_node, publication_of
from gateway.schema.report_drafts import EvidenceQueries, draft_node, evidence_node
from gateway.schema.reports import ReportQueries, report_node
from gateway.schema.scalars import SCALARS
from gateway.schema.spend_imports import spend_import_node
from gateway.schema.subscriptions import Subscription
from gateway.schema.toms import Edition, Framework, edition_node, measure_node
from gateway.schema.working_group import action_node, meeting_node
from gateway.texts import as_cell_key

FEDERATION_VERSION: Final = "2.9"  # what composers read today

NODES: Mapping[str, Callable[[Context, str], Awaitable[Node | None]]] = {
    "Action": action_node,
    "Agreement": agreement_node,
    "Area": area_node,
    "Bid": bid_node,
    "Charter": charter_node,
    "Checklist": checklist_node,
    "Cohort": cohort_node,
    "Edition": edition_node,
    "EvidenceFile": evidence_node,
    "Gathering": gathering_node,
    "HubPage": hub_page_node,
    "Idea": idea_node,
    "Measure": measure_node,
    "Meeting": meeting_node,
    "Membership": membership_node,
    "Organisation": organisation_node,
    "PeopleTable": people_table_node,
    "Place": place_node,
    "Plan": plan_node,
    "Programme": programme_node,
    "Publication": publication_node,
    "Report": report_node,
    "ReportDraft": draft_node,
    "Signatory": signatory_node,
    "SpendImport": spend_import_node,
    "Statement": statement_node,
    "Tender": tender_node,
}
"""How a thing is fetched by the key in its id."""


async def fetch_node(context: Context, value: str, type_name: str | None = None) -> Node | None:
    """The thing that an id names, which must be of the type if one is given."""
    named, key = parse_node_id(value)
    if named not in NODES or type_name not in (None, named):
        raise IdInvalid("The id is not one of this graph, or names another kind of thing.")
    return await NODES[named](context, key)


@strawberry.type(description="What can be asked.")
class Query(
    HubQueries,
    HubPreviewQueries,
    OrganisationQueries,
    ChecklistQueries,
    NeedsQueries,
    MeasureChoiceQueries,
    BidQueries,
    ReportQueries,
    EvidenceQueries,
    PeopleQueries,
    LedgerQueries,
    ContractingQueries,
):
    """The root; each part of the graph adds its own."""

    @calls_each("A place by its short name; null when there is none.")
    async def place(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="The short name.")]
    ) -> Place | None:
        """A place."""
        return await place_named(info.context, slug)

    @calls_each("Places, by short name.")
    async def places(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Place] | None:
        """A page of places."""
        partners = info.context.upstreams.partners
        return await connect(
            lambda limit, cursor: partners.ask(lambda api: api.list_places(limit=limit, cursor=cursor)),
            Place.of,
            first,
            after,
        )

    @calls_each("An organisation by its id or an identifier in a public register; null when there is none.")
    async def organisation(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID | None,
            strawberry.argument(description="Its id, here or in the REST APIs."),
        ] = None,
        identifier: Annotated[
            str | None, strawberry.argument(description="For example GB-COH:01234567.")
        ] = None,
    ) -> Organisation | None:
        """An organisation."""
        if (id is None) == (identifier is None):
            raise OneArgumentNeeded("Name the organisation by either `id` or `identifier`.")
        if id is not None:
            return await organisation_of(info.context, uuid_of(id, "Organisation"))
        page = await info.context.upstreams.partners.ask(
            lambda api: api.list_organisations(identifier=identifier, limit=1)
        )
        return Organisation.of(page.items[0]) if page.items else None

    @calls_each("A measurement framework by its code; null when the edition named is not there.")
    async def framework(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The measurement framework's code.")],
        edition: Annotated[str | None, strawberry.argument(description="An edition's code.")] = None,
    ) -> Framework | None:
        """A measurement framework."""
        if edition is None:
            return Framework(code=code, edition=None)
        found = await info.context.loaders.edition_named(code, edition)
        return None if found is None else Framework(code=code, edition=Edition.of(found))

    @calls_each("A tender by its id or its open contracting id; null when there is none to be seen.")
    async def tender(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID | None,
            strawberry.argument(description="Its id, here or in the REST APIs."),
        ] = None,
        ocid: Annotated[str | None, strawberry.argument(description="Its open contracting id.")] = None,
    ) -> Tender | None:
        """A tender."""
        if (id is None) == (ocid is None):
            raise OneArgumentNeeded("Name the tender by either `id` or `ocid`.")
        if id is not None:
            return await tender_of(info.context, uuid_of(id, "Tender"))
        page = await info.context.upstreams.procurement.ask(lambda api: api.list_tenders(ocid=ocid, limit=1))
        return Tender.of(page.items[0]) if page.items else None

    @calls_each("A publication by its id, or by place and number; null when there is none.")
    async def publication(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID | None,
            strawberry.argument(description="Its id, here or in the REST APIs."),
        ] = None,
        place: Annotated[str | None, strawberry.argument(description="The place's short name.")] = None,
        number: Annotated[int | None, strawberry.argument(description="Its number in that place.")] = None,
    ) -> Publication | None:
        """A publication."""
        if (id is None) == (place is None) or (place is None) != (number is None):
            raise OneArgumentNeeded("Name the publication by `id`, or by `place` and `number`.")
        if id is not None:
            return await publication_of(info.context, uuid_of(id, "Publication"))
        found = await place_named(info.context, place or "")
        if found is None or number is None:
            return None
        record = await info.context.loaders.publications_by_number.load((found.rest_id, number))
        return None if record is None else Publication.of(record)

    @calls_each("How a measure's delivered pounds in a publication came about, down to the source.")
    async def pound_explanation(
        self,
        info: Info,
        publication: Annotated[
            strawberry.ID, strawberry.argument(description="The publication's id, here or in the REST APIs.")
        ],
        measure: Annotated[
            str, strawberry.argument(description="The measure's code, or the key of its cell in `byMeasure`.")
        ],
    ) -> PoundExplanation | None:
        """One pound's way from the publication to its source."""
        key, wanted = uuid_of(publication, "Publication"), as_cell_key(measure)
        if wanted is None:
            raise IdInvalid("The measure is named by its code, or by the key of its cell.")
        record = await info.context.upstreams.reporting.ask(lambda api: api.explain_pounds(key, wanted))
        return PoundExplanation.of(record)

    @calls_each("Anything that has an id; null when there is no such thing any more.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id.")],  # noqa: A002 - as above
    ) -> Node | None:
        """A thing by its id."""
        return await fetch_node(info.context, id)


class GraphSchema(federation.Schema):
    """The schema with two of the library's habits changed: what it logs, and how it takes references."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log faults of ours, once for an answer; what callers and services cause is in the answer itself."""
        log_unexpected(errors)

    def entities_resolver(self, info: Info, representations: list[FederationAny]) -> list[FederationAny]:
        """The things that references name; they are fetched together as far as batch reads exist."""
        found: list[Any] = [_entity(info.context, representation) for representation in representations]
        return found


async def _entity(context: Context, representation: Any) -> Node | None:
    type_name = representation.get("__typename") if isinstance(representation, dict) else None
    value = representation.get("id") if isinstance(representation, dict) else None
    if not isinstance(type_name, str) or not isinstance(value, str):
        raise IdInvalid("A reference has a `__typename` and an `id`.")
    return await fetch_node(context, value, type_name)


schema = GraphSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Node],
    execution_context_class=PlainFirst,
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[Limited],
    federation_version=FEDERATION_VERSION,
)


make_lean(schema._schema, schema.config.name_converter)


def sdl() -> str:
    """The schema in the schema definition language, the same in every process."""
    return f"{schema.as_str()}\n"
