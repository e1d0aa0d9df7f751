"""What is shown once the story has been told: what happened, the collective answer, and how to go on."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import httpx2
from rich.table import Table

from cdp_tools.environment import Environment
from cdp_tools.private_files import write_private
from cdp_tools.screen import Screen
from cdp_tools.services import service_named
from cdp_tools.story.scene import Scene, open_connections, pounds

KEPT = "story.json"

COLLECTIVE_QUERY = """\
query CollectiveValue($slug: String!, $from: Date!, $to: Date!) {
  place(slug: $slug) {
    name
    collectiveValue(from: $from, to: $to) {
      dataStatus
      publication { number publishedAt }
      coverage { reportedCount dueCount ratio }
      committed { ...value } due { ...value } delivered { ...value } validated { ...value }
      deliveryRatio
      byTheme { cells { label suppressed figures { delivered { ...value } validated { ...value } } } }
      byOrganisation(basis: DELIVERED_BY) { cells { label suppressed figures { delivered { ...value } } } }
      byNeedBand { cells { label suppressed figures { delivered { ...value } } } }
      byRoute { cells { label suppressed figures { committed { ...value } delivered { ...value } } } }
    }
    publications(first: 2) {
      edges { node {
        number reason changes { figure before { amount } after { amount } } value { validated { ...value } }
      } }
    }
  }
}
fragment value on SocialValue {
  total { amount } social { amount } localEconomic { amount }
}"""

LIVE_QUERY = """\
query Live($slug: String!, $from: Date!, $to: Date!) {
  place(slug: $slug) {
    collectiveValue(from: $from, to: $to) {
      asOf publication { number }
      delivered { total { amount } } validated { total { amount } } confirmed { total { amount } }
    }
  }
}"""

LATEST_QUERY = """\
query Latest($slug: String!) {
  place(slug: $slug) { publications(first: 1) { edges { node { id } } } }
}"""

POUND_QUERY = """\
query OnePound($publication: ID!, $measure: String!) {
  poundExplanation(publication: $publication, measure: $measure) {
    measureTitle unit total { amount }
    proxy { title central { amount } priceYear licence sources { publisher title edition locator url } }
    groups { lineCount countedQuantity steps { rule text factor result unit } }
  }
}"""


def keep(scene: Scene) -> None:
    """Write what the ending needs, readable by the owner alone: it holds the sample parties' secrets."""
    portal = scene.parties[scene.sample["portal"]["organisation"]]
    partner = scene.parties[scene.sample["tender"]["buyer"]]
    kept = {
        "happenings": [asdict(happening) for happening in scene.happenings],
        "place": scene.sample["place"],
        "window": scene.sample["quarter"],
        "measure": scene.sample["explained_measure"],
        "portal": {"id": portal.client_id, "secret": portal.secret},
        "partner": {"id": partner.client_id, "secret": partner.secret},
        "clients": {
            key: {"id": party.client_id, "secret": party.secret}
            for key, party in scene.parties.items()
            if party.secret is not None
        },
    }
    write_private(scene.environment.folder / KEPT, json.dumps(kept, default=str))


def show(environment: Environment, screen: Screen) -> None:
    """The table of what happened, the graph's answers, and one curl each for three kinds of reader."""
    kept: dict[str, Any] = json.loads((environment.folder / KEPT).read_text(encoding="utf-8"))
    _show_happenings(kept, screen)
    with open_connections() as http:
        answer = ask(environment, http, COLLECTIVE_QUERY, _window(kept))
        _show_collective(answer, screen)
        _show_pound(environment, http, kept, screen)
        _show_live(environment, http, kept, screen)
    _show_curls(environment, kept, screen)


