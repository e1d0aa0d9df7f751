"""The OCDS packages: the real notice's facts, no person's data, and the invented tender marked as such."""

import json
from pathlib import Path
from typing import Any

import pytest


def package(data_folder: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((data_folder / "ocds" / name).read_text(encoding="utf-8"))
    return content


@pytest.fixture
def notice(data_folder: Path) -> dict[str, Any]:
    return package(data_folder, "find-a-tender-032703-2026.json")


@pytest.fixture
def sample(data_folder: Path) -> dict[str, Any]:
    return package(data_folder, "sample-harbour-lane-depot.json")


@pytest.mark.parametrize("name", ["find-a-tender-032703-2026.json", "sample-harbour-lane-depot.json"])
def test_a_package_has_what_the_standard_requires(data_folder: Path, name: str) -> None:
    content = package(data_folder, name)
    assert content["version"] == "1.1"
    assert {"uri", "publisher", "publishedDate", "license", "releases"} <= content.keys()
    (release,) = content["releases"]
    assert release.keys() >= {"ocid", "id", "date", "tag", "initiationType", "buyer", "tender"}
    buyers = [party for party in release["parties"] if "buyer" in party["roles"]]
    assert [(party["id"], party["name"]) for party in buyers] == [
        (release["buyer"]["id"], release["buyer"]["name"])
    ]


def test_the_real_notice_keeps_its_facts(notice: dict[str, Any]) -> None:
    (release,) = notice["releases"]
    tender = release["tender"]
    assert (release["id"], release["ocid"]) == ("032703-2026", "ocds-h6vhtk-067fb8")
    assert release["date"] == "2026-04-10T10:50:13+01:00"
    assert release["buyer"] == {"id": "GB-PPON-PDTL-7248-GWZW", "name": "Harrogate Town Council"}
    assert tender["title"] == "HARROGATE TOWN DISTRICT HEATING PROJECT - Feasibility Study"
    assert tender["value"] == {"amount": 33721, "amountGross": 40465.2, "currency": "GBP"}
    assert (tender["legalBasis"]["scheme"], tender["legalBasis"]["id"]) == ("UKPGA", "2023/54")
    assert tender["tenderPeriod"]["endDate"] == "2026-05-08T23:59:59+01:00"
    assert tender["enquiryPeriod"]["endDate"] == "2026-04-24T23:59:59+01:00"
    assert tender["aboveThreshold"] is False
    codes = [code["id"] for item in tender["items"] for code in item["additionalClassifications"]]
    assert codes == ["09323000", "79314000"]
    (lot,) = tender["lots"]
    assert lot["contractPeriod"] == {
        "startDate": "2026-05-14T00:00:00+01:00",
        "endDate": "2026-12-31T23:59:59Z",
    }
    weights = [row["numbers"][0]["number"] for row in lot["awardCriteria"]["criteria"]]
    assert weights == [30, 50, 20]
    assert [(found["noticeType"], found["id"]) for found in tender["documents"]] == [("UK4", "032703-2026")]
    assert notice["license"].endswith("/open-government-licence/version/3/")


def test_no_contact_details_are_kept(notice: dict[str, Any], sample: dict[str, Any]) -> None:
    for content in (notice, sample):
        text = json.dumps(content)
        for trace in ("contactPoint", "@", "telephone", "streetAddress", "Mrs ", "Mr "):
            assert trace not in text


def test_the_invented_tender_says_so_and_has_the_prefix_kept_for_examples(sample: dict[str, Any]) -> None:
    (release,) = sample["releases"]
    assert release["ocid"].startswith("ocds-213czf-")
    assert "synthetic sample" in release["tender"]["title"]
    assert "Synthetic sample" in sample["publisher"]["name"]
    assert "There is no such procurement" in release["tender"]["description"]


def test_the_folder_names_the_notice_its_address_and_its_licence(data_folder: Path) -> None:
    text = (data_folder / "ocds" / "README.md").read_text(encoding="utf-8")
    assert "https://www.find-tender.service.gov.uk/Notice/032703-2026" in text
    assert "Open Government Licence v3.0" in text
