"""A sample says that it is one in its credential and on its badge, in terms that their readers know."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from cdp_common.kernel.identifiers import new_id
from charter_api.domain.badge import badge_of
from charter_api.domain.certificate import Addresses, Certified, credential_of

AT = Addresses("https://charter.example")
ACTUAL = Certified(
    signature_id=new_id(),
    place_id=new_id(),
    charter_id=new_id(),
    charter_title="Charter",
    charter_version="1",
    pledge_titles=("We give time to schools",),
    organisation_id=new_id(),
    organisation_name="Dale Joinery Ltd",
    issuer_name="Charter",
    certified_from=date(2026, 11, 1),
    expires_on=date(2027, 10, 31),
    period=1,
    status_number=7,
    levels=(),
    level=None,
    is_sample=False,
)
NOTE = "This is an invented sample: it certifies nobody."


def test_a_samples_credential_differs_from_an_actual_one_by_saying_so_and_in_nothing_else() -> None:
    actual, sample = credential_of(ACTUAL, AT), credential_of(replace(ACTUAL, is_sample=True), AT)
    assert "sample" not in json.dumps(actual)
    expected: dict[str, Any] = deepcopy(actual)
    expected["name"] = "Sample: Dale Joinery Ltd: Charter"
    expected["description"] = NOTE
    achievement = expected["credentialSubject"]["achievement"]
    achievement["description"] = f"Signatory of Charter (1). {NOTE}"
    achievement["tag"] = ["synthetic_sample"]
    assert sample == expected


def test_the_context_that_a_credential_names_defines_what_a_sample_adds() -> None:
    known = files("openbadgeslib.ob3.contexts")
    badges = json.loads((known / "ob-v3p0-context-3.0.3.json").read_text())["@context"]
    assert {"name", "description"} <= set(badges)
    assert "tag" in badges["Achievement"]["@context"]


def test_a_samples_badge_says_so_in_its_picture_and_its_text_alternative() -> None:
    def drawn(*, is_sample: bool) -> tuple[str | None, str | None, list[str | None]]:
        svg = ElementTree.fromstring(
            badge_of("Dale Joinery Ltd", "Charter", "active", "2027-10-31", level=None, is_sample=is_sample)
        )
        words = [each.text for each in svg.iterfind(".//{*}text")]
        return svg.findtext("{*}title"), svg.findtext("{*}desc"), words

    plain = ["Signatory", "Charter", "Dale Joinery Ltd", "until 2027-10-31"]
    assert drawn(is_sample=False) == (
        "Signatory: Dale Joinery Ltd, Charter",
        "Dale Joinery Ltd. Signatory of Charter, until 2027-10-31.",
        plain,
    )
    assert drawn(is_sample=True) == (
        "Sample. Signatory: Dale Joinery Ltd, Charter",
        "Dale Joinery Ltd. Signatory of Charter, until 2027-10-31. An invented sample, no real signature.",
        [*plain, "SAMPLE"],
    )


def test_a_badge_is_xml_whatever_the_name_holds() -> None:
    name = "Dale\x07 & <Joinery>\x0b\uffff"
    drawn = badge_of(name, "Charter\x1f", "active", "2027-10-31", level="Gold\x01", is_sample=False)
    title = ElementTree.fromstring(drawn).findtext("{http://www.w3.org/2000/svg}title")
    assert title == "Signatory, Gold\ufffd: Dale\ufffd & <Joinery>\ufffd\ufffd, Charter\ufffd"