def ask(
    environment: Environment,
    http: httpx2.Client,
    query: str,
    variables: dict[str, Any],
    token: str | None = None,
) -> dict[str, Any]:
    """The graph's answer to a query: `data`, and `errors` if there are any."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    response = http.post(
        _url(environment, "gateway", "/graphql"),
        json={"query": query, "variables": variables},
        headers=headers,
    )
    answer: dict[str, Any] = response.json()
    return answer


def _window(kept: dict[str, Any]) -> dict[str, Any]:
    return {"slug": kept["place"], "from": kept["window"]["period_start"], "to": kept["window"]["period_end"]}


def _url(environment: Environment, service: str, path: str) -> str:
    return f"{environment.url(service_named(service))}{path}"


def _show_happenings(kept: dict[str, Any], screen: Screen) -> None:
    table = Table("", "Who", "What", "Outcome", title="What happened (every amount is a synthetic sample)")
    for number, happening in enumerate(kept["happenings"], start=1):
        table.add_row(str(number), happening["who"], happening["what"], happening["outcome"])
    screen.console.print(table)


def _pounds(value: dict[str, Any] | None, part: str = "total") -> str:
    return "withheld" if value is None else pounds(value[part]["amount"])


def _show_collective(answer: dict[str, Any], screen: Screen) -> None:
    if answer.get("errors"):
        screen.console.print_json(data=answer["errors"])
        return
    place = answer["data"]["place"]
    value = place["collectiveValue"]
    number = value["publication"]["number"]
    coverage = value["coverage"]
    table = Table(
        "Figure",
        "Total",
        "Social",
        "Local economic",
        title=f"{place['name']}: publication {number}, asked by nobody in particular over GraphQL",
        caption=f"{coverage['reportedCount']} of {coverage['dueCount']} partners reported, "
        f"{value['dataStatus']}",
    )
    for figure in ("committed", "due", "delivered", "validated"):
        parts = [_pounds(value[figure], part) for part in ("total", "social", "localEconomic")]
        table.add_row(figure, *parts)
    screen.console.print(table)
    for title, field in (
        ("theme", "byTheme"),
        ("organisation", "byOrganisation"),
        ("need band", "byNeedBand"),
        ("route", "byRoute"),
    ):
        _show_grouping(title, value[field]["cells"], screen)
    compared = Table("Publication", "Reason", "Validated", title="Publication beside publication")
    for edge in place["publications"]["edges"]:
        node = edge["node"]
        compared.add_row(str(node["number"]), node["reason"] or "first", _pounds(node["value"]["validated"]))
    screen.console.print(compared)


def _show_grouping(title: str, cells: list[dict[str, Any]], screen: Screen) -> None:
    table = Table(f"By {title}", "Delivered")
    for cell in cells:
        figures = cell["figures"]
        table.add_row(cell["label"], "withheld" if figures is None else _pounds(figures["delivered"]))
    screen.console.print(table)


def _show_pound(environment: Environment, http: httpx2.Client, kept: dict[str, Any], screen: Screen) -> None:
    """One measure's pounds in the latest publication, step by step, down to where the proxy comes from."""
    found = ask(environment, http, LATEST_QUERY, {"slug": kept["place"]})
    publication = found["data"]["place"]["publications"]["edges"][0]["node"]["id"]
    answer = ask(environment, http, POUND_QUERY, {"publication": publication, "measure": kept["measure"]})
    if answer.get("errors"):
        screen.console.print_json(data=answer["errors"])
        return
    explained = answer["data"]["poundExplanation"]
    proxy = explained["proxy"]
    table = Table(
        "Rule",
        "What was done",
        "Result",
        title=f"One pound explained: {explained['measureTitle']}, {_pounds(explained)} in all",
        caption=f"{proxy['title']}: {pounds(proxy['central']['amount'])} "
        f"({proxy['priceYear']} prices), {proxy['licence']}",
    )
    for step in explained["groups"][0]["steps"]:
        table.add_row(step["rule"], step["text"], f"{step['result']} {step['unit']}")
    screen.console.print(table)
    for source in proxy["sources"]:
        place = f"{source['publisher']}, {source['title']}, {source['edition']}, {source['locator']}"
        screen.say(f"Source: {place}\n        {source['url']}")


def _show_live(environment: Environment, http: httpx2.Client, kept: dict[str, Any], screen: Screen) -> None:
    partner = kept["partner"]
    token = http.post(
        _url(environment, "partners-api", "/oauth/token"),
        data={"grant_type": "client_credentials"},
        auth=(partner["id"], partner["secret"]),
    ).json()["access_token"]
    answer = ask(environment, http, LIVE_QUERY, _window(kept), token)
    screen.say("With a partner's token the same window answers live:")
    screen.console.print_json(data=answer, indent=1)


def _show_curls(environment: Environment, kept: dict[str, Any], screen: Screen) -> None:
    portal, window = kept["portal"], _window(kept)
    token = _url(environment, "partners-api", "/oauth/token")
    bearer = (
        f"$(curl -s -u '{portal['id']}:{portal['secret']}' -d grant_type=client_credentials {token}"
        " | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])')"
    )
    query = (
        f'{{ place(slug: \\"{window["slug"]}\\") {{ collectiveValue(from: \\"{window["from"]}\\", '
        f'to: \\"{window["to"]}\\") {{ validated {{ total {{ amount }} }} }} }} }}'
    )
    company = '{"organisation":{"legal_name":"My Company Ltd","kind":"private"},"client_name":"first client"}'
    key = '$(python3 -c "import uuid; print(uuid.uuid4())")'
    screen.say("\nA procurement portal:")
    screen.say(
        f'curl -s -H "Authorization: Bearer {bearer}" {_url(environment, "procurement-api", "/v1/tenders")}'
    )
    screen.say("\nA front-end team:")
    screen.say(
        f"curl -s -H 'Content-Type: application/json' -d '{{\"query\":\"{query}\"}}' "
        f"{_url(environment, 'gateway', '/graphql')}"
    )
    screen.say("\nA signatory:")
    screen.say(
        f"curl -s -H 'Content-Type: application/json' -H \"Idempotency-Key: {key}\" -d '{company}' "
        f"{_url(environment, 'partners-api', '/v1/registrations')}"
    )
