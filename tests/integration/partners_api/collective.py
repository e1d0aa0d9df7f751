"""What the tests of a collective say in one word: a place with two partners and who may act for whom."""

from dataclasses import dataclass

from tests.integration.partners_api.world import Json, Registered, World

OBJECTIVES = [{"code": "O1", "title": "More jobs"}, {"code": "O3", "title": "Better health"}]
PHASES = [{"code": "phase-1", "title": "Phase 1"}, {"code": "phase-2", "title": "Phase 2"}]
SOURCE = {"source": "test"}


@dataclass(frozen=True)
class Collective:
    """A place with its operator, and two partners that joined in 2022; the second one left in 2023."""

    operator: str
    place: Json
    stays: Registered
    leaver: Registered
    staying: Json
    leaving: Json

    @property
    def path(self) -> str:
        return f"/v1/places/{self.place['id']}"


async def collective(world: World) -> Collective:
    """A place whose programme has objectives and phases, with two partners."""
    operator = await world.operator()
    place = await world.place(operator, objectives=OBJECTIVES, phases=PHASES)
    stays, leaver = await world.registered("livin"), await world.registered("Karbon Homes")
    memberships = []
    for partner, valid_to in ((stays, None), (leaver, "2023-10-23")):
        body = {
            "organisation_id": str(partner.organisation_id),
            "valid_from": "2022-09-29",
            "valid_to": valid_to,
            **SOURCE,
        }
        memberships.append(await world.made(f"/v1/places/{place['id']}/memberships", body, token=operator))
    return Collective(operator, place, stays, leaver, *memberships)
