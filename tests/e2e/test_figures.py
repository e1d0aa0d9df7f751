"""The quarter's figures to the penny: of two publications, of live answers, and of one explained pound."""

import hashlib
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from cdp_tools.services import service_named
from cdp_tools.story.ending import COLLECTIVE_QUERY, LIVE_QUERY, POUND_QUERY
from tests.e2e.expected import Arithmetic
from tests.e2e.refusals import get, problem
from tests.e2e.town import QUARTER, Town

FROM, TO = QUARTER
WINDOW = f"from={FROM}&to={TO}"
PARTS = ("social_gbp", "local_economic_gbp", "total_gbp")
FIGURES = ("committed", "due", "delivered", "validated")
SCHEMES = ["cdp-objectives", "cles-pillars", "ppn-002-missions", "purpose-goals", "un-sdgs"]

# As the sample comes out; `Arithmetic` works every one of them out again from the sample's files.
COMMITTED = ("264901.49", "454685.40", "719586.89")
DUE = ("69235.03", "56835.66", "126070.69")
PUBLISHED = {
    1: {
        "committed": COMMITTED,
        "due": DUE,
        "delivered": ("124634.20", "214721.41", "339355.61"),
        "validated": ("74102.33", "214721.41", "288823.74"),
    },
    2: {
        "committed": COMMITTED,
        "due": DUE,
        "delivered": ("124095.40", "214721.41", "338816.81"),
        "validated": ("73563.53", "214721.41", "288284.94"),
    },
}


@pytest.fixture
def arithmetic(town: Town) -> Arithmetic:
    return Arithmetic(town.scene.sample)


def parts(figure: dict[str, str]) -> tuple[str, ...]:
    return tuple(figure[part] for part in PARTS)


def live(town: Town, query: str = "") -> dict[str, Any]:
    """The live figures of the quarter as the story left them, for an officer of the council."""
    moment = town.publication(2)["published_at"]
    path = f"/v1/places/{town.scene.place_id}/collective-value?{WINDOW}&as_of={moment}{query}"
    found: dict[str, Any] = town.get("reporting-api", path, town.party("durham-county-council"))
    return found


def window_variables(starts_on: str, ends_on: str) -> dict[str, str]:
    return {"slug": "county-durham", "from": starts_on, "to": ends_on}


def entries(town: Town) -> list[dict[str, Any]]:
    path = f"/v1/places/{town.scene.place_id}/ledger-entries"
    return town.items("reporting-api", path, town.party("durham-county-council"))


# ------------------------------------------------------------------ the four figures
@pytest.mark.parametrize("number", [1, 2])
def test_a_publication_holds_the_four_figures_in_both_components(
    town: Town, arithmetic: Arithmetic, number: int
) -> None:
    figures = town.publication(number)["value"]["figures"]
    assert {name: parts(figures[name]) for name in FIGURES} == PUBLISHED[number]
    worked_out = {
        "committed": arithmetic.committed(),
        "due": arithmetic.due(),
        "delivered": arithmetic.delivered(corrected=number == 2),
        "validated": arithmetic.validated(corrected=number == 2),
    }
    assert {name: parts(worth.figure) for name, worth in worked_out.items()} == PUBLISHED[number]


def test_the_correction_changes_what_it_should_and_nothing_else(town: Town) -> None:
    first, second = (town.publication(number) for number in (1, 2))
    thirty_hours = -30 * Decimal("17.96")
    assert str(thirty_hours) == "-538.80"
    assert {(change["figure"], change["difference_gbp"]) for change in second["changes"]} == {
        ("delivered", "-538.80"),
        ("validated", "-538.80"),
    }
    for name in FIGURES:
        before, after = first["value"]["figures"][name], second["value"]["figures"][name]
        changed = {part: Decimal(after[part]) - Decimal(before[part]) for part in PARTS}
        expected = thirty_hours if name in ("delivered", "validated") else Decimal(0)
        assert changed == {"social_gbp": expected, "local_economic_gbp": 0, "total_gbp": expected}
    assert (first["restates"], second["restates"]) == (None, 1)
    assert second["reason"] == "Durham University corrected its mentoring hours from 90 to 60"


