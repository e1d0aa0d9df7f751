"""A bid as a CSV file goes the way of JSON: same rules, receipt and opening; faults name row and column."""

import csv
import io

import httpx2
from tests.integration.procurement_api.world import LINES, Json, Party, World, bid_of, faults, refused

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import canonical_json, commitment


def csv_of(lines: list[Json], **once: str) -> bytes:
    """The lines as a file; what is stated once stands in the first row."""
    names = list(dict.fromkeys([*once, *(name for line in lines for name in line)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({**(once if index == 0 else {}), **line} for index, line in enumerate(lines))
    return text.getvalue().encode()


async def sent(world: World, path: str, as_: Party, content: bytes, **headers: str) -> httpx2.Response:
    stated = {"Authorization": f"Bearer {as_.token}", "Idempotency-Key": str(new_id()), **headers}
    return await world.http.post(path, content=content, headers={"Content-Type": "text/csv", **stated})


async def test_a_file_is_a_bid_of_the_callers_own_and_opens_as_one(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    path, key = f"/v1/tenders/{tender['id']}/bids", str(new_id())
    tried = await sent(world, f"{path}/validate", bidder, csv_of(LINES))
    asked = {"lines": LINES}
    assert tried.json() == await world.done("POST", f"{path}/validate", asked, as_=bidder)
    first = await sent(world, path, bidder, csv_of(LINES), **{"Idempotency-Key": key})
    assert first.status_code == 201, first.text
    again = await sent(world, path, bidder, csv_of(LINES), **{"Idempotency-Key": key})
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    receipt = first.json()
    # The receipt commits to the JSON that the rows come to.
    commitment_key = bytes.fromhex(receipt["commitment_key"])
    assert receipt["commitment"] == commitment(commitment_key, canonical_json(asked))
    versions = f"/v1/bids/{receipt['bid_id']}/versions"
    replaced = await sent(world, versions, bidder, csv_of(LINES[:2]))
    assert (replaced.status_code, replaced.json()["version"]) == (201, 2)
    [bid] = (await world.opened(tender))["bids"]
    assert bid["tenderer_organisation_id"] == str(bidder.id)
    assert [(each["measure"], each["answer"]) for each in bid["lines"]] == [
        (each["measure"], each["answer"]) for each in LINES[:2]
    ]


async def test_a_portals_file_says_for_whom_it_bids(world: World):
    tender, portal = await world.published(), world.party("Portal")
    path = f"/v1/tenders/{tender['id']}/bids"
    appointment = {"portal_organisation_id": str(portal.id)}
    appointing = f"/v1/tenders/{tender['id']}/portal-appointments"
    await world.done("POST", appointing, appointment, as_=world.buyer)
    assert faults(await sent(world, path, portal, csv_of(LINES))) == [("/tenderers", "tenderer_missing")]
    once = {"tenderer_scheme": "GB-COH", "tenderer_id": "01234567", "tenderer_name": "Kitchens Ltd"}
    attested = {"authorised_by": "Director", "authorised_at": "2026-11-22T09:00:00Z"}
    missing = await sent(world, path, portal, csv_of(LINES, **once, **attested))
    assert faults(missing) == [("/columns/portal_user_ref", "portal_user_missing")]
    whole = csv_of(LINES, **once, **attested, portal_user_ref="u-1")
    assert (await sent(world, path, portal, whole)).status_code == 201


async def test_faults_name_the_row_and_the_column_and_nothing_changes(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    path = f"/v1/tenders/{tender['id']}/bids"
    before = await world.state()
    bad = [LINES[0], {**LINES[1], "quantity": "-1"}, {**LINES[2], "unit": "hours"}]
    response = await sent(world, path, bidder, csv_of(bad))
    assert faults(response) == [("/rows/2/quantity", "quantity_negative"), ("/rows/3/unit", "unit_mismatch")]
    assert response.json()["errors"][0]["message"].startswith("Row 2, column quantity: ")
    words = [{**LINES[0], "quantity": "many"}]
    assert faults(await sent(world, path, bidder, csv_of(words))) == [("/rows/1/quantity", "invalid")]
    nul = [{**LINES[0], "answer": "a\x00b"}]
    assert faults(await sent(world, path, bidder, csv_of(nul))) == [("/rows/1/answer", "text_unusable")]
    header = await sent(world, path, bidder, b"measure,price\r\nM-JOB,1\r\n")
    assert refused(header) == (422, "bid_file_refused")
    latin = {"Content-Type": "text/csv; charset=latin-1"}
    assert refused(await sent(world, path, bidder, csv_of(LINES), **latin)) == (415, "unsupported_media_type")
    assert await world.state() == before
    assert (await world.post(path, bid_of(bidder), as_=bidder)).status_code == 201
