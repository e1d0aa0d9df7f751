"""What was delivered against one promised line: to whom it concerns, of reports that stand."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.integration.reporting_api.world import Headers, World, contract_line, line, promised_line

from cdp_common.contracts.base import Batch
from cdp_common.contracts.line_deliveries import LineDelivery
from cdp_common.kernel.identifiers import new_id


async def ask(world: World, headers: Headers, *ids: UUID) -> Batch[LineDelivery]:
    body = {"ids": [str(one) for one in ids]}
    answer = await world.http.post("/v1/commitment-lines/deliveries/batch", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return Batch[LineDelivery].model_validate_json(answer.content)


def figures(found: LineDelivery) -> tuple[Any, ...]:
    return found.delivered_quantity, found.total_gbp, found.validated_gbp, found.report_count, found.through


async def test_who_promised_and_who_was_promised_see_what_standing_reports_delivered(world: World) -> None:
    promised = (await world.sign()).lines[0].line_id
    nobody_knows = new_id()
    supplier = world.as_org(world.supplier)
    found = await ask(world, supplier, promised, nobody_knows, promised)
    assert (len(found.items), found.missing) == (1, [nobody_knows])
    assert figures(found.items[0]) == (0, Decimal("0.00"), Decimal("0.00"), 0, None)
    report = await world.report(world.supplier, contract_line(promised), line())
    quarter_end = report.period_end
    expected = (Decimal(100), Decimal("1796.00"), Decimal("0.00"), 1, quarter_end)
    for headers in (supplier, world.as_org(world.council), world.as_validator()):
        [item] = (await ask(world, headers, promised)).items
        assert figures(item) == expected
    assert (await ask(world, world.as_org(world.charity), promised)).missing == [promised]
    await world.review(report, {0: "50", 1: "10"})
    [item] = (await ask(world, supplier, promised)).items
    assert figures(item) == (Decimal(100), Decimal("1796.00"), Decimal("898.00"), 1, quarter_end)
    assert isinstance(item.through, date)


async def test_quantities_of_licensed_measures_are_for_who_reported_them_and_for_holders_of_the_licence(
    world: World,
) -> None:
    banked = promised_line(measure="BANKED", unit="count")
    [promised] = (await world.sign(world.commitment(lines=[banked]))).lines
    line_id = promised.line_id
    assert len((await ask(world, world.as_org(world.council), line_id)).items) == 1  # nothing was delivered
    await world.report(world.supplier, contract_line(line_id, "2", measure="BANKED", unit="count"))
    [own] = (await ask(world, world.as_org(world.supplier), line_id)).items
    assert figures(own)[:3] == (Decimal(2), None, None)
    assert (own.licensed_framework, own.withheld) == ("open-toms", "licensed")
    for headers in (world.as_org(world.council), world.as_validator()):
        assert (await ask(world, headers, line_id)).missing == [line_id]
    holder = world.as_validator(scopes=["reports:read", "frameworks:licensed:open-toms"])
    [shown] = (await ask(world, holder, line_id)).items
    assert figures(shown)[:3] == (Decimal(2), Decimal("10.00"), Decimal("0.00"))
