"""Somebody signs in at the sandbox's provider and works at an organisation's client."""

from cdp_tools.token_command import Wanted, token_of
from tests.e2e.town import Town


def test_a_person_of_the_sandbox_reads_live_figures_by_their_role(town: Town) -> None:
    environment, http = town.environment, town.http
    party = town.newcomer("People Ltd (fictional)")
    place = town.scene.programme["place"]["slug"]
    wanted = Wanted("ada", "officer", place)
    tokens = {token_of(environment, http, party, wanted) for _ in range(2)}
    token = tokens.pop()
    answer = http.get(
        town.url("procurement-api", "/v1/agreements"), headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == []
    alone = token_of(environment, http, party, None)
    assert alone not in tokens
