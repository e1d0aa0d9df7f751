"""Erasing a person's name does what docs/privacy.md says, with the very statement that stands there."""

import re
from pathlib import Path

from cdp_common.kernel.identifiers import new_id
from tests.e2e.refusals import get
from tests.e2e.town import Town

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def test_the_name_goes_and_what_was_signed_stays(town: Town) -> None:
    signatory = town.newcomer("Forgetful Ltd (fictional)")
    [charter] = town.items("charter-api", f"/v1/charters?place_id={town.scene.place_id}")
    draft = {
        "charter_id": charter["id"],
        "signing_person": {"name": "Somebody Invented", "role": "Owner"},
        "signed_on": "2026-07-01",
    }
    signed = signatory.post(town.url("charter-api", "/v1/signatures"), draft).body
    path = f"/v1/signatories/{signed['id']}"
    before = get(town, None, "charter-api", path)
    assert "Somebody Invented" not in before.text

    assert town.books.run("charter", statement("signature_id", signed["id"])) == "DELETE 1"
    assert town.books.run("charter", statement("signature_id", signed["id"])) == "DELETE 0"
    assert get(town, None, "charter-api", path).content == before.content


def test_the_statement_about_evaluators_fits_their_table(town: Town) -> None:
    nobody = str(new_id())
    assert town.books.run("procurement", statement("evaluator_id", nobody)) == "UPDATE 0"


def statement(parameter: str, value: str) -> str:
    """The page's statement with that parameter, filled in."""
    statements = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [found] = [one for one in statements if f":{parameter}" in one]
    return str(found).replace(f":{parameter}", f"'{value}'")
