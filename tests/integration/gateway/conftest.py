"""A gateway over canned services."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.world import Call, World, running

from cdp_common.contracts.reporting import Grouping
from cdp_common.testing.callers import TokenMint


@pytest.fixture
async def bare(mint: TokenMint) -> AsyncIterator[World]:
    """The gateway with services that know nothing."""
    async with running(mint) as world:
        yield world


@pytest.fixture
async def world(bare: World) -> World:
    """The gateway with services that know one place and what belongs to it."""
    furnish(bare)
    return bare


def furnish(world: World) -> None:
    """Have every service answer for the place, each read as its contract has it."""
    _partners(world)
    _toms(world)
    _procurement(world)
    _charter(world)
    _reporting(world)


def _partners(world: World) -> None:
    def places(call: Call) -> tuple[int, object]:
        known = call.query.get("slug", "place-1") == "place-1"
        return 200, canned.page([canned.place()] if known else [])

    def organisations(call: Call) -> tuple[int, object]:
        known = call.query.get("identifier") == "GB-COH:00000001"
        return 200, canned.page([canned.organisation(1)] if known else [])

    world.on("partners", "GET", "/v1/places", places)
    world.on("partners", "POST", "/v1/places/batch", canned.batch([canned.place()]))
    world.on("partners", "GET", "/v1/organisations", organisations)
    world.on(
        "partners",
        "POST",
        "/v1/organisations/batch",
        canned.batch([canned.organisation(number) for number in range(1, 41)]),
    )
    members = [canned.membership(number) for number in range(1, 3)]
    world.on("partners", "GET", f"/v1/places/{canned.PLACE}/memberships", canned.page(members))
    world.on("partners", "GET", f"/v1/memberships/{members[0].id}", canned.as_json(members[0]))
    statement = canned.statement()
    world.on("partners", "GET", f"/v1/places/{canned.PLACE}/statements", canned.page([statement]))
    world.on("partners", "GET", f"/v1/statements/{statement.id}", canned.as_json(statement))


def _toms(world: World) -> None:
    edition = canned.edition()
    world.on("toms", "GET", "/v1/editions", canned.page([canned.edition(2, "2025"), edition]))
    world.on("toms", "GET", f"/v1/editions/{edition.id}", canned.as_json(edition))
    world.on("toms", "GET", f"/v1/editions/{edition.id}/measures", canned.page([canned.measure()]))
    world.on(
        "toms",
        "POST",
        "/v1/measures/batch",
        lambda call: (200, canned.measure_batch(call.body["keys"], {"M1"})),
    )
    areas = {"items": [canned.as_json(canned.area())], "missing": []}
    world.on("toms", "POST", "/v1/areas/batch", areas)


def _procurement(world: World) -> None:
    world.on("procurement", "GET", "/v1/tenders", canned.page([canned.tender(1), canned.tender(2)]))
    world.on("procurement", "POST", "/v1/tenders/batch", canned.batch([canned.tender(1)]))


def _charter(world: World) -> None:
    world.on("charter", "GET", "/v1/charters", canned.page([canned.charter()]))
    world.on("charter", "GET", f"/v1/charters/{canned.CHARTER}", canned.as_json(canned.charter()))
    signatories = [canned.signatory(1), canned.signatory(2)]
    world.on("charter", "GET", "/v1/signatories", canned.page(signatories))
    world.on("charter", "POST", "/v1/signatures/batch", canned.batch([canned.signatory(1)]))


def _reporting(world: World) -> None:
    def value(call: Call) -> tuple[int, object]:
        wanted = [by for by in call.query.get("group_by", "").split(",") if by]
        basis = call.query.get("basis", "delivered_by")

        def grouping(by: str) -> Grouping:
            kind, _, argument = by.partition(":")
            if kind == "period":
                return canned.periods(argument)
            if kind == "crosswalk":
                return canned.grouping(kind, scheme=argument)
            return canned.grouping(by, basis if by == "organisation" else None)

        groupings = [grouping(by) for by in wanted]
        return 200, canned.as_json(canned.value(groupings=groupings))

    base = f"/v1/places/{canned.PLACE}"
    publications = [canned.publication(2), canned.publication(1)]
    world.on("reporting", "GET", f"{base}/collective-value", value)
    world.on("reporting", "GET", f"{base}/publications", canned.page(publications))
    for publication in publications:
        path = f"/v1/publications/{publication.id}"
        world.on("reporting", "GET", path, canned.as_json(publication))
    path = f"/v1/publications/{canned.PUBLICATION}/explanations/M1"
    world.on("reporting", "GET", path, canned.as_json(canned.explanation()))
