"""Two records turn out to be of one signatory: what partners-api decides reaches the register by itself."""

import time
from typing import Any

from tests.e2e.town import Town

WITHIN_S = 10.0


def test_a_merger_of_records_reaches_the_register_within_seconds(town: Town) -> None:
    stays, record = town.newcomer("Merging Ltd (fictional)"), town.newcomer("Merging (fictional)")
    [charter] = town.items("charter-api", f"/v1/charters?place_id={town.scene.place_id}")
    draft = {
        "charter_id": charter["id"],
        "signing_person": {"name": "Another Invented", "role": "Owner"},
        "data_status": "synthetic_sample",
    }
    longer, shorter = (
        party.post(town.url("charter-api", "/v1/signatures"), {**draft, "signed_on": day}).body["id"]
        for party, day in ((record, "2026-07-02"), (stays, "2026-07-01"))
    )
    path = town.url("partners-api", f"/v1/organisations/{record.organisation_id}")
    merge = {"survivor_id": stays.organisation_id, "reason": "one company, registered twice"}
    operator = town.party("operator")
    operator.call("POST", f"{path}/merge", body=merge, expect=200, if_match=operator.get(path).etag)

    def entry(signature_id: str) -> dict[str, Any]:
        found: dict[str, Any] = town.get("charter-api", f"/v1/signatories/{signature_id}")
        return found

    end = time.monotonic() + WITHIN_S
    while entry(shorter)["state"] != "merged" and time.monotonic() < end:
        time.sleep(0.2)
    assert (entry(shorter)["state"], entry(shorter)["merged_into"]) == ("merged", longer)
    standing = entry(longer)
    assert (standing["state"], standing["organisation_id"]) == ("active", stays.organisation_id)
    # The survivor now ends what the other record had signed.
    url = town.url("charter-api", f"/v1/signatures/{longer}/withdraw")
    read = stays.get(town.url("charter-api", f"/v1/signatories/{longer}"))
    body = {"effective_on": "2026-07-03", "reason": "test"}
    ended = stays.call("POST", url, body=body, expect=200, if_match=read.etag).body
    assert ended["state"] == "withdrawn"
