"""A page of another origin, on this machine as in a front end's making, asks every process from a browser."""

import httpx2

from cdp_tools.services import SERVICES
from tests.e2e.town import Town

PAGE, OTHER_PAGE, STRANGER = "http://localhost:5173", "http://127.0.0.1:3000", "https://elsewhere.example"
ALLOWED = "access-control-allow-origin"
WISH = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


def test_every_process_lets_pages_of_this_machine_read_its_answers_and_no_others(town: Town):
    with httpx2.Client() as http:
        for service in SERVICES:
            address = town.url(service.name, "/version")
            assert http.options(address, headers={"Origin": PAGE, **WISH}).headers[ALLOWED] == PAGE
            assert http.get(address, headers={"Origin": PAGE}).headers[ALLOWED] == PAGE
            assert ALLOWED not in http.get(address, headers={"Origin": STRANGER}).headers


def test_a_kept_answer_of_the_graph_names_whoever_asks(town: Town):
    asked = {"query": '{ place(slug: "county-durham") { name } }'}
    with httpx2.Client() as http:
        answers = [
            http.post(town.url("gateway", "/graphql"), json=asked, headers={"Origin": origin})
            for origin in (PAGE, PAGE, OTHER_PAGE, STRANGER)
        ]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert [answer.headers.get(ALLOWED) for answer in answers] == [PAGE, PAGE, OTHER_PAGE, None]
    assert all("Origin" in answer.headers["vary"] for answer in answers)
