"""Releases as they are made: real notices published again hold to the standard and keep their facts."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.ocds_schemas import OCDS, check_package, schemas_missing, schemas_with

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.json_text import Written, json_text, json_value
from cdp_common.kernel.ocds_merge import compiled_release
from procurement_api.domain.notice_facts import stated_value
from procurement_api.domain.ocds import TenderFacts, read_package
from procurement_api.domain.ocds_parts import PoundsStated
from procurement_api.domain.ocid import checked_prefix
from procurement_api.domain.packages import Publisher, release_package
from procurement_api.domain.release_facts import (
    Asked,
    Framework,
    LotPublished,
    Party,
    TenderPublished,
    TermsFacts,
)
from procurement_api.domain.releases import tender_release

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
EXTENSION = (
    Path(__file__).resolve().parents[3] / "services/procurement-api/src/procurement_api/ocds_extension"
)
NOTHING = PoundsStated(None, None)
TERMS = TermsFacts(
    framework=Framework("open-measures", "2026", "ab" * 32),
    weight=Decimal("0.10"),
    method="relative_to_highest",
    quantitative_share=Decimal("0.6"),
    qualitative_share=Decimal("0.4"),
    scale_max=5,
    local_area="County Durham",
    asked=[Asked("M-1", "Hours", "hours", Decimal(100), Decimal("12.50"), mandatory=True, proxy=None)],
)


def published(facts: TenderFacts) -> dict[str, Any]:
    """The release of an imported tender as JSON text reads it."""
    lots = [LotPublished(lot.id, lot.title, lot.value) for lot in facts.lots]
    content = tender_release(
        TenderPublished(
            reference=facts.reference,
            title=facts.title,
            description=facts.description,
            value=facts.pounds,
            lots=lots,
            delivery_areas=[],
            buyer=Party(new_id(), "Buyer"),
            published_at=NOW,
            deadline_at=NOW,
            starts_on=date(2027, 1, 1),
            ends_on=date(2027, 12, 31),
            data_status="actual",
            terms=TERMS,
            notice=facts.release,
        ),
        None,
    )
    body: dict[str, Any] = {
        "ocid": facts.ocid,
        "id": str(new_id()),
        "date": "2026-11-22T10:00:00Z",
        **content,
    }
    return body


@pytest.mark.skipif(schemas_missing(), reason="the folder of OCDS schemas is not on this machine")
def test_every_real_tender_published_again_holds_to_the_standard_and_keeps_its_facts():
    packages = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(OCDS.glob("*.json"))]
    tenders = [facts for package in packages for facts in read_package(package)[0]]
    assert len(tenders) > 90
    bodies = [json_text(published(facts)) for facts in tenders]
    publisher = Publisher("Test", "https://example.org", "ocds-213czf")
    package = json.loads(release_package(publisher, "/x", bodies, None, NOW))
    schemas = schemas_with(json.loads((EXTENSION / "release-schema.json").read_text(encoding="utf-8")))
    assert check_package(schemas, package) == []
    for facts, body in zip(tenders, package["releases"], strict=True):
        stated = facts.release["tender"]
        assert body["tender"].get("value") == (None if facts.value is None else stated["value"])
        for name in ("procurementMethod", "mainProcurementCategory"):
            assert body["tender"].get(name) == stated.get(name)
        # read again, the release says the same of the tender
        [again] = read_package({"releases": [body]})[0]
        assert (again.title, again.value, again.lots) == (facts.title, facts.value, facts.lots)
        assert "contactPoint" not in json.dumps(body)


def test_a_value_in_another_currency_is_given_as_the_notice_states_it():
    euros = {"amount": 5, "amountGross": 6.5, "currency": "EUR"}
    assert stated_value(euros, NOTHING) == {"amount": 5, "amountGross": Decimal("6.5"), "currency": "EUR"}
    pounds = {"amount": 5, "amountGross": 6, "currency": "GBP"}
    assert stated_value(pounds, PoundsStated(Decimal("5.00"), Decimal("6.00"))) == pounds
    assert stated_value(pounds, PoundsStated(Decimal("7.00"), None)) == {"amount": 7, "currency": "GBP"}
    assert stated_value(None, NOTHING) is None


@pytest.mark.parametrize("prefix", ["ocds-h6vhtk", "ocds-b5fd17", "ocds-ABCDEF", "213czf", "ocds-213czf-"])
def test_a_prefix_of_another_publisher_or_of_no_form_is_refused(prefix):
    with pytest.raises(ValueError, match="OCDS prefix"):
        checked_prefix(prefix)
    assert checked_prefix("ocds-213czf") == "ocds-213czf"


def test_json_text_keeps_decimals_exactly_and_refuses_what_is_no_json():
    value = {"a": Decimal("90000000000000.01"), "b": [None, True, 3, "é"], "c": Written('{ "d" : 1 }')}
    text = json_text(value)
    assert text == '{"a":90000000000000.01,"b":[null,true,3,"é"],"c":{ "d" : 1 }}'
    assert json_value(text)["a"] == Decimal("90000000000000.01")
    with pytest.raises(TypeError):
        json_text({"a": 0.1})
    with pytest.raises(ValueError, match="no such number"):
        json_text(Decimal("NaN"))


def test_releases_merge_by_id_null_takes_away_and_other_lists_are_replaced():
    first = {
        "ocid": "o",
        "id": "1",
        "date": "2026-01-01T00:00:00Z",
        "tag": ["tender"],
        "tender": {
            "lots": [{"id": "a", "title": "A"}, {"id": "b"}],
            "status": "active",
            "methods": ["x", "y"],
        },
    }
    second = {
        "ocid": "o",
        "id": "2",
        "date": "2026-01-02T00:00:00Z",
        "tag": ["tenderAmendment"],
        "tender": {"lots": [{"id": "c"}, {"id": "a", "title": None}], "status": None, "methods": ["z"]},
    }
    assert compiled_release([second, first]) == {
        "ocid": "o",
        "id": "o-2026-01-02T00:00:00Z",
        "date": "2026-01-02T00:00:00Z",
        "tag": ["compiled"],
        "tender": {"lots": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "methods": ["z"]},
    }
