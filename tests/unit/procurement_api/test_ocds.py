"""Reading OCDS packages: real notices, and the mess that real notices are."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.ocds_schemas import OCDS

from procurement_api.domain.notice_facts import kept_of_notice
from procurement_api.domain.ocds import (
    MAX_ID_CHARS,
    MAX_LOTS,
    MAX_RELEASES,
    OcidNotInPackage,
    PackageUnreadable,
    is_awarded,
    read_package,
)
from procurement_api.domain.ocds_awards import AwardFacts, NamedParty
from procurement_api.domain.ocds_parts import (
    MAX_DEPTH,
    MAX_TITLE_CHARS,
    LotFacts,
    PoundsStated,
    StatedValue,
    lots_of,
    pounds_of,
    without_contacts,
)

ROOT = Path(__file__).resolve().parents[3]
REAL_NOTICE = ROOT / "data" / "ocds" / "find-a-tender-032703-2026.json"
SHARED = OCDS


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def release(**changes: Any) -> dict[str, Any]:
    return {
        "id": "r-1",
        "ocid": "ocds-h6vhtk-1",
        "date": "2026-01-02T00:00:00Z",
        "tag": ["tender"],
        "tender": {"id": "T-1", "title": "A tender"},
        **changes,
    }


def faults(*releases: Any) -> list[tuple[str | None, str]]:
    return [(fault.release_id, fault.code) for fault in read_package({"releases": list(releases)})[1]]


def test_a_real_find_a_tender_notice_is_read():
    [facts], found = read_package(read(REAL_NOTICE))
    assert found == []
    assert (facts.ocid, facts.release_ids) == ("ocds-h6vhtk-067fb8", ("032703-2026",))
    assert facts.title == "HARROGATE TOWN DISTRICT HEATING PROJECT - Feasibility Study"
    assert facts.pounds.net == Decimal("33721.00")
    assert facts.lots == (LotFacts("1", "Lot 1", PoundsStated(Decimal("33721.00"), Decimal("40465.20"))),)
    assert facts.reference == "ocds-h6vhtk-067fb8"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real OCDS files is not on this machine")
def test_every_release_of_real_packages_is_taken_or_told_of():
    # The folder also holds the standard's schemas; only the packages themselves have releases.
    packages = [read(path) for path in sorted(SHARED.glob("*.json"))]
    assert packages
    for package in packages:
        tenders, found = read_package(package)
        taken = [release_id for facts in tenders for release_id in facts.release_ids]
        assert len(taken) + len(found) == len(package["releases"])
        assert len({facts.ocid for facts in tenders}) == len(tenders)
        for facts in tenders:
            assert facts.title
            assert "contactPoint" not in json.dumps(facts.release)
            assert facts.pounds.either is None or facts.pounds.either.as_tuple().exponent == -2


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real OCDS files is not on this machine")
def test_a_real_contracts_finder_search_gives_its_tenders_and_awards_and_leaves_what_is_planned():
    [path] = SHARED.glob("contracts_finder_search_2025-01-23*.json")
    tenders, found = read_package(read(path))
    codes = [fault.code for fault in found]
    # 33 tender, 5 tenderAmendment and 3 planning releases; 59 of the award stage.
    assert set(codes) <= {"release_planning_only", "tender_called_off"}
    assert codes.count("release_planning_only") == 3
    assert sum(len(facts.release_ids) for facts in tenders) + len(found) == 100
    awarded = [facts for facts in tenders if facts.awards]
    assert all(is_awarded(facts.release) for facts in awarded)
    assert all(award.suppliers for facts in awarded for award in facts.awards)
    assert all(facts.buyer is not None for facts in tenders)


@pytest.mark.parametrize(
    "package", [{}, {"releases": []}, {"releases": {}}, {"records": []}, {"releases": None}]
)
def test_what_is_no_release_package_is_refused(package):
    with pytest.raises(PackageUnreadable):
        read_package(package)


def test_a_package_has_at_most_so_many_releases():
    many = [release(id=f"r-{n}", ocid=f"o-{n}") for n in range(MAX_RELEASES)]
    assert len(read_package({"releases": many})[0]) == MAX_RELEASES
    with pytest.raises(PackageUnreadable):
        read_package({"releases": [*many, release()]})


@pytest.mark.parametrize(
    "bad, found",
    [
        ("text", (None, "release_unreadable")),
        (None, (None, "release_unreadable")),
        (release(id=None), (None, "release_without_id")),
        (release(ocid="  "), ("r-1", "release_without_id")),
        (release(id={"a": 1}), (None, "release_without_id")),
        (release(ocid="o" * (MAX_ID_CHARS + 1)), ("r-1", "id_too_long")),
        (release(id="i" * (MAX_ID_CHARS + 1)), ("i" * MAX_ID_CHARS, "id_too_long")),
        (release(tag=["planning"]), ("r-1", "release_planning_only")),
        (release(tag=["somethingElse"]), ("r-1", "release_without_tender")),
        (release(tender={"title": "A", "status": "cancelled"}), ("r-1", "tender_called_off")),
        (
            release(tender={"title": "A", "lots": [{"id": "1", "status": "cancelled"}]}),
            ("r-1", "tender_called_off"),
        ),
        (release(tag=["award"], tender=None), ("r-1", "tender_without_title")),
        (release(tag=None), ("r-1", "release_without_tender")),
        (release(tag=[{"a": 1}]), ("r-1", "release_without_tender")),
        (release(tender=None), ("r-1", "tender_without_title")),
        (release(tender=[]), ("r-1", "tender_without_title")),
        (release(tender={"title": " "}), ("r-1", "tender_without_title")),
        (release(tender={"title": ["A"]}), ("r-1", "tender_without_title")),
        (
            release(tender={"title": "A", "lots": [{"id": "1"}] * (MAX_LOTS + 1)}),
            ("r-1", "too_many_lots"),
        ),
    ],
)
def test_a_release_that_cannot_be_read_is_told_of_and_the_others_go_on(bad, found):
    good = release(id="r-2", ocid="ocds-2")
    tenders, told = read_package({"releases": [bad, good]})
    assert [facts.release_ids for facts in tenders] == [("r-2",)]
    assert [(fault.release_id, fault.code) for fault in told] == [found]


@pytest.mark.parametrize(
    "tag",
    [["planning", "tender"], ["tender"], ["tenderAmendment"], ["award", "tenderUpdate"], ["award"], "tender"],
)
def test_releases_of_the_tender_stage_are_taken(tag):
    assert faults(release(tag=tag)) == []


def test_releases_of_one_process_are_merged_oldest_first_whatever_their_order_and_offsets():
    older = release(id="r-1", date="2026-01-01T10:00:00Z", tender={"title": "First", "description": "Words"})
    newer = release(id="r-2", date="2026-01-01T09:30:00-01:00", tender={"title": "Amended"})
    undated = release(id="r-0", date="yesterday", tender={"title": "Old"})
    local = release(id="r-3", date="2026-01-02T08:00:00", tender={"lots": None})
    for releases in ([older, newer, undated, local], [local, undated, newer, older]):
        [facts], found = read_package({"releases": releases})
        assert (facts.title, facts.description) == ("Amended", "Words")
        assert facts.release_ids == ("r-0", "r-1", "r-2", "r-3")
        assert found == []


def test_one_process_is_taken_out_of_a_package_by_its_ocid():
    package = {"releases": [release(), release(id="r-2", ocid="ocds-2"), "text"]}
    [facts], found = read_package(package, "ocds-2")
    assert (facts.ocid, found) == ("ocds-2", [])
    with pytest.raises(OcidNotInPackage):
        read_package(package, "ocds-3")


def test_records_give_their_embedded_releases_and_linked_ones_their_compiled_release():
    linked = {"url": "https://example.org/1", "date": "2026-01-01T00:00:00Z"}
    compiled = release(id="c-2", ocid="ocds-2", tag=["compiled"])
    records = [
        {"ocid": "ocds-h6vhtk-1", "releases": [release(), release(id="r-2")], "compiledRelease": compiled},
        {"ocid": "ocds-2", "releases": [linked], "compiledRelease": compiled},
        {"ocid": "ocds-3", "releases": [linked]},
    ]
    tenders, found = read_package({"records": records})
    assert [facts.release_ids for facts in tenders] == [("r-1", "r-2"), ("c-2",)]
    assert [fault.code for fault in found] == ["release_unreadable"]


def test_awards_name_their_suppliers_by_the_parties_and_values_stay_in_their_currency():
    parties = [
        {"id": "S", "name": "Supplier Ltd", "identifier": {"scheme": "GB-COH", "id": "01234567"}},
        {"id": 7, "identifier": {"legalName": "Council"}, "roles": ["buyer"]},
    ]
    value = {"amount": None, "amountGross": 12.5, "currency": "EUR"}
    awards = [
        {"id": 1, "date": "31/01/2026", "value": value, "suppliers": [{"id": "S"}, {"id": "nobody"}, None]},
        {"id": "2", "status": "cancelled", "suppliers": [{"name": "Other"}]},
        "text",
    ]
    tender = {"title": "A", "value": value}
    stated = release(tag=["award"], parties=parties, awards=awards, tender=tender)
    [facts], _ = read_package({"releases": [stated]})
    worth = StatedValue("EUR", None, Decimal("12.5"))
    supplier = NamedParty("Supplier Ltd", "GB-COH", "01234567")
    assert facts.awards == (AwardFacts("1", None, "31/01/2026", worth, (supplier,)),)
    assert (facts.value, facts.pounds.either) == (worth, None)
    assert facts.buyer == NamedParty("Council", None, None)
    assert is_awarded(facts.release)
    assert not is_awarded(release())


def test_numbers_are_taken_as_ids_and_texts_are_trimmed_and_cut():
    [facts], _ = read_package(
        {"releases": [release(id=7, tender={"id": 42, "title": f" {'x' * 400} ", "description": " d "})]}
    )
    assert (facts.release_ids, facts.reference, facts.description) == (("7",), "42", "d")
    assert facts.title == "x" * MAX_TITLE_CHARS


@pytest.mark.parametrize(
    "value, pounds",
    [
        ({"amount": 100, "currency": "GBP"}, "100.00"),
        ({"amount": 372032.1, "currency": "GBP"}, "372032.10"),
        ({"amount": "12.345", "currency": "GBP"}, "12.35"),
        ({"amount": 33721.149999999994, "currency": "GBP"}, "33721.15"),
        ({"amountGross": 40465.2, "currency": "GBP"}, "40465.20"),
        ({"amount": 0, "currency": "GBP"}, "0.00"),
        ({"amount": 10**15 - 1, "currency": "GBP"}, "999999999999999.00"),
        ({"amount": 10**15, "currency": "GBP"}, None),
        ({"amount": -1, "currency": "GBP"}, None),
        ({"amount": 100, "currency": "EUR"}, None),
        ({"amount": 100}, None),
        ({"amount": "12,000", "currency": "GBP"}, None),
        ({"amount": " 1E+3 ", "currency": "GBP"}, "1000.00"),
        ({"amount": -0.0, "currency": "GBP"}, "0.00"),
        ({"amount": f"1.{'3' * 30}", "currency": "GBP"}, "1.33"),
        ({"amount": f"1.{'3' * 31}", "currency": "GBP"}, None),
        ({"amount": "1e-999999999999", "currency": "GBP"}, None),
        ({"amount": "0e999999999999", "currency": "GBP"}, None),
        ({"amount": "1e9999999999999999999", "currency": "GBP"}, None),
        ({"amount": "1_000", "currency": "GBP"}, None),
        ({"amount": "\u0661\u0662", "currency": "GBP"}, None),
        ({"amount": float("inf"), "currency": "GBP"}, None),
        ({"amount": "NaN", "currency": "GBP"}, None),
        ({"amount": True, "currency": "GBP"}, None),
        ({"amount": None, "currency": "GBP"}, None),
        ({"currency": "GBP"}, None),
        ("100", None),
        (None, None),
    ],
)
def test_an_amount_is_taken_in_pounds_or_not_at_all(value, pounds):
    found = pounds_of(value).either
    assert (None if found is None else str(found)) == pounds


def test_a_lot_keeps_its_id_where_a_bid_can_name_it():
    lots = lots_of(
        [
            {"id": "LOT-0001", "title": " North ", "value": {"amount": 5, "currency": "GBP"}},
            {"id": "Lot 2 / South", "title": "South"},
            {"id": 3},
            {"id": "3", "title": "Named before"},
            "not a lot",
            {"title": "Without id"},
            {},
        ]
    )
    assert lots == (
        LotFacts("LOT-0001", "North", PoundsStated(Decimal("5.00"), None)),
        LotFacts("lot-2", "South", PoundsStated(None, None)),
        LotFacts("3", "Lot 3", PoundsStated(None, None)),
        LotFacts("lot-4", "Named before", PoundsStated(None, None)),
        LotFacts("lot-6", "Without id", PoundsStated(None, None)),
        LotFacts("lot-7", "Lot 7", PoundsStated(None, None)),
    )


def test_a_number_given_to_a_lot_is_nobody_elses():
    lots = lots_of([{"id": "???"}, {"id": "lot-1"}, {"id": "lot-1"}])
    assert [lot.id for lot in lots] == ["lot-1-x", "lot-1", "lot-3"]


@pytest.mark.parametrize("status", ["cancelled", "unsuccessful", " withdrawn "])
def test_a_lot_that_was_called_off_is_none_and_the_others_keep_their_numbers(status):
    lots = lots_of([{"id": "?", "status": status}, {"id": "?"}, {"id": "L", "status": "active"}])
    assert [(lot.id, lot.title) for lot in lots] == [("lot-2", "Lot ?"), ("L", "Lot L")]


@pytest.mark.parametrize("odd", [[], {}, ["cancelled"], {"a": 1}, 7, True])
def test_a_word_of_a_list_that_is_no_text_is_none(odd):
    lots = [{"id": "1", "status": odd}]
    stated = {"title": "A", "status": odd, "lots": lots, "procurementMethod": odd}
    contracts = [{"id": "1", "awardID": "1", "status": odd}]
    made = release(tender=stated, awards=[{"id": "1", "status": odd}], contracts=contracts)
    [facts], faults = read_package({"releases": [made]})
    assert (faults, [lot.id for lot in facts.lots]) == ([], ["1"])
    assert [contract.contract_id for contract in facts.contracts] == ["1"]
    assert kept_of_notice({"tender": {"procurementMethod": odd, "mainProcurementCategory": odd}}) == {}


@pytest.mark.parametrize("lots", [None, {}, "lots", 7])
def test_what_is_no_list_of_lots_is_none(lots):
    assert lots_of(lots) == ()


def test_persons_to_contact_are_not_kept():
    kept = without_contacts(
        {
            "parties": [{"name": "Council", "contactPoint": {"email": "x@example.org"}, "roles": ["buyer"]}],
            "contactPoint": {"name": "A Person"},
            "tender": {"value": {"amount": 1.5}},
        }
    )
    assert kept == {
        "parties": [{"name": "Council", "roles": ["buyer"]}],
        "tender": {"value": {"amount": 1.5}},
    }


def test_numbers_that_json_does_not_have_are_left_out():
    assert without_contacts({"a": [float("inf"), float("nan"), 1]}) == {"a": [None, None, 1]}


def test_what_nests_too_deeply_is_left_out():
    deep: Any = "end"
    for _ in range(5 * MAX_DEPTH):
        deep = [deep]
    kept: Any = without_contacts({"a": deep})["a"]
    depth = 0
    while kept is not None:
        depth, kept = depth + 1, kept[0]
    assert depth == MAX_DEPTH - 1
