"""The template of a report is of what its organisation owes and has reported, under the record that stays."""

import csv
import io
from datetime import date
from uuid import UUID

from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.world import PARTNERS, World, line

from cdp_common.kernel.identifiers import new_id


async def owed_in(world: World, who: UUID, since: date, to: date) -> list[list[str]]:
    """Route, commissioner's name and open quantity of each row of the organisation's template."""
    content = await client(world, world.as_org(who)).get_report_template(world.place, from_=since, to=to)
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return [[row["route"], row["commissioner"], row["open_quantity"]] for row in rows]


async def test_a_template_is_of_who_owes_in_the_period_under_the_record_that_stays(world: World):
    first, second = (date(2026, 4, 1), date(2026, 6, 30)), (date(2026, 10, 1), date(2026, 12, 31))
    between = (date(2026, 7, 1), date(2026, 9, 30))
    made = await world.sign()
    await world.change(
        made, effective_on=date(2026, 9, 1), deliverer_id=world.charity, deliverer_name="Charity"
    )
    owed = ["procurement", "Council", "1336.3"]
    for who, due in ((world.supplier, [[owed], [owed], []]), (world.charity, [[], [owed], [owed]])):
        assert [await owed_in(world, who, *period) for period in (first, between, second)] == due

    funded = line(route="grant", commissioner_id=str(world.council))
    await world.report(world.charity, funded, line("CARBON", "1", "tco2e"))
    for version, (merged, into) in enumerate(
        ((world.charity, world.college), (world.council, world.supplier)), start=2
    ):
        told = {"organisation_id": str(merged), "survivor_id": str(into)}
        world.neighbours.tell(PARTNERS, "organisation.merged", new_id(), told, version)
    await world.consume()
    own = [["own_activity", "", ""], ["grant", "", ""]]
    leads = ["procurement", "Supplier", "1336.3"]
    assert await owed_in(world, world.college, *second) == [leads, *own]
    assert await owed_in(world, world.college, *first) == own
    assert await owed_in(world, world.supplier, *first) == [leads]
