"""A contract with indicators as procurement-api publishes it, and what callers ask about its performance."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.integration.reporting_api.framework import EDITION
from tests.integration.reporting_api.world import World, keyed, promised_line, scheduled

from cdp_common.contracts.commitments import CommitmentsMade
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.json_text import json_text
from cdp_common.kernel.ocds_packages import PackageHead, record_package
from procurement_api.domain.release_facts import (
    Commitment,
    ContractSigned,
    Framework,
    Indicator,
    Party,
    Pounds,
    ProxyRef,
)
from procurement_api.domain.releases import contract_release

OCID = "ocds-213czf-1"
SIGNED_AT = datetime(2026, 4, 2, tzinfo=UTC)
PERFORMANCE_PATH = "/v1/performance-notices"


async def bought(world: World) -> CommitmentsMade:
    """A contract of the council's with two indicators, known here, and published by procurement-api."""
    parts = scheduled((date(2026, 9, 30), "0.5"), (date(2027, 9, 30), "0.5"))
    line = promised_line(quantity=Decimal(200), counted_quantity=Decimal(200), schedule=parts)
    made = await world.sign(world.commitment(lines=[line]))
    world.neighbours.records[OCID] = record_of(made)
    return made


def record_of(made: CommitmentsMade) -> str:
    """The record of the contract as procurement-api answers it."""
    [line] = made.lines
    commitment = Commitment(
        id=line.line_id,
        measure=line.measure,
        title="Hours",
        unit=line.unit,
        quantity=line.quantity,
        counted_quantity=line.counted_quantity,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        schedule=[],
        method_version="test-1",
        proxy=ProxyRef("HOURS", 2026),
        pounds=Pounds(Decimal("3592.00"), Decimal(0), None, None, Decimal(0)),
        licensed_framework=None,
        area=None,
        industry=None,
        lot=None,
    )
    content = contract_release(
        ContractSigned(
            id=made.source_id,
            title=made.title,
            reference=made.reference,
            buyer=Party(UUID(int=1), "Council"),
            supplier=Party(made.deliverer_id, "Supplier"),
            value_gbp=Decimal("6000000.10"),
            signed_on=made.signed_on,
            starts_on=made.starts_on,
            ends_on=made.ends_on,
            bid_id=None,
            framework=Framework("open-measures", "2026", EDITION),
            commitments=[commitment],
            data_status="actual",
            indicators=[Indicator("Hours given", line.line_id), Indicator("Calls answered", None)],
        )
    )
    body = {"ocid": OCID, "id": str(new_id()), "date": "2026-04-02T00:00:00.000Z", **content}
    head = PackageHead("https://p.example", "P", "https://p.example", "https://p.example", SIGNED_AT)
    return record_package(head, OCID, [json_text(body)])


def notice_of(made: CommitmentsMade, *ratings: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The council's assessment of the quarter; calls were answered well unless ratings are given."""
    return {
        "agreement_id": str(made.source_id),
        "ocid": OCID,
        "period_start": "2026-07-01",
        "period_end": "2026-09-30",
        "ratings": list(ratings) or [{"indicator": "kpi-2", "rating": "good"}],
        **changes,
    }


def buyer(world: World, org: UUID | None = None) -> dict[str, str]:
    """Somebody who may change agreements, of the council unless another is named."""
    return world.mint.headers(org=org or world.council, scopes=["agreements:write"], client_id="buyer")


async def _publish(world: World, headers: dict[str, str], _: Any) -> Any:
    source_id = UUID(str(await world.scalar("SELECT source_id FROM commitments")))
    draft = notice_of(world.commitment(source_id=source_id))
    return await world.http.post(PERFORMANCE_PATH, json=draft, headers=keyed(headers))


async def _release(world: World, headers: dict[str, str], _: Any) -> Any:
    path = f"/v1/ocds/releases/{await world.scalar('SELECT id FROM ocds_releases')}"
    return await world.http.get(path, headers=headers)


PERFORMANCE_CALLS: dict[str, Any] = {
    "publish_performance": _publish,
    "get_ocds_release": _release,
    "list_ocds_releases": lambda world, headers, _: world.http.get(
        "/v1/ocds/release-packages", headers=headers
    ),
    "get_ocds_record": lambda world, headers, _: world.http.get(f"/v1/ocds/records/{OCID}", headers=headers),
}


async def performance_object(world: World, operation: str) -> None:
    """The contract that an operation is about, with a release where one is read."""
    if operation in PERFORMANCE_CALLS:
        made = await bought(world)
        if operation != "publish_performance":
            answer = await world.http.post(
                PERFORMANCE_PATH, json=notice_of(made), headers=keyed(buyer(world))
            )
            assert answer.status_code == 201, answer.text
