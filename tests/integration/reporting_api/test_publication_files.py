"""Publications open with a bridge, and are given as page, table, PDF and signature, always the same bytes."""

import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zlib
from ctypes.util import find_library
from datetime import date, timedelta
from decimal import Decimal

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.test_publications import three_report
from tests.integration.reporting_api.world import World, keyed, line

from cdp_common.contracts.bridges import Bridge, BridgeStep
from cdp_common.contracts.publications import Publication


def steps_of(bridge: Bridge) -> dict[str, BridgeStep]:
    assert bridge.last_gbp + sum(step.total_gbp for step in bridge.steps) == bridge.this_gbp
    for step in bridge.steps:
        assert sum((one.total_gbp for one in step.lines), step.unnamed_gbp) == step.total_gbp
    return {step.step: step for step in bridge.steps if step.total_gbp}


def pounds(bridge: Bridge) -> dict[str, str]:
    return {name: str(step.total_gbp) for name, step in steps_of(bridge).items()}


async def test_the_bridge_leads_from_the_last_total_to_this_one(world: World):
    for org in (world.council, world.charity, world.college):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)
    await world.report(world.council, line(quantity="10"), period_start="2026-04-01", period_end="2026-06-30")
    first = await world.publish(period_start="2026-04-01", period_end="2026-06-30")
    delivered, validated = first.bridges
    assert (delivered.last_number, str(delivered.last_gbp), pounds(delivered)) == (
        None,
        "0.00",
        {"new_delivery": "179.60"},
    )
    assert pounds(validated) == {}

    # A late report of the quarter before, two of this one, a correction, and two reviews.
    await world.report(world.charity, line(quantity="20"), period_start="2026-04-01", period_end="2026-06-30")
    report = await world.report(world.council, line(quantity="10"))
    await world.report(world.supplier, line(quantity="1"))
    wrong = await world.report(world.college, line(quantity="30"))
    corrected = await world.http.post(
        f"/v1/reports/{wrong.id}/corrections",
        json={"reason": "Counted twice.", "lines": [line(quantity="15")]},
        headers=keyed(world.as_org(world.college)),
    )
    assert corrected.status_code == 201, corrected.text
    await world.review(report, {0: "5"})
    second = await world.publish()
    delivered, validated = second.bridges
    assert (delivered.last_number, delivered.last_through) == (1, date(2026, 6, 30))
    assert pounds(delivered) == {
        "new_delivery": "718.40",
        "late_reports": "359.20",
        "corrections": "-269.40",
        # The supplier alone did not agree to be named.
        "together": "17.96",
    }
    late = steps_of(delivered)["late_reports"]
    assert [(one.organisation, one.measure, str(one.total_gbp)) for one in late.lines] == [
        ("Charity", "HOURS", "359.20")
    ]
    assert pounds(validated) == {"new_delivery": "89.80"}

    manager = client(world, world.as_manager())
    page = await manager.list_bridge_entries(second.id, limit=4)
    rest = await world.http.get(page.next or "", headers=world.as_manager())
    entries = [*page.items, *rest.json()["items"]]
    assert len(page.items) == 4
    found = (await manager.list_bridge_entries(second.id, limit=100)).items
    assert len(found) == len(entries)
    assert sum(entry.total_gbp for entry in found if entry.figure == "delivered") == (
        delivered.this_gbp - delivered.last_gbp
    )
    other = await manager.list_bridge_entries(first.id)
    assert [entry.step for entry in other.items] == ["new_delivery"]


async def test_a_restatement_says_line_by_line_what_it_changes(world: World):
    await three_report(world)
    await world.join(world.supplier, date(2022, 9, 29), named_totals_agreed=True)
    await world.publish()
    world.clock.advance(timedelta(days=1))
    await world.report(world.supplier, line(quantity="10"), named_totals_agreed=True)
    second = await world.publish(reason="A late report came in.")
    changes = {(one.by, one.label, one.figure): one for one in second.cell_changes}
    route = changes["route", "Own activity", "delivered"]
    assert (route.before_gbp, route.after_gbp) == (Decimal("642.68"), Decimal("822.28"))
    [bridge, _] = second.bridges
    assert pounds(bridge) == {"late_reports": "179.60"}
    assert (bridge.last_number, bridge.this_through) == (1, date(2026, 9, 30))


