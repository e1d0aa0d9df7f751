"""Partners of the place, and plans of own activity that they adopt."""

from datetime import date
from typing import Any

from tests.integration.procurement_api.neighbours import EDITION
from tests.integration.procurement_api.world import Json, Party, World


def partner_of(world: World, name: str, since: str = "2022-09-29", until: str | None = None) -> Party:
    """A new organisation that is a partner of the place from a day on."""
    party = world.party(name)
    last = None if until is None else date.fromisoformat(until)
    world.partners.join(party.id, date.fromisoformat(since), last)
    return party


async def adopted(world: World, partner: Party, **changes: Any) -> Json:
    """A plan of the partner's."""
    return await world.done("POST", "/v1/plans", plan_of(world, **changes), as_=partner)


def plan_of(world: World, **changes: Any) -> Json:
    """A plan for the year from April 2026: 120 hours in equal months, and four of something at two dates."""
    return {
        "reference": "PLAN-2026",
        "title": "What we do in 2026/27",
        "place_id": str(world.partners.place_id),
        "place_slug": "county-durham",
        "adopted_on": "2026-03-20",
        "starts_on": "2026-04-01",
        "ends_on": "2027-03-31",
        "edition_hash": EDITION,
        "lines": [
            {"measure": "M-HOURS", "quantity": "120", "unit": "hours", "area_code": "E01020762"},
            {
                "measure": "M-COUNT",
                "quantity": "4",
                "unit": "count",
                "schedule": [
                    {"due_on": "2026-09-30", "share": "0.25"},
                    {"due_on": "2027-03-31", "share": "0.75"},
                ],
            },
        ],
        "data_status": "synthetic_sample",
        **changes,
    }
