"""Erasing a person's name does what docs/privacy.md says."""

from tests.e2e.refusals import get
from tests.e2e.test_figures import assert_recomputed
from tests.e2e.town import Town

NAMED = "UPDATE charter.signing_people SET name = name WHERE name = 'Somebody Forgotten'"


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
