"""The programme of County Durham and the sample of its areas, as the APIs take them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from cdp_common.contracts.charter import CharterDraft
from cdp_common.contracts.collective import PhaseDraft
from cdp_common.contracts.needs import NeedIndexImport
from cdp_common.contracts.partners import MembershipDraft, OrganisationDraft, PlaceDraft, StatementDraft
from cdp_common.kernel.identifiers import OrganisationIdentifier
from toms_engine.domain.edition import EditionContent

SOME_ID = UUID("019a0000-0000-7000-8000-000000000001")
LAUNCH = date(2022, 9, 29)


def test_the_place_is_what_partners_api_takes(programme: dict[str, Any]) -> None:
    place = PlaceDraft.model_validate(programme["place"])
    assert (place.slug, place.gss_code, place.need_index) == ("county-durham", "E06000047", "imd-2019")
    assert [item.code for item in place.objectives] == ["O1", "O2", "O3", "O4", "O5", "O6"]
    assert [item.code for item in place.commitments] == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert len(place.phases) == 3


def test_the_days_of_phases_are_those_on_record(programme: dict[str, Any]) -> None:
    phases = [PhaseDraft.model_validate(stated) for stated in programme["phase_days"]]
    assert [(each.phase, each.valid_from, each.valid_to) for each in phases] == [
        ("phase-1", date(2020, 9, 30), LAUNCH),
        ("phase-2", LAUNCH, None),
    ]


def test_the_prior_total_stands_apart(programme: dict[str, Any]) -> None:
    (total,) = PlaceDraft.model_validate(programme["place"]).prior_totals
    assert total.amount_gbp == Decimal("305000000.00")
    assert total.note == "not recomputable here"
    assert (total.publisher, total.validated_by) == ("Durham County Council", "Social Value Portal")


def test_objectives_have_the_codes_and_titles_of_the_crosswalk(
    programme: dict[str, Any], pack: EditionContent
) -> None:
    objectives = next(found for found in pack.crosswalks if found.scheme == "cdp-objectives")
    assert {item["code"]: item["title"] for item in programme["place"]["objectives"]} == objectives.categories


def test_thirteen_organisations_in_order_of_name(programme: dict[str, Any]) -> None:
    drafts = [OrganisationDraft.model_validate(row["organisation"]) for row in programme["organisations"]]
    names = [draft.legal_name for draft in drafts]
    assert len(names) == 13
    assert names == sorted(names, key=str.casefold)
    assert {draft.data_status for draft in drafts} == {"actual"}
    keys = [row["key"] for row in programme["organisations"]]
    assert len(set(keys)) == 13


def test_only_the_council_has_an_identifier_because_only_its_own_is_on_record(
    programme: dict[str, Any],
) -> None:
    identifiers = {
        row["key"]: OrganisationIdentifier(**found).text
        for row in programme["organisations"]
        for found in row["organisation"].get("identifiers", [])
    }
    assert identifiers == {"durham-county-council": "GB-PPON:PMPB-8772-VYWM"}


def test_membership_dates_are_assumed_and_say_so(programme: dict[str, Any]) -> None:
    members = {
        row["key"]: MembershipDraft(organisation_id=SOME_ID, **row["membership"])
        for row in programme["organisations"]
    }
    assert all(member.assumed and "assumed" in member.source for member in members.values())
    assert {member.valid_from for member in members.values()} == {LAUNCH}
    left = {key: member.valid_to for key, member in members.items() if member.valid_to}
    assert left == {
        "bernicia": date(2023, 10, 23),
        "bishop-chadwick": date(2023, 10, 23),
        "karbon-homes": date(2023, 10, 23),
    }
    assert [key for key, member in members.items() if member.role == "lead"] == ["durham-county-council"]


def test_the_statement_is_a_summary_of_the_six_commitments(programme: dict[str, Any]) -> None:
    statement = StatementDraft.model_validate(programme["statement"])
    assert statement.commitments == [item["code"] for item in programme["place"]["commitments"]]
    assert "summary" in statement.source


def test_the_charter_is_a_marked_sample_with_pledges_for_every_objective(programme: dict[str, Any]) -> None:
    charter = CharterDraft(place_id=SOME_ID, **programme["charter"])
    assert charter.data_status == "synthetic_sample"
    assert {pledge.objective for pledge in charter.pledges} == {"O1", "O2", "O3", "O4", "O5", "O6"}
    assert len({pledge.code for pledge in charter.pledges}) == len(charter.pledges) == 12


def test_the_timeline_is_in_order(programme: dict[str, Any]) -> None:
    dates = [event["date"] for event in programme["timeline"]]
    assert dates == sorted(dates)
    assert LAUNCH in dates


def test_the_sample_of_areas_covers_every_band(needs: dict[str, Any]) -> None:
    sample = NeedIndexImport.model_validate(needs)
    assert (sample.index, sample.area_count) == ("imd-2019", 32844)
    cuts = [(cut.band, cut.highest_decile) for cut in sample.bands]
    assert cuts == [("severe", 1), ("high", 3), ("mild", 5), ("low", 10)]
    counted: dict[str, int] = dict.fromkeys(("severe", "high", "mild", "low"), 0)
    for area in sample.areas:
        decile = -(-10 * area.rank // sample.area_count)
        counted[next(band for band, highest in cuts if decile <= highest)] += 1
    assert counted == {"severe": 3, "high": 4, "mild": 3, "low": 3}


def test_areas_are_distinct_small_areas_of_the_county(
    needs: dict[str, Any], programme: dict[str, Any]
) -> None:
    sample = NeedIndexImport.model_validate(needs)
    assert len({area.code for area in sample.areas}) == len(sample.areas) == 13
    for area in sample.areas:
        assert area.place == programme["place"]["slug"]
        assert area.name.startswith("County Durham ")
    assert sample.index == programme["place"]["need_index"]
