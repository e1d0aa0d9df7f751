"""`cdp token`: an access token of the sandbox that is running here, for a client or for a person at it.

What speaks with it is imported on use: it takes half a second, and every other command starts without it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cdp_tools.environment import OPERATOR_CLIENT_ID, Environment, environment_here
from cdp_tools.errors import WrongState
from cdp_tools.screen import Screen
from cdp_tools.services import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    import httpx2

    from cdp_tools.story.parties import Party

EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
}

Role = Literal["officer", "evaluator", "moderator", "validator", "programme_manager", "signatory"]


@dataclass(frozen=True)
class Wanted:
    """Who the token is for: a person, with a role in a place, at a client's organisation."""

    person: str
    role: Role | None
    place: str | None


def token(
    *,
    person: Annotated[str | None, typer.Option(help="A person, by a name of your choice.")] = None,
    role: Annotated[Role | None, typer.Option(help="A role to give the person first.")] = None,
    place: Annotated[str | None, typer.Option(help="The slug of the place of the role.")] = None,
    client_id: Annotated[str, typer.Option(envvar="CDP_CLIENT_ID", help="The client.")] = OPERATOR_CLIENT_ID,
    client_secret: Annotated[str | None, typer.Option(envvar="CDP_CLIENT_SECRET", help="Its secret.")] = None,
    port_base: Annotated[int, typer.Option(min=1024, max=65000)] = DEFAULT_PORT_BASE,
) -> None:
    """Print an access token: of a client, or with --person of somebody who signs in at it."""
    import httpx2

    from cdp_tools.story.parties import TIMEOUT_S

    screen = Screen()
    with screen.reporting_problems():
        if (role is None) != (place is None) or (role is not None and person is None):
            raise WrongState("--role and --place go together, and with --person")
        environment = environment_here(port_base=port_base)
        with httpx2.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            client = _client(environment, http, client_id, client_secret)
            wanted = Wanted(person, role, place) if person is not None else None
            typer.echo(token_of(environment, http, client, wanted))


def token_of(environment: Environment, http: httpx2.Client, client: Party, wanted: Wanted | None) -> str:
    """The token of the client, or of the person at it, who is recorded and given the role on the way."""
    from cdp_tools.sandbox_identity import identity_token

    if wanted is None:
        return client.ask_token({"grant_type": "client_credentials"})
    operator = _client(environment, http, OPERATOR_CLIENT_ID, None)
    if wanted.role is not None:
        _give_role(environment, operator, client, wanted)
    return client.ask_token({**EXCHANGE, "subject_token": identity_token(environment, wanted.person)})


def _client(environment: Environment, http: httpx2.Client, client_id: str, secret: str | None) -> Party:
    from cdp_tools.story.parties import Party

    if client_id != OPERATOR_CLIENT_ID:
        if secret is None:
            raise WrongState("the client's secret is needed: --client-secret or CDP_CLIENT_SECRET")
        return Party(client_id, environment.issuer, http, client_id=client_id, secret=secret)
    key = json.loads(environment.operator_key_file.read_text(encoding="utf-8"))
    return Party("Operator", environment.issuer, http, client_id=client_id, key=key)


def _give_role(environment: Environment, operator: Party, client: Party, wanted: Wanted) -> None:
    """Record the person and give the role, unless they hold it."""
    from cdp_tools.sandbox_identity import ISSUER as IDENTITY_ISSUER

    base = environment.issuer
    recorded = operator.post(f"{base}/v1/persons", {"issuer": IDENTITY_ISSUER, "subject": wanted.person}).body
    places = operator.get(f"{base}/v1/places?slug={wanted.place}").body["items"]
    if not places:
        raise WrongState(f"there is no place {wanted.place}")
    organisation_id = operator.get(f"{base}/v1/clients/{client.client_id}").body["organisation_id"]
    asked = {"organisation_id": organisation_id, "place_id": places[0]["id"], "role": wanted.role}
    held = {(each["organisation_id"], each["place_id"], each["role"]) for each in recorded["roles"]}
    if tuple(asked.values()) not in held:
        operator.post(f"{base}/v1/person-roles", {"person_id": recorded["id"], **asked})
