"""How the OpenAPI document describes the forms of the authorisation server."""

from typing import Any

from partners_api.domain.oauth_requests import (
    ASSERTION_JWT_BEARER,
    GRANT_CLIENT_CREDENTIALS,
    GRANT_TOKEN_EXCHANGE,
    ORGANISATION_URN,
    TYPE_ACCESS_TOKEN,
    TYPE_ID_TOKEN,
)

_CLIENT_FIELDS: dict[str, Any] = {
    "client_id": {"type": "string", "description": "For client_secret_post."},
    "client_secret": {"type": "string", "description": "For client_secret_post."},
    "client_assertion_type": {"type": "string", "enum": [ASSERTION_JWT_BEARER]},
    "client_assertion": {"type": "string", "description": "For private_key_jwt (RFC 7523)."},
}


def _form_of(required: list[str], fields: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": {**fields, **_CLIENT_FIELDS}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": schema}},
        }
    }


TOKEN_FORM = _form_of(
    ["grant_type"],
    {
        "grant_type": {"type": "string", "enum": [GRANT_CLIENT_CREDENTIALS, GRANT_TOKEN_EXCHANGE]},
        "scope": {"type": "string", "description": "Scopes separated by spaces; absent: all the client has."},
        "subject_token": {
            "type": "string",
            "description": "Exchange: the client's own access token, or a person's identity token.",
        },
        "subject_token_type": {"type": "string", "enum": [TYPE_ACCESS_TOKEN, TYPE_ID_TOKEN]},
        "requested_token_type": {"type": "string", "enum": [TYPE_ACCESS_TOKEN]},
        "resource": {"type": "string", "description": f"Exchange: {ORGANISATION_URN}<uuid> to act for."},
        "nonce": {"type": "string", "description": "Exchange of an identity token: the nonce it must carry."},
        "asserted_user": {
            "type": "string",
            "description": "What a trusted portal (persons:assert) calls the user who sits at it.",
        },
    },
)
REVOCATION_FORM = _form_of(
    ["token"],
    {
        "token": {"type": "string", "description": "The access token to take back."},
        "token_type_hint": {"type": "string", "description": "Not needed: there is one type of token."},
    },
)
