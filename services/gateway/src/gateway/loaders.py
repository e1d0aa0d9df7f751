"""What one request has asked of the services: each thing once, things of one kind together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from strawberry.dataloader import DataLoader

from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.base import IdBatch, Page
from cdp_common.contracts.bids import Bid
from cdp_common.contracts.charter import Charter, Signatory
from cdp_common.contracts.checklists import Checklist
from cdp_common.contracts.collective import Programme
from cdp_common.contracts.evidence import StoredEvidence
from cdp_common.contracts.gatherings import Gathering
from cdp_common.contracts.hub import HubPage
from cdp_common.contracts.line_deliveries import LineDelivery
from cdp_common.contracts.measure_choice import MeasureRanking, MeasureRankingRequest
from cdp_common.contracts.needs import AreaBatchRequest, AreaNeed
from cdp_common.contracts.partners import Membership, Organisation, Place, Statement
from cdp_common.contracts.people import Cohort, PeopleTable
from cdp_common.contracts.plans import Plan
from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import Basis, CollectiveValue, FourFigures, Report
from cdp_common.contracts.targets import TargetProgress
from cdp_common.contracts.tenders import Tender
from cdp_common.contracts.toms import Edition, Measure, MeasureBatchRequest, MeasureKey
from cdp_common.contracts.working_group import Meeting
from gateway.loading import MAX_IDS_PER_CALL, OneByOne, by_id, found_in_lists, or_none, pick
from gateway.of_organisations import FirstReports, OfOrganisation, agreements_of, memberships_of, reports_of
from gateway.upstreams import Upstreams

MAX_MEASURES_PER_CALL = 500
MAX_AREAS_PER_CALL = 1000
MAX_TENDERS_PER_CALL = 100
AGREEMENTS_PER_PAGE = 100
# A publication carries all its groupings, so they are looked through a few at a time.
PUBLICATIONS_PER_PAGE = 10
EDITIONS_PER_PAGE = 100
CHARTERS_PER_PAGE = 100


@dataclass(frozen=True)
class ValueKey:
    """One question about a place's collective value: the groupings are the ones that the query selects.

    A grouping is a dimension, or `crosswalk:` with the code of a scheme.
    """

    place_id: UUID
    start: date
    end: date
    as_of: datetime | None
    groups: tuple[str, ...] = ()
    basis: Basis | None = None


class Loaders:
    """The loaders of one request. What is asked for in the same moment goes into the same call."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self.cells_at_hand: tuple[object, Mapping[str, FourFigures]] | None = None
        """What `cells` answered last, by what was asked."""

    # ------------------------------------------------------------ with batch reads
    @cached_property
    def organisations(self) -> DataLoader[UUID, Organisation | None]:
        """Organisations by any of their ids."""
        return DataLoader(self._organisations, max_batch_size=MAX_IDS_PER_CALL)

    @cached_property
    def places(self) -> DataLoader[UUID, Place | None]:
        """Places by id."""
        return by_id(lambda batch: self._upstreams.partners.ask(lambda api: api.batch_places(batch)))

    @cached_property
    def hub_pages(self) -> DataLoader[UUID, HubPage | None]:
        """Published pages of the Knowledge Hub by id."""
        return by_id(lambda batch: self._upstreams.partners.ask(lambda api: api.batch_hub_pages(batch)))

    @cached_property
    def gatherings(self) -> DataLoader[UUID, Gathering | None]:
        """Gatherings by id."""
        return by_id(lambda batch: self._upstreams.partners.ask(lambda api: api.batch_gatherings(batch)))

    @cached_property
    def tenders(self) -> DataLoader[UUID, Tender | None]:
        """Tenders by id."""
        return by_id(lambda batch: self._upstreams.procurement.ask(lambda api: api.batch_tenders(batch)))

    @cached_property
    def agreements(self) -> DataLoader[UUID, Agreement | None]:
        """Agreements by id."""
        return by_id(lambda batch: self._upstreams.procurement.ask(lambda api: api.batch_agreements(batch)))

    @cached_property
    def plans(self) -> DataLoader[UUID, Plan | None]:
        """Plans of own activity by id."""
        return by_id(lambda batch: self._upstreams.procurement.ask(lambda api: api.batch_plans(batch)))

    @cached_property
    def agreements_of_tenders(self) -> DataLoader[UUID, list[Agreement]]:
        """The agreements that came of tenders, by the tender's id."""
        return DataLoader(self._agreements_of_tenders, max_batch_size=MAX_TENDERS_PER_CALL)

    @cached_property
    def evidence_files(self) -> DataLoader[UUID, StoredEvidence | None]:
        """Files of evidence by id."""
        return by_id(lambda batch: self._upstreams.reporting.ask(lambda api: api.batch_evidence(batch)))

    @cached_property
    def line_deliveries(self) -> DataLoader[UUID, LineDelivery | None]:
        """What was delivered against promised lines, by the line's id."""
        return DataLoader(self._line_deliveries, max_batch_size=MAX_IDS_PER_CALL)

    @cached_property
    def signatories(self) -> DataLoader[UUID, Signatory | None]:
        """Signatories by the id of their signature."""
        return by_id(lambda batch: self._upstreams.charter.ask(lambda api: api.batch_signatories(batch)))

    @cached_property
    def target_progress(self) -> DataLoader[UUID, TargetProgress | None]:
        """How far targets are reached, by the target's id."""
        return DataLoader(self._target_progress, max_batch_size=MAX_IDS_PER_CALL)

    @cached_property
    def measures(self) -> DataLoader[MeasureKey, Measure | None]:
        """Measures by edition and code."""
        return DataLoader(self._measures, max_batch_size=MAX_MEASURES_PER_CALL)

    @cached_property
    def areas(self) -> DataLoader[tuple[str, str], AreaNeed | None]:
        """Areas by index and code."""
        return DataLoader(self._areas, max_batch_size=MAX_AREAS_PER_CALL)

    @cached_property
    def memberships_of(self) -> DataLoader[OfOrganisation[date | None], list[Membership]]:
        """The memberships of organisations, of one day or all there ever were."""
        return memberships_of(self._upstreams)

    @cached_property
    def reports_of(self) -> DataLoader[OfOrganisation[FirstReports], list[Report]]:
        """The first reports of organisations."""
        return reports_of(self._upstreams)

    @cached_property
    def agreements_of(self) -> DataLoader[OfOrganisation[int], list[Agreement]]:
        """The first agreements of organisations."""
        return agreements_of(self._upstreams)

    @cached_property
    def need_rankings(self) -> OneByOne[str, MeasureRanking]:
        """Measures by need, by the question as JSON."""
        return OneByOne(self._need_ranking)

    # ------------------------------------------------------ without: what is asked twice is fetched once
    @cached_property
    def memberships(self) -> OneByOne[UUID, Membership | None]:
        """Memberships by id."""
        return OneByOne(
            lambda key: or_none(self._upstreams.partners.ask(lambda api: api.get_membership(key)))
        )

    @cached_property
    def statements(self) -> OneByOne[UUID, Statement | None]:
        """Statements by id."""
        return OneByOne(lambda key: or_none(self._upstreams.partners.ask(lambda api: api.get_statement(key))))

    @cached_property
    def programmes(self) -> OneByOne[UUID, Programme | None]:
        """Programmes of work by id."""
        return OneByOne(lambda key: or_none(self._upstreams.partners.ask(lambda api: api.get_programme(key))))

    @cached_property
    def meetings(self) -> OneByOne[UUID, Meeting | None]:
        """Meetings by id."""
        return OneByOne(lambda key: or_none(self._upstreams.partners.ask(lambda api: api.get_meeting(key))))

    @cached_property
    def checklists(self) -> OneByOne[UUID, Checklist | None]:
        """Checklists by id."""
        return OneByOne(lambda key: or_none(self._upstreams.partners.ask(lambda api: api.get_checklist(key))))

    @cached_property
    def editions(self) -> OneByOne[UUID, Edition | None]:
        """Editions by id."""
        return OneByOne(lambda key: or_none(self._upstreams.toms.ask(lambda api: api.get_edition(key))))

    @cached_property
    def bids(self) -> OneByOne[UUID, Bid | None]:
        """Bids by id."""
        return OneByOne(lambda key: or_none(self._upstreams.procurement.ask(lambda api: api.get_bid(key))))

    @cached_property
    def charters(self) -> OneByOne[UUID, Charter | None]:
        """Charters by id."""
        return OneByOne(lambda key: or_none(self._upstreams.charter.ask(lambda api: api.get_charter(key))))

    @cached_property
    def publications(self) -> OneByOne[UUID, Publication | None]:
        """Publications by id."""
        return OneByOne(
            lambda key: or_none(self._upstreams.reporting.ask(lambda api: api.get_publication(key)))
        )

    @cached_property
    def reports(self) -> OneByOne[UUID, Report | None]:
        """Reports by id."""
        return OneByOne(lambda key: or_none(self._upstreams.reporting.ask(lambda api: api.get_report(key))))

    @cached_property
    def cohorts(self) -> OneByOne[UUID, Cohort | None]:
        """Cohorts by id."""
        return OneByOne(lambda key: or_none(self._upstreams.reporting.ask(lambda api: api.get_cohort(key))))

    @cached_property
    def people_tables(self) -> OneByOne[UUID, PeopleTable | None]:
        """Published tables of counts of people by id."""
        return OneByOne(
            lambda key: or_none(self._upstreams.reporting.ask(lambda api: api.get_people_publication(key)))
        )

    @cached_property
    def places_by_slug(self) -> OneByOne[str, Place | None]:
        """Places by short name."""
        return OneByOne(self._place_by_slug)

    @cached_property
    def values(self) -> OneByOne[ValueKey, CollectiveValue]:
        """Collective values by question."""
        return OneByOne(self._value)

    @cached_property
    def cells(self) -> OneByOne[ValueKey, dict[str, FourFigures]]:
        """The figures of each cell that is not withheld, by the question and then the cell's key."""
        return OneByOne(self._cells)

    # ------------------------------------------------------------ looked for in a list of their place
    @cached_property
    def publications_by_number(self) -> DataLoader[tuple[UUID, int], Publication | None]:
        """Publications by place and number."""
        return DataLoader(self._publications_by_number)

    @cached_property
    def charters_of_places(self) -> DataLoader[tuple[UUID, UUID], Charter | None]:
        """Charters by place and id."""
        return DataLoader(self._charters_of_places)

    # ------------------------------------------------------------ batch reads
    async def _organisations(self, ids: list[UUID]) -> list[Organisation | None]:
        answer = await self._upstreams.partners.ask(lambda api: api.batch_organisations(IdBatch(ids=ids)))
        # The id of a record that was merged leads to the one that stays.
        found = {known: record for record in answer.items for known in record.ids}
        return [found.get(key) for key in ids]

    async def _target_progress(self, ids: list[UUID]) -> list[TargetProgress | None]:
        answer = await self._upstreams.reporting.ask(lambda api: api.batch_target_progress(IdBatch(ids=ids)))
        found = {record.target_id: record for record in answer.items}
        return [found.get(key) for key in ids]

    async def _line_deliveries(self, ids: list[UUID]) -> list[LineDelivery | None]:
        answer = await self._upstreams.reporting.ask(lambda api: api.batch_line_deliveries(IdBatch(ids=ids)))
        found = {record.commitment_line_id: record for record in answer.items}
        return [found.get(key) for key in ids]

    async def _agreements_of_tenders(self, ids: list[UUID]) -> list[list[Agreement]]:
        """The agreements of each tender; there is at most one for each of its lots."""
        found: dict[UUID, list[Agreement]] = {key: [] for key in ids}
        cursor: str | None = None
        while True:
            page = await self._agreements_page(ids, cursor)
            for record in page.items:
                if record.tender_id is not None:
                    found[record.tender_id].append(record)
            cursor = page.next_cursor
            if cursor is None:
                return [found[key] for key in ids]

    async def _agreements_page(self, tender_ids: list[UUID], cursor: str | None) -> Page[Agreement]:
        return await self._upstreams.procurement.ask(
            lambda api: api.list_agreements(tender_ids=tender_ids, limit=AGREEMENTS_PER_PAGE, cursor=cursor)
        )

    async def _measures(self, keys: list[MeasureKey]) -> list[Measure | None]:
        answer = await self._upstreams.toms.ask(
            lambda api: api.batch_measures(MeasureBatchRequest(keys=keys))
        )
        found = {MeasureKey(edition_hash=one.edition_hash, code=one.code): one for one in answer.items}
        return [found.get(key) for key in keys]

    async def _areas(self, keys: list[tuple[str, str]]) -> Sequence[AreaNeed | BaseException | None]:
        """One call for each index; in practice a request asks about one."""
        codes_by_index: dict[str, list[str]] = {}
        for index, code in keys:
            codes_by_index.setdefault(index, []).append(code)
        answers = await asyncio.gather(
            *(self._areas_of(index, codes) for index, codes in codes_by_index.items()), return_exceptions=True
        )
        by_index = dict(zip(codes_by_index, answers, strict=True))
        return [pick(by_index[index], code) for index, code in keys]

    async def _areas_of(self, index: str, codes: list[str]) -> dict[str, AreaNeed]:
        answer = await self._upstreams.toms.ask(
            lambda api: api.batch_areas(AreaBatchRequest(index=index, codes=codes))
        )
        return {area.code: area for area in answer.items}

    # ------------------------------------------------------------ single reads
    async def _place_by_slug(self, slug: str) -> Place | None:
        page = await self._upstreams.partners.ask(lambda api: api.list_places(slug=slug))
        return page.items[0] if page.items else None

    async def _need_ranking(self, question: str) -> MeasureRanking:
        request = MeasureRankingRequest.model_validate_json(question)
        return await self._upstreams.toms.ask(lambda api: api.rank_measures(request))

    async def _value(self, key: ValueKey) -> CollectiveValue:
        return await self._upstreams.reporting.ask(
            lambda api: api.get_collective_value(
                key.place_id,
                from_=key.start,
                to=key.end,
                as_of=key.as_of,
                group_by=",".join(key.groups) or None,
                basis=key.basis,
            )
        )

    # ------------------------------------------------------------ looked up in answers
    async def _cells(self, question: ValueKey) -> dict[str, FourFigures]:
        """The figures of each cell that is not withheld, by its key."""
        value = await self.values.load(question)
        return {
            cell.key: cell.figures
            for grouping in value.groupings
            for cell in grouping.cells
            if cell.figures is not None
        }

    # ------------------------------------------------------------ looked up in lists
    async def _publications_by_number(
        self, keys: list[tuple[UUID, int]]
    ) -> Sequence[Publication | BaseException | None]:
        reporting = self._upstreams.reporting
        return await found_in_lists(
            keys,
            lambda place_id, cursor: reporting.ask(
                lambda api: api.list_publications(place_id, limit=PUBLICATIONS_PER_PAGE, cursor=cursor)
            ),
            lambda publication: publication.number,
        )

    async def _charters_of_places(
        self, keys: list[tuple[UUID, UUID]]
    ) -> Sequence[Charter | BaseException | None]:
        charter = self._upstreams.charter
        return await found_in_lists(
            keys,
            lambda place_id, cursor: charter.ask(
                lambda api: api.list_charters(place_id=place_id, limit=CHARTERS_PER_PAGE, cursor=cursor)
            ),
            lambda version: version.id,
        )

    async def edition_named(self, framework: str, edition: str) -> Edition | None:
        """A framework's edition by its code."""
        cursor: str | None = None
        while True:
            page = await self._editions_page(framework, cursor)
            cursor = page.next_cursor
            found = next((one for one in page.items if one.edition == edition), None)
            if found is not None or cursor is None:
                return found

    async def _editions_page(self, framework: str, cursor: str | None) -> Page[Edition]:
        return await self._upstreams.toms.ask(
            lambda api: api.list_editions(framework=framework, limit=EDITIONS_PER_PAGE, cursor=cursor)
        )
