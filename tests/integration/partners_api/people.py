"""What the tests of people say in one word: a provider that signs what it is asked to, people and roles."""

from datetime import timedelta
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.integration.partners_api.world import EXCHANGE, Json, Registered, World

ISSUER = "https://login.council.example"
AUDIENCE = "council-web"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


class People:
    """An identity provider whose key stands in its record, and those who sign in at it."""

    def __init__(self, world: World, operator: str) -> None:
        self.world = world
        self.operator = operator
        self.key = OKPKey.generate_key("Ed25519", auto_kid=True)

    def draft(self, *organisations: Any, **fields: Any) -> Json:
        """The provider as it is recorded, trusted for these organisations, or for all."""
        return {
            "name": "Council sign-in",
            "issuer": ISSUER,
            "audiences": [{"audience": AUDIENCE}],
            "jwks": {"keys": [dict(self.key.as_dict(private=False))]},
            "algorithms": ["Ed25519"],
            "organisation_ids": [str(each) for each in organisations],
            "trusted_for_all": not organisations,
            **fields,
        }

    async def trusted(self, *organisations: Any, **fields: Any) -> Json:
        """The provider, recorded."""
        draft = self.draft(*organisations, **fields)
        return await self.world.made("/v1/identity-providers", draft, token=self.operator)

    async def person(self, subject: str, **fields: Any) -> Json:
        """A person, recorded by the operator."""
        draft = {"issuer": ISSUER, "subject": subject, **fields}
        return await self.world.made("/v1/persons", draft, token=self.operator)

    async def role(self, person: Json, registered: Registered, place: Json, role: str) -> Json:
        """A role, given by the operator."""
        draft = {
            "person_id": person["id"],
            "organisation_id": str(registered.organisation_id),
            "place_id": place["id"],
            "role": role,
        }
        return await self.world.made("/v1/person-roles", draft, token=self.operator)

    def id_token(self, subject: str, *, key: OKPKey | None = None, **claims: Any) -> str:
        """An identity token; `claims` override any claim."""
        now = self.world.clock()
        stated = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            **claims,
        }
        return jwt.encode(
            {"alg": "Ed25519", "kid": self.key.kid}, stated, key or self.key, algorithms=["Ed25519"]
        )

    async def sign_in(self, id_token: str, at: Registered, **form: str) -> httpx2.Response:
        """The exchange of an identity token by a client."""
        fields = {"grant_type": EXCHANGE, "subject_token_type": ID_TOKEN, "subject_token": id_token, **form}
        return await self.world.ask(fields, basic=(at.client_id, at.secret))
