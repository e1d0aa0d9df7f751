"""The demonstration story: it fits the pack, the programme and the areas, and the APIs would take it."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cdp_common.contracts.agreements import AgreementDraft
from cdp_common.contracts.bids import BidLine
from cdp_common.contracts.charter import PledgeDraft, SigningPerson
from cdp_common.contracts.panels import PanelScore
from cdp_common.contracts.partners import OrganisationDraft
from cdp_common.contracts.plans import PlanDraft
from cdp_common.contracts.reporting import LineReview, ReportLineDraft
from cdp_common.contracts.tenderers import BidAttestation
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.identifiers import OrganisationIdentifier
from toms_engine.domain.edition import EditionContent, Measure

SOME_ID = UUID("019a0000-0000-7000-8000-000000000001")
SOME_HASH = "0" * 64
STORY_FIELDS = {"key", "commissioner", "commitment", "activity"}  # keys that stand for ids

Record = dict[str, Any]


@pytest.fixture
def measures(pack: EditionContent) -> dict[str, Measure]:
    return {measure.code: measure for measure in pack.measures}


@pytest.fixture
def organisations(story: Record, programme: Record) -> set[str]:
    return {row["key"] for row in story["organisations"] + programme["organisations"]}


@pytest.fixture
def areas(needs: Record) -> set[str]:
    return {area["code"] for area in needs["areas"]}


def bids(story: Record) -> list[Record]:
    return [*story["tender"]["bids"], story["tender"]["replacement"]]


def final_lines(story: Record) -> dict[str, list[Record]]:
    replacement = story["tender"]["replacement"]
    lines = {bid["key"]: bid["lines"] for bid in story["tender"]["bids"]}
    return lines | {replacement["bid"]: replacement["lines"]}


def quantities(story: Record) -> Iterator[Record]:
    """Everything that states a quantity of a measure."""
    for bid in bids(story):
        yield from bid["lines"]
    for agreement in story["agreements"]:
        yield from agreement["agreement"]["lines"]
    for row in story["plans"]:
        yield from row["plan"]["lines"]
    for pledge in story["charter_signature"]["pledges"]:
        if "target" in pledge:
            yield pledge["target"]
    for report in story["reports"]:
        yield from report["lines"]


def due_dates(story: Record) -> Iterator[tuple[Record, date, date]]:
    """The lines that were promised, with their first and last day."""
    terms = story["tender"]["terms"]
    for line in final_lines(story)[story["tender"]["award"]["bid"]]:
        yield line, terms["contract_starts_on"], terms["contract_ends_on"]
    for row in story["agreements"]:
        for line in row["agreement"]["lines"]:
            yield line, row["agreement"]["starts_on"], row["agreement"]["ends_on"]
    for row in story["plans"]:
        for line in row["plan"]["lines"]:
            yield line, row["plan"]["starts_on"], row["plan"]["ends_on"]
    for pledge in story["charter_signature"]["pledges"]:
        if "target" in pledge:
            yield pledge["target"], pledge["starts_on"], pledge["ends_on"]


def test_everything_is_marked_as_a_sample(story: Record) -> None:
    assert story["data_status"] == "synthetic_sample"
    drafts = [OrganisationDraft.model_validate(row["organisation"]) for row in story["organisations"]]
    assert {draft.data_status for draft in drafts} == {"synthetic_sample"}
    assert all(row["agreement"]["data_status"] == "synthetic_sample" for row in story["agreements"])
    assert all(row["plan"]["data_status"] == "synthetic_sample" for row in story["plans"])
    assert all(row["data_status"] == "synthetic_sample" for row in story["joint_activities"])


def test_invented_organisations_say_so_and_have_numbers_that_no_register_gave_out(story: Record) -> None:
    texts = []
    for row in story["organisations"]:
        assert row["organisation"]["legal_name"].endswith("(fictional)")
        (identifier,) = row["organisation"]["identifiers"]
        assert identifier["id"].startswith("99")
        texts.append(OrganisationIdentifier(**identifier).text)
    assert len(set(texts)) == len(texts) == 8


def test_every_measure_unit_and_area_exists(
    story: Record, measures: dict[str, Measure], areas: set[str]
) -> None:
    for line in quantities(story):
        assert line["unit"] == measures[line["measure"]].unit, line
        places = -Decimal(line["quantity"]).normalize().as_tuple().exponent  # type: ignore[operator]  # finite
        assert places <= measures[line["measure"]].decimals, line
        named = {share["area_code"] for share in line.get("areas", [])}
        assert named | ({line["area_code"]} if "area_code" in line else set()) <= areas
        if measures[line["measure"]].accumulation == "ratio":
            assert Decimal(line["quantity"]) <= Decimal(line["denominator"])


def test_every_key_names_something(story: Record, organisations: set[str]) -> None:
    tender = story["tender"]
    named = {story["portal"]["organisation"], story["validator"]["organisation"], tender["buyer"]}
    named |= {bid[field] for bid in tender["bids"] for field in ("tenderer", "submitted_by")}
    named |= {row[field] for row in story["agreements"] for field in ("commissioner", "deliverer")}
    named |= {story["charter_signature"]["signatory"]} | {row["partner"] for row in story["plans"]}
    named |= {share["organisation"] for row in story["joint_activities"] for share in row["shares"]}
    named |= {report["organisation"] for report in story["reports"]}
    named |= {
        line["commissioner"]
        for report in story["reports"]
        for line in report["lines"]
        if "commissioner" in line
    }
    named |= {review["reviewer"] for review in story["reviews"]}
    assert named - organisations == set()
    bid_keys = {bid["key"] for bid in tender["bids"]}
    assert {tender["award"]["bid"], tender["replacement"]["bid"]} <= bid_keys


def test_the_tender_is_what_procurement_api_takes(story: Record, data_folder: Path) -> None:
    tender = story["tender"]
    terms = TenderTerms(edition_hash=SOME_HASH, deadline_at="2026-06-05T12:00:00+01:00", **tender["terms"])
    assert sum(asked.weight for asked in terms.measures) == 100
    assert terms.scoring.quantitative_share + terms.scoring.qualitative_share == 1
    assert terms.contract_ends_on == date(terms.contract_starts_on.year + 2, 6, 30)
    release = json.loads((data_folder / tender["ocds_package"]).read_text(encoding="utf-8"))["releases"][0]
    assert release["buyer"]["name"] == "Durham County Council"
    assert release["tender"]["contractPeriod"]["startDate"].startswith(str(terms.contract_starts_on))
    assert release["tender"]["contractPeriod"]["endDate"].startswith(str(terms.contract_ends_on))


def test_every_bid_answers_what_was_asked(story: Record) -> None:
    asked = {row["measure"] for row in story["tender"]["terms"]["measures"]}
    assert len(story["tender"]["bids"]) == 3
    for bid in bids(story):
        lines = [BidLine.model_validate(line) for line in bid["lines"]]
        assert {line.measure for line in lines} == asked
        assert len(lines) == 6
        assert set(bid["inputs"]) <= asked
    for bid in story["tender"]["bids"]:
        BidAttestation(authorised_at="2026-06-04T09:00:00+01:00", **bid["attestation"])


def test_one_answer_is_missing_so_that_disregarding_shows(story: Record) -> None:
    missing = [
        (bid.get("key"), line["measure"])
        for bid in story["tender"]["bids"]
        for line in bid["lines"]
        if not line.get("answer")
    ]
    assert missing == [("thistlequay-bid", "OM-J09")]


def test_the_replacement_changes_the_jobs_only(story: Record) -> None:
    replacement = story["tender"]["replacement"]
    first = next(bid for bid in story["tender"]["bids"] if bid["key"] == replacement["bid"])
    before = {line["measure"]: line["quantity"] for line in first["lines"]}
    after = {line["measure"]: line["quantity"] for line in replacement["lines"]}
    assert {code: (before[code], after[code]) for code in before if before[code] != after[code]} == {
        "OM-J01": ("9", "11")
    }


def test_measures_of_one_tender_do_not_exclude_each_other(
    story: Record, measures: dict[str, Measure]
) -> None:
    asked = {row["measure"] for row in story["tender"]["terms"]["measures"]}
    assert [(code, other) for code in asked for other in measures[code].excludes if other in asked] == []


def test_the_panel_scores_every_written_answer_and_the_best_bid_wins(story: Record) -> None:
    tender = story["tender"]
    scores = {}
    for row in tender["panel_scores"]:
        kept = {name: value for name, value in row.items() if name != "bid"}
        score = PanelScore(bid_id=SOME_ID, **kept).score
        assert 0 <= score <= tender["terms"]["scoring"]["qualitative_scale_max"]
        scores[row["bid"], row["measure"]] = score
    counted = {
        (bid, line["measure"]): Decimal(line["quantity"])
        for bid, lines in final_lines(story).items()
        for line in lines
        if line.get("answer")
    }
    assert set(scores) == set(counted)
    scoring = tender["terms"]["scoring"]
    points: Counter[str] = Counter()
    for asked in tender["terms"]["measures"]:
        offered = {bid: value for (bid, code), value in counted.items() if code == asked["measure"]}
        for bid, value in offered.items():
            # One value per unit: a measure's pounds are in the same proportion as its quantities.
            amount = value / max(offered.values()) * Decimal(scoring["quantitative_share"])
            quality = scores[bid, asked["measure"]] / scoring["qualitative_scale_max"]
            points[bid] += Decimal(asked["weight"]) * (
                amount + quality * Decimal(scoring["qualitative_share"])
            )
    assert points.most_common(1)[0][0] == tender["award"]["bid"]


def test_agreements_are_what_procurement_api_takes(story: Record) -> None:
    drafts = {
        row["key"]: AgreementDraft(
            place_id=SOME_ID, deliverer_organisation_id=SOME_ID, edition_hash=SOME_HASH, **row["agreement"]
        )
        for row in story["agreements"]
    }
    assert {key: draft.kind for key, draft in drafts.items()} == {
        "kitchen-grant": "grant",
        "homes-obligation": "planning_obligation",
    }
    assert {draft.signed_on for draft in drafts.values()} == {story["quarter"]["period_start"]}


def test_plans_are_what_procurement_api_takes_of_members(story: Record, programme: Record) -> None:
    members = {row["key"] for row in programme["organisations"] if "valid_to" not in row["membership"]}
    [row] = story["plans"]
    plan = PlanDraft(place_id=SOME_ID, edition_hash=SOME_HASH, **row["plan"])
    assert row["partner"] in members
    assert plan.starts_on < story["quarter"]["period_start"] < story["quarter"]["period_end"] < plan.ends_on


def test_pledges_are_what_charter_api_takes(story: Record, programme: Record) -> None:
    signature = story["charter_signature"]
    SigningPerson.model_validate(signature["signing_person"])
    offered = {pledge["code"] for pledge in programme["charter"]["pledges"]}
    for row in signature["pledges"]:
        content = {name: value for name, value in row.items() if name != "key"}
        if "target" in content:
            content["target"] = {**content["target"], "edition_hash": SOME_HASH}
        pledge = PledgeDraft.model_validate(content)
        assert pledge.pledge in offered
        assert pledge.place_slug == story["place"]
    assert [row["key"] for row in signature["pledges"] if "target" not in row] == ["quillfeather-hiring"]


def test_schedules_add_up_and_stay_within_the_term(story: Record) -> None:
    for line, first, last in due_dates(story):
        schedule = line.get("schedule", [])
        if schedule:
            assert sum(Decimal(part["share"]) for part in schedule) == 1
            assert all(first <= part["due_on"] <= last for part in schedule)


def test_instalments_of_every_source_fall_due_in_the_quarter(story: Record) -> None:
    quarter = story["quarter"]
    for line, first, last in due_dates(story):
        schedule = line.get("schedule")
        month = max(first, quarter["period_start"]) + timedelta(days=30)
        dates = [part["due_on"] for part in schedule] if schedule else [month]
        assert last > quarter["period_end"]
        assert any(quarter["period_start"] <= due <= quarter["period_end"] for due in dates), line


def test_a_joint_project_has_shares_of_one_and_is_reported_by_one_partner(story: Record) -> None:
    for activity in story["joint_activities"]:
        shares = {row["organisation"]: Decimal(row["share"]) for row in activity["shares"]}
        assert len(shares) in {2, 3}
        assert sum(shares.values()) == 1
        reported = [
            (report["organisation"], line["measure"])
            for report in story["reports"]
            for line in report["lines"]
            if line.get("activity") == activity["key"]
        ]
        reporter = activity["shares"][0]["organisation"]
        assert reported == [(reporter, "OM-C01"), (reporter, "OM-C02")]
        assert activity["reported_twice_by"] in shares.keys() - {reporter}


def test_report_lines_are_what_reporting_api_takes(story: Record) -> None:
    for report in story["reports"]:
        keys = [line["key"] for line in report["lines"]]
        assert len(set(keys)) == len(keys)
        assert report.get("nil_return", False) == (not keys)
        for line in report["lines"]:
            draft = ReportLineDraft.model_validate(
                {name: value for name, value in line.items() if name not in STORY_FIELDS}
            )
            assert sum(share.share for share in draft.areas) <= 1
            assert (draft.route == "joint") == ("activity" in line)
            promised = draft.route in {"procurement", "grant", "planning", "charter"}
            assert (promised or "plan" in line.get("commitment", {})) == ("commitment" in line)
            assert draft.attests_commitment == (promised and draft.route != "charter")


def test_some_lines_land_in_areas_of_need_and_some_are_not_placed(story: Record) -> None:
    placed = Counter(bool(line.get("areas")) for report in story["reports"] for line in report["lines"])
    assert placed[True] >= 10
    assert placed[False] >= 10


def test_who_reports_what(story: Record, programme: Record) -> None:
    members = {row["key"] for row in programme["organisations"] if "valid_to" not in row["membership"]}
    reporters = {report["organisation"]: report for report in story["reports"]}
    assert members - set(reporters) == {"new-college-durham"}
    assert [key for key, report in reporters.items() if report.get("nil_return")] == ["durham-pcc"]
    own = {
        key
        for key, report in reporters.items()
        for line in report["lines"]
        if line["route"] == "own_activity"
    }
    assert own <= members
    assert len(own) == 8


def test_no_report_counts_one_activity_under_measures_that_exclude_each_other(
    story: Record, measures: dict[str, Measure]
) -> None:
    clashes = [
        (report["key"], one["key"], other["key"])
        for report in story["reports"]
        for one in report["lines"]
        for other in report["lines"]
        if other["measure"] in measures[one["measure"]].excludes
        and one.get("activity") == other.get("activity")
    ]
    assert clashes == []


def test_commitments_named_in_reports_exist(story: Record) -> None:
    promised = {
        (story["tender"]["award"]["agreement"], line["measure"])
        for line in final_lines(story)[story["tender"]["award"]["bid"]]
    }
    promised |= {
        (row["key"], line["measure"]) for row in story["agreements"] for line in row["agreement"]["lines"]
    }
    promised |= {(row["key"], line["measure"]) for row in story["plans"] for line in row["plan"]["lines"]}
    pledged = {
        row["key"]: row["target"]["measure"]
        for row in story["charter_signature"]["pledges"]
        if "target" in row
    }
    for report in story["reports"]:
        for line in report["lines"]:
            commitment = line.get("commitment")
            if commitment and "pledge" in commitment:
                assert pledged[commitment["pledge"]] == line["measure"]
            elif commitment:
                assert commitment["measure"] == line["measure"]
                source = commitment.get("agreement") or commitment["plan"]
                assert (source, commitment["measure"]) in promised


def test_reviews_accept_at_most_what_was_reported(story: Record) -> None:
    reports = {report["key"]: report for report in story["reports"]}
    less = []
    for review in story["reviews"]:
        report = reports[review["report"]]
        assert review["reviewer"] not in {report["organisation"], story["tender"]["buyer"]}
        lines = {line["key"]: line for line in report["lines"]}
        for row in review["lines"]:
            content = {name: value for name, value in row.items() if name != "line"}
            accepted = LineReview(line_id=SOME_ID, **content).accepted_quantity
            reported = Decimal(lines[row["line"]]["quantity"])
            assert accepted <= reported
            if accepted < reported:
                less.append((review["report"], row["line"], accepted, reported))
    assert less == [("emberwick-q3", "schools", Decimal(10), Decimal(14))]


def test_one_report_is_returned_and_the_others_are_validated(story: Record) -> None:
    outcomes = Counter(review["outcome"] for review in story["reviews"])
    assert outcomes == {"validated": 7, "returned": 1}
    returned = next(review for review in story["reviews"] if review["outcome"] == "returned")
    assert (returned["report"], returned["lines"]) == ("fire-and-rescue-q3", [])


def test_the_correction_lowers_a_line_that_was_validated(story: Record) -> None:
    correction = story["correction"]
    report = next(found for found in story["reports"] if found["key"] == correction["report"])
    review = next(found for found in story["reviews"] if found["report"] == correction["report"])
    (change,) = correction["changes"]
    line = next(found for found in report["lines"] if found["key"] == change["line"])
    assert Decimal(change["quantity"]) < Decimal(line["quantity"])
    assert change["line"] in {row["line"] for row in review["lines"]}
    assert correction["reason"]
    assert story["republication_reason"]