async def test_every_form_of_a_publication_is_kept_and_signed(world: World):
    await three_report(world)
    answer = await world.try_publish()
    publication = Publication.model_validate_json(answer.content)
    path = f"/v1/publications/{publication.id}/files"
    page = await world.http.get(f"{path}/html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert '<html lang="en-GB">' in page.text
    charts = [ElementTree.fromstring(chart) for chart in re.findall(r"<svg.*?</svg>", page.text, re.DOTALL)]
    assert charts
    assert all(chart.attrib["role"] == "img" and chart.attrib["aria-label"] for chart in charts)
    assert page.text.count("<table>") == page.text.count("<caption>")
    assert "£642.68" in page.text
    assert "withheld" in page.text
    table = await world.http.get(f"{path}/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    whole = [row for row in rows if row["by"] == "total" and row["figure"] == "delivered"]
    assert [row["total_gbp"] for row in whole] == ["642.68"]
    gifts = [row for row in rows if row["label"] == "Measure GIFTS" and row["figure"] == "delivered"]
    assert [(row["total_gbp"], row["withheld"]) for row in gifts] == [("", "disclosure")]
    [address] = re.findall(rf'href="(http://[^"]+/v1/publications/{publication.id})"', page.text)
    carried = {tuple(row.values())[-9:] for row in rows}
    coverage, editions = publication.value.coverage, publication.value.editions
    assert carried == {
        (
            publication.value.as_of.isoformat(),
            str(coverage.due_count),
            str(coverage.reported_count),
            "" if coverage.ratio is None else str(coverage.ratio),
            "" if coverage.due_value_ratio is None else str(coverage.due_value_ratio),
            "0.0000",
            "; ".join(one.label for one in editions),
            " ".join(one.edition_hash for one in editions),
            address,
        )
    }
    # The JSON says of all figures what each row of the table does.
    assert publication.format == 5
    assert (str(publication.validated_share), publication.url) == ("0.0000", address)
    signature = await world.http.get(f"{path}/signature")
    key = OKPKey.import_key((await client(world).get_publication_keys()).keys[0])
    registry = jws.JWSRegistry(algorithms=["Ed25519"])
    said = json.loads(jws.deserialize_compact(signature.text, key, registry=registry).payload)
    assert said["content_sha256"] == publication.content_sha256
    assert said["json_sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert said["html_sha256"] == hashlib.sha256(page.content).hexdigest()
    assert said["csv_sha256"] == hashlib.sha256(table.content).hexdigest()
    again = await world.http.get(f"{path}/html", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    absent = await world.http.get(f"/v1/publications/{world.place}/files/html")
    assert (absent.status_code, absent.json()["code"]) == (404, "publication_not_found")


# A machine may have Pango and not the library that cuts fonts: then the fonts' other tool does it.
@pytest.mark.filterwarnings("ignore:HarfBuzz-Subset will be required:DeprecationWarning")
async def test_the_pdf_is_tagged_and_stays_as_it_was_made(world: World):
    publication = await world.publish()
    if find_library("pango-1.0") is None:
        pytest.skip("Pango is not on this machine")
    first = await client(world).get_publication_file(publication.id, "pdf")
    assert first.startswith(b"%PDF-")
    inside = [_inflated(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", first, re.DOTALL)]
    whole = b"".join([first, *inside])
    assert b"http://www.aiim.org/pdfua/ns/id/" in whole
    assert all(part in whole for part in (b"/StructTreeRoot", b"/Lang (en-GB)", b"/S /Table", b"/S /TH"))
    assert await client(world).get_publication_file(publication.id, "pdf") == first


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