def test_a_publication_stays_byte_for_byte_and_hashes_to_what_it_says(town: Town) -> None:
    told = [one.answer for one in town.exchanges("POST", "/publications", 201)]
    for published in told:
        path = f"/v1/publications/{published['id']}"
        once, again = (get(town, None, "reporting-api", path) for _ in range(2))
        assert once.content == again.content
        assert once.headers["etag"] == again.headers["etag"]
        assert once.json() == published
        canonical = json.dumps(published["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(canonical.encode()).hexdigest() == published["content_sha256"]


def test_the_ledger_and_the_publications_can_be_recomputed_from_their_entries(town: Town) -> None:
    assert_recomputed(town)


def assert_recomputed(town: Town) -> None:
    """The service's own check of its ledger and its publications finds no fault."""
    service = service_named("reporting-api")
    variables = town.environment.serving_variables(service, None)
    ran = subprocess.run(
        [sys.executable, "-m", service.package, "verify"],
        env=variables | {"CDP_DATABASE_URL": town.books.address("reporting")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1:]) == (0, ["0 faults"]), ran.stdout + ran.stderr


GROUPINGS = ["theme", "outcome", "measure", "organisation", "area", "need_band", "route"]


@pytest.mark.parametrize("by", [*GROUPINGS, *(f"crosswalk:{scheme}" for scheme in SCHEMES)])
def test_the_cells_of_a_live_grouping_sum_to_the_total(town: Town, by: str) -> None:
    value = live(town, f"&group_by={by}")
    [grouping] = value["groupings"]
    assert [grouping["by"], *filter(None, [grouping["scheme"]])] == by.split(":")
    assert_sums(grouping, value["figures"])


def test_the_cells_of_every_published_grouping_sum_to_the_total(town: Town) -> None:
    for number in (1, 2):
        value = town.publication(number)["value"]
        assert len(value["groupings"]) == 8 + len(SCHEMES)  # by organisation on either basis
        assert [one["scheme"] for one in value["groupings"][8:]] == SCHEMES
        for grouping in value["groupings"]:
            assert not any(cell["suppressed"] for cell in grouping["cells"])  # everybody agreed to be named
            assert_sums(grouping, value["figures"])


def assert_sums(grouping: dict[str, Any], whole: dict[str, Any]) -> None:
    assert grouping["additive"] is True
    for name in FIGURES:
        for part in PARTS:
            total = sum(Decimal(cell["figures"][name][part]) for cell in grouping["cells"])
            assert total == Decimal(whole[name][part]), (grouping["by"], name, part)


def test_eight_of_ten_partners_have_reported(town: Town) -> None:
    coverage = live(town)["coverage"]
    assert (coverage["reported_count"], coverage["due_count"], coverage["ratio"]) == (8, 10, "0.8000")
    assert coverage["missing_organisations"] == [
        "County Durham and Darlington Fire and Rescue Service",  # its report was returned
        "New College Durham",
    ]
    assert town.publication(2)["value"]["coverage"]["missing_organisations"] == []


# ------------------------------------------------------------------ what counts, and what does not
def test_a_returned_report_counts_in_no_figure(town: Town, arithmetic: Arithmetic) -> None:
    assert arithmetic.returned_reports() == {"fire-and-rescue-q3"}
    service = town.party("fire-and-rescue")
    report = town.get(
        "reporting-api", f"/v1/reports/{town.scene.reports['fire-and-rescue-q3']['id']}", service
    )
    assert report["state"] == "returned"
    assert sum(Decimal(line["total_gbp"]) for line in report["lines"]) == Decimal("16285.04")
    [grouping] = live(town, "&group_by=organisation")["groupings"]
    [cell] = [cell for cell in grouping["cells"] if cell["key"] == service.organisation_id]
    for name in ("delivered", "validated"):
        assert parts(cell["figures"][name]) == ("0.00", "0.00", "0.00")


def test_a_quantity_accepted_in_part_counts_as_accepted(town: Town) -> None:
    lines = town.scene.reports["emberwick-q3"]["lines"]
    [schools] = [line for line in lines if line["measure"] == "OM-S05"]
    assert (schools["quantity"], schools["total_gbp"]) == ("14", "251.44")
    assert (schools["accepted_quantity"], schools["validated_gbp"]) == ("10", "179.60")


def test_the_joint_project_is_counted_once_and_its_shares_make_the_whole(town: Town) -> None:
    names = {
        town.party(key).organisation_id: key for key in ("believe-housing", "durham-county-council", "livin")
    }
    garden: dict[str, dict[str, str]] = {}
    for entry in entries(town):
        if entry["route"] == "joint" and entry["figure"] == "delivered":
            garden.setdefault(entry["measure"], {})[names[entry["deliverer_id"]]] = entry["social_gbp"]
    assert garden == {
        "OM-C01": {"believe-housing": "1454.76", "durham-county-council": "1131.48", "livin": "646.56"},
        "OM-C02": {"believe-housing": "1620.00", "durham-county-council": "1260.00", "livin": "720.00"},
    }
    assert sum(map(Decimal, garden["OM-C01"].values())) == 180 * Decimal("17.96")
    assert sum(map(Decimal, garden["OM-C02"].values())) == 3600
    [refused] = town.exchanges("POST", "/corrections", 409)
    assert refused.answer["code"] == "activity_already_reported"


# ------------------------------------------------------------------ the graph
def test_anybody_gets_the_published_figures_over_the_graph(town: Town) -> None:
    answer = town.graph(COLLECTIVE_QUERY, window_variables(FROM, TO))
    assert "errors" not in answer
    value = answer["data"]["place"]["collectiveValue"]
    assert value["publication"]["number"] == 2
    assert value["dataStatus"] == "SYNTHETIC_SAMPLE"
    shown = {
        name: tuple(value[name][part]["amount"] for part in ("social", "localEconomic", "total"))
        for name in FIGURES
    }
    assert shown == PUBLISHED[2]
    numbers = [edge["node"]["number"] for edge in answer["data"]["place"]["publications"]["edges"]]
    assert numbers == [2, 1]


@pytest.mark.parametrize("window", [(FROM, "2026-09-29"), ("2026-07-02", TO), ("2026-01-01", "2026-12-31")])
def test_anybody_gets_no_other_window(town: Town, window: tuple[str, str]) -> None:
    path = f"/v1/places/{town.scene.place_id}/collective-value?from={window[0]}&to={window[1]}"
    problem(get(town, None, "reporting-api", path), 404, "not_published")
    answer = town.graph(LIVE_QUERY, window_variables(*window))
    assert answer["data"]["place"]["collectiveValue"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["not_published"]


def test_before_the_second_publication_the_first_answers(town: Town) -> None:
    moment = town.publication(1)["published_at"].replace("+", "%2B")
    path = f"/v1/places/{town.scene.place_id}/collective-value?{WINDOW}&as_of={moment}"
    value = town.get("reporting-api", path)
    assert value["publication_number"] == 1
    assert parts(value["figures"]["validated"]) == PUBLISHED[1]["validated"]


def test_a_partner_gets_live_figures_of_any_window(town: Town) -> None:
    partner = town.party("livin")
    answer = town.graph(LIVE_QUERY, window_variables(FROM, TO), partner)
    value = answer["data"]["place"]["collectiveValue"]
    assert value["publication"] is None
    assert value["delivered"]["total"]["amount"] == PUBLISHED[2]["delivered"][2]
    other = town.graph(LIVE_QUERY, window_variables(FROM, "2026-09-29"), partner)
    assert "errors" not in other
    assert other["data"]["place"]["collectiveValue"]["publication"] is None


def test_one_pound_is_explained_down_to_the_source_of_its_proxy(town: Town, arithmetic: Arithmetic) -> None:
    measure = town.scene.sample["explained_measure"]
    asked = {"publication": town.publication(2)["id"], "measure": measure}
    answer = town.graph(POUND_QUERY, asked)
    assert "errors" not in answer
    pound = answer["data"]["poundExplanation"]
    assert pound["total"]["amount"] == str(arithmetic.delivered(corrected=True, measure=measure).social)
    assert pound["proxy"]["central"]["amount"] == "17.96"
    [source] = pound["proxy"]["sources"]
    assert source["publisher"] == "Office for National Statistics"
    assert source["url"].startswith("https://www.ons.gov.uk/")
    recomputed = Decimal(0)
    for group in pound["groups"]:
        unit = Decimal(1)
        for step in group["steps"]:
            unit *= Decimal(step["factor"])
        recomputed += unit * Decimal(group["countedQuantity"])
    assert recomputed == Decimal(pound["total"]["amount"])
