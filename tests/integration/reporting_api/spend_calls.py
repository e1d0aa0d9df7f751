"""Payments of the tests, and how the access matrix calls the operations on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
from tests.integration.reporting_api.world import QUARTER, Headers, World, keyed

from cdp_common.contracts.spend import SpendImport, SpendPreview

Call = Callable[[World, Headers, Any], Awaitable[httpx2.Response]]

HEADER = "Payment Date,Supplier Name,Company No,Supplier Postcode,Category,Trans No,Net Amount"
FILE = "\n".join(
    [
        HEADER,
        "01/07/2026,Acme Builders Ltd,01234567,DH1 1AA,Construction,1,1000.00",
        "02/07/2026,Mrs J Example,,DH1 1AB,Transport,2,50.00",
        "03/08/2026,Faraway Foods plc,,SW1A 1AA,Catering,3,400.00",
    ]
).encode()


def file_query(world: World, **stated: Any) -> dict[str, Any]:
    """Whose payments of which period a file holds."""
    period = {"period_start": QUARTER[0], "period_end": QUARTER[1]}
    return {"place_id": str(world.place), **period, **stated}


async def send_spend(
    world: World, headers: Headers, content: bytes = FILE, path: str = "/v1/spend-imports", **stated: Any
) -> httpx2.Response:
    """The answer to sending a file of payments."""
    media_type = stated.pop("media_type", "text/csv")
    more = stated.pop("more", {})
    return await world.http.post(
        path,
        params=file_query(world, **stated),
        content=content,
        headers={**headers, "Content-Type": media_type, **more},
    )


async def preview_spend(world: World, org: UUID, content: bytes = FILE, **stated: Any) -> SpendPreview:
    """How a file would be understood."""
    path = "/v1/spend-imports/preview"
    answer = await send_spend(world, world.as_org(org), content, path, **stated)
    assert answer.status_code == 200, answer.text
    return SpendPreview.model_validate_json(answer.content)


async def import_spend(world: World, org: UUID, content: bytes = FILE, **stated: Any) -> SpendImport:
    """An import, its columns confirmed as the preview tells them."""
    kept = {name: stated.pop(name) for name in ("supersedes", "reason") if name in stated}
    mapping = (await preview_spend(world, org, content, **stated)).summary.mapping
    headers = keyed(world.as_org(org))
    answer = await send_spend(world, headers, content, mapping=mapping, **stated, **kept)
    assert answer.status_code == 201, answer.text
    return SpendImport.model_validate_json(answer.content)


async def join_all(world: World, *orgs: UUID) -> None:
    """Make organisations partners of the place for good."""
    for org in orgs:
        await world.join(org, date(2022, 9, 29))


async def spend_object(world: World, operation: str) -> str | None:
    """The import that an operation is asked about: of the council, a partner of the place."""
    await join_all(world, world.council)
    if operation in ("preview_spend_import", "import_spend"):
        return (await preview_spend(world, world.council)).summary.mapping
    made = await import_spend(world, world.council)
    if operation in ("decide_spend_supplier", "remove_spend_supplier_name"):
        return str(await world.scalar("SELECT id FROM spend_suppliers ORDER BY id LIMIT 1"))
    if operation == "list_spend_rounds":
        headers = keyed(world.as_org(world.council))
        stated = await world.http.post(
            f"/v1/places/{world.place}/spend-rounds", json=round_draft(), headers=headers
        )
        assert stated.status_code == 201, stated.text
    return str(made.id)


def round_draft(number: int = 2, amount: str = "400.00", **changes: Any) -> dict[str, Any]:
    """What a survey found of a round of spending in the quarter."""
    return {
        "round": number,
        "period_start": QUARTER[0],
        "period_end": QUARTER[1],
        "amount_gbp": amount,
        "asked_count": 20,
        "answered_count": 12,
        "method": "Answers were not grossed up.",
        "source": "Survey of suppliers, 2026",
        **changes,
    }


WINDOW = {"from": QUARTER[0], "to": QUARTER[1]}

SPEND_CALLS: dict[str, Call] = {
    "preview_spend_import": lambda world, headers, _: send_spend(
        world, headers, path="/v1/spend-imports/preview"
    ),
    "import_spend": lambda world, headers, target: send_spend(
        world, keyed(headers), mapping=target.collective_id
    ),
    "list_spend_imports": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/spend-imports", headers=headers
    ),
    "get_spend_import": lambda world, headers, target: world.http.get(
        f"/v1/spend-imports/{target.collective_id}", headers=headers
    ),
    "list_spend_rows": lambda world, headers, target: world.http.get(
        f"/v1/spend-imports/{target.collective_id}/rows", headers=headers
    ),
    "match_spend_suppliers": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/spend-matching", headers=headers
    ),
    "list_spend_suppliers": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/spend-suppliers", headers=headers
    ),
    "decide_spend_supplier": lambda world, headers, target: world.http.post(
        f"/v1/spend-suppliers/{target.collective_id}/decisions",
        json={"outcome": "unknown"},
        headers=keyed(headers),
    ),
    "remove_spend_supplier_name": lambda world, headers, target: world.http.post(
        f"/v1/spend-suppliers/{target.collective_id}/name-removal", json={"reason": "x"}, headers=headers
    ),
    "get_spend_figures": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/spend-figures", params=WINDOW, headers=headers
    ),
    "get_own_spend_figures": lambda world, headers, _: world.http.get(
        "/v1/spend-figures", params={**WINDOW, "place_id": str(world.place)}, headers=headers
    ),
    "record_spend_round": lambda world, headers, _: world.http.post(
        f"/v1/places/{world.place}/spend-rounds", json=round_draft(), headers=keyed(headers)
    ),
    "list_spend_rounds": lambda world, headers, _: world.http.get(
        f"/v1/places/{world.place}/spend-rounds", headers=headers
    ),
    "get_spend_rules": lambda world, headers, _: world.http.get("/v1/spend-rules", headers=headers),
}
