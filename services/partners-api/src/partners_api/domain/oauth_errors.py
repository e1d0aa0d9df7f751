"""Refusals of the token and revocation endpoints, in the words of RFC 6749, 7009 and 8693."""

from typing import ClassVar


class OAuthRefused(Exception):
    """A request to the authorisation server was refused; `error` is the standard's code."""

    error: ClassVar[str] = "invalid_request"

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class InvalidRequest(OAuthRefused):
    """A parameter is missing, repeated, malformed or not offered."""


class InvalidClient(OAuthRefused):
    """The client is not known, was revoked, or did not prove itself."""

    error = "invalid_client"


class UnauthorizedClient(OAuthRefused):
    """The client may not do this with that token."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthRefused):
    """The authorisation server does not offer this grant."""

    error = "unsupported_grant_type"


class InvalidScope(OAuthRefused):
    """The scope is unknown, malformed or more than the client has."""

    error = "invalid_scope"


class InvalidTarget(OAuthRefused):
    """There is no delegation that lets the client act for this organisation."""

    error = "invalid_target"
