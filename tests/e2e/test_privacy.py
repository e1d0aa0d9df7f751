"""Erasing a person's name does what docs/privacy.md says."""

import re
from pathlib import Path

from cdp_common.kernel.identifiers import new_id
from tests.e2e.refusals import get
from tests.e2e.test_figures import assert_recomputed
from tests.e2e.town import Town

NAMED = "UPDATE charter.signing_people SET name = name WHERE name = 'Somebody Forgotten'"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def test_the_name_goes_and_what_was_signed_stays(town: Town) -> None:
    signatory = town.newcomer("Forgetful Ltd (fictional)")
    [charter] = town.items("charter-api", f"/v1/charters?place_id={town.scene.place_id}")
    draft = {
        "charter_id": charter["id"],
        "signing_person": {"name": "Somebody Forgotten", "role": "Owner"},
        "signed_on": "2026-07-01",
    }
    signed = signatory.post(town.url("charter-api", "/v1/signatures"), draft).body
    read = (f"/v1/signatories/{signed['id']}", f"/v1/signatures/{signed['id']}/certificate")
    before = [get(town, None, "charter-api", path) for path in read]
    assert "Somebody Forgotten" not in before[0].text
    assert town.books.run("charter", NAMED) == "UPDATE 1"

    names = f"{town.url('charter-api', '/v1/signatures')}/{signed['id']}/signing-people"
    for _ in range(2):
        assert signatory.call("DELETE", names, expect=204).status == 204
    assert town.books.run("charter", NAMED) == "UPDATE 0"
    assert [get(town, None, "charter-api", path).content for path in read] == [
        answer.content for answer in before
    ]
    # The register, the certificate, and every total stand as they did.
    assert_recomputed(town)


def test_the_statement_about_evaluators_fits_their_table(town: Town) -> None:
    nobody = str(new_id())
    assert town.books.run("procurement", statement("evaluator_id", nobody)) == "UPDATE 0"


def statement(parameter: str, value: str) -> str:
    """The page's statement with that parameter, filled in."""
    statements = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [found] = [one for one in statements if f":{parameter}" in one]
    return str(found).replace(f":{parameter}", f"'{value}'")
