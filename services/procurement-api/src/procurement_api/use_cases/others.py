"""What procurement-api asks of other services, with a caller's wrong id as the caller's fault."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.partners import Membership, Organisation, Place
from cdp_common.contracts.toms import Edition
from cdp_common.kernel.errors import FieldError, InvalidInput

_MAX_PAGES = 20
"""Pages of a hundred members of a place that are looked through."""


class PlaceUnknown(InvalidInput):
    """No place has the id stated."""

    code = "place_unknown"
    title = "There is no such place"


class PlaceSlugWrong(InvalidInput):
    """The slug stated is not that of the place."""

    code = "place_slug_wrong"
    title = "The place has another slug"


class OrganisationUnknown(InvalidInput):
    """No organisation has the id stated."""

    code = "organisation_unknown"
    title = "There is no such organisation"


class EditionUnknown(InvalidInput):
    """No published edition has the hash stated."""

    code = "edition_unknown"
    title = "There is no such published edition"


async def memberships_on(
    partners: PartnersClient, place_id: UUID, organisation_id: UUID, day: date
) -> list[Membership]:
    """The organisation's memberships of the place on a day, those of records merged into it included."""
    found: list[Membership] = []
    cursor = None
    for _ in range(_MAX_PAGES):
        page = await partners.list_memberships(place_id, as_of=day, limit=100, cursor=cursor)
        found += [each for each in page.items if organisation_id in each.organisation.ids]
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def known_place(partners: PartnersClient, place_id: UUID) -> Place:
    """The place, or a refusal of the input that named it."""
    try:
        return await partners.get_place(place_id)
    except UpstreamProblem as problem:
        raise _unknown(problem, PlaceUnknown, "/place_id", "No place has this id.") from problem


def require_slug(place: Place, slug: str, pointer: str = "/place_slug") -> None:
    """Refuse input that names the place's id and, at the pointer, another place's slug."""
    if place.slug != slug:
        words = "This is not the slug of the place."
        raise PlaceSlugWrong(words, errors=[FieldError(pointer, PlaceSlugWrong.code, words)])


async def known_organisation(partners: PartnersClient, organisation_id: UUID, pointer: str) -> Organisation:
    """The organisation, or a refusal of the input that named it at `pointer`."""
    try:
        return await partners.get_organisation(organisation_id)
    except UpstreamProblem as problem:
        raise _unknown(problem, OrganisationUnknown, pointer, "No organisation has this id.") from problem


async def known_edition(toms: TomsClient, edition_hash: str, pointer: str = "/edition_hash") -> Edition:
    """The published edition, or a refusal of the input that named it at `pointer`."""
    try:
        return await toms.get_edition_by_hash(edition_hash)
    except UpstreamProblem as problem:
        words = "No published edition has this hash."
        raise _unknown(problem, EditionUnknown, pointer, words) from problem


def _unknown(
    problem: UpstreamProblem, refusal: type[InvalidInput], pointer: str, message: str
) -> UpstreamProblem | InvalidInput:
    if problem.status != 404:
        return problem
    return refusal(message, errors=[FieldError(pointer, refusal.code, message)])
