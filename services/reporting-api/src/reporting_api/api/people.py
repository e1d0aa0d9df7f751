"""Routes for counts of people: schemes, cohorts, published tables."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Code, Page
from cdp_common.contracts.people import (
    BreakdownScheme,
    Cohort,
    CohortCorrection,
    CohortDraft,
    PeopleDraft,
    PeopleTable,
    PeopleTableRef,
    PublishedScheme,
)
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import is_held, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import PUBLIC, Partners, PublicationLicence, PublishingRule, ServiceClock
from reporting_api.use_cases import count_people
from reporting_api.use_cases import publish_people as publishing

router = APIRouter(tags=["people"])

Manager = Annotated[Caller, Security(signed_caller, scopes=["publications:write"])]
Reporter = Annotated[Caller, Security(signed_caller, scopes=["reports:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]
Programme = Annotated[Code | None, Query(description="Of this programme only.")]


@router.post("/v1/places/{place_id}/breakdown-schemes", status_code=201, response_model=PublishedScheme)
async def publish_breakdown_scheme(
    place_id: UUID,
    draft: BreakdownScheme,
    caller: Manager,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
) -> Response:
    """Publish by which dimensions, stages and areas people are counted; a version never changes."""
    return answer_response(
        await count_people.publish_breakdown_scheme(db, partners, caller, place_id, draft, once, now)
    )


@router.get("/v1/places/{place_id}/breakdown-schemes", dependencies=PUBLIC)
async def list_breakdown_schemes(
    place_id: UUID, request: Request, db: ServiceDatabase, page: Paging
) -> Page[PublishedScheme]:
    """The place's schemes in the order of publication."""
    found = await count_people.list_breakdown_schemes(db, place_id, cursor=page.cursor, limit=page.limit)
    items, following = cut_page(found, page.limit, lambda scheme: [scheme.id])
    return Page(items=items, next=page_links(request, following))


@router.post("/v1/cohorts", status_code=201, response_model=Cohort)
async def submit_cohort(
    draft: CohortDraft, caller: Reporter, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """State how many people a programme had in a quarter, for the organisation that the caller acts for."""
    return answer_response(await count_people.submit_cohort(db, caller, draft, once, now))


@router.get("/v1/cohorts")
async def list_cohorts(
    request: Request,
    caller: Reader,
    db: ServiceDatabase,
    page: Paging,
    place_id: UUID | None = None,
    programme: Programme = None,
) -> Page[Cohort]:
    """The organisation's own cohorts, and those of places whose reports the caller reads, oldest first."""
    found = await count_people.list_cohorts(
        db, caller, place_id=place_id, programme=programme, cursor=page.cursor, limit=page.limit
    )
    items, following = cut_page(found, page.limit, lambda cohort: [cohort.id])
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/cohorts/{cohort_id}", response_model=Cohort)
async def get_cohort(cohort_id: UUID, request: Request, caller: Reader, db: ServiceDatabase) -> Response:
    """One cohort, for the organisation that counted it and those who read the place's reports."""
    return respond_with_etag(request, await count_people.get_cohort(db, caller, cohort_id))


@router.post("/v1/cohorts/{cohort_id}/corrections", status_code=201, response_model=Cohort)
async def correct_cohort(
    cohort_id: UUID,
    correction: CohortCorrection,
    caller: Reporter,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Replace one's own cohort by its whole new content, later stages included."""
    return answer_response(await count_people.correct_cohort(db, caller, cohort_id, correction, once, now))


@router.post("/v1/places/{place_id}/people-publications", status_code=201, response_model=PeopleTable)
async def publish_people(
    place_id: UUID,
    draft: PeopleDraft,
    caller: Manager,
    once: OnceHeader,
    db: ServiceDatabase,
    rule: PublishingRule,
    licence: PublicationLicence,
    clock: ServiceClock,
) -> Response:
    """Freeze and publish a programme's counts; small ones, and what would give them away, are withheld."""
    return answer_response(
        await publishing.publish_people(db, caller, place_id, draft, rule, licence, once, clock)
    )


@router.get("/v1/places/{place_id}/people-publications", dependencies=PUBLIC)
async def list_people_publications(
    place_id: UUID, request: Request, db: ServiceDatabase, page: Paging, programme: Programme = None
) -> Page[PeopleTableRef]:
    """The place's published tables of people, the newest first."""
    found = await publishing.list_people_publications(
        db, place_id, programme=programme, cursor=page.cursor, limit=page.limit
    )
    items, following = cut_page(found, page.limit, lambda table: [table.number])
    return Page(items=items, next=page_links(request, following))


@router.get(
    "/v1/people-publications/{people_publication_id}", response_model=PeopleTable, dependencies=PUBLIC
)
async def get_people_publication(
    people_publication_id: UUID, request: Request, db: ServiceDatabase
) -> Response:
    """One published table of people, byte for byte as it was frozen."""
    document, content_hash = await publishing.get_people_publication(db, people_publication_id)
    etag = f'"{content_hash}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=31536000, immutable"}
    if is_held(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(document, headers=headers, media_type="application/json")
