"""Every refusal is a `CdpError` with a stable code; the web layer gives each category its status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One fault in one place of the input: a JSON pointer to it, a stable code, and words for a person."""

    pointer: str
    code: str
    message: str


class CdpError(Exception):
    """Something was refused; `code` never changes once published, the texts may.

    `members` are what a refusal tells beside its words: members of the problem document with their values.
    """

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request was refused"

    def __init__(
        self, detail: str, *, errors: Sequence[FieldError] = (), members: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.members = dict(members or {})


class BadRequest(CdpError):
    """The request cannot be read as a request of this API."""

    code = "bad_request"
    title = "The request cannot be understood"


class Unauthenticated(CdpError):
    """Nobody is signed in, or the credentials do not hold."""

    code = "unauthenticated"
    title = "Valid credentials are needed"


class Forbidden(CdpError):
    """The caller is known but may not do this."""

    code = "forbidden"
    title = "This caller may not do this"


class NotFound(CdpError):
    """There is no such thing, or none that this caller may know of."""

    code = "not_found"
    title = "There is no such thing"


class Conflict(CdpError):
    """The state of things does not allow it now."""

    code = "conflict"
    title = "The current state does not allow this"


class Gone(CdpError):
    """It was here once and has been taken away for good."""

    code = "gone"
    title = "This is no longer available"


class PreconditionFailed(CdpError):
    """The caller's copy is older than the stored one."""

    code = "precondition_failed"
    title = "It has changed since it was read"


class TooLarge(CdpError):
    """The body or the batch is larger than the limit."""

    code = "too_large"
    title = "The request is too large"


class UnsupportedMedia(CdpError):
    """The body is in a format that this operation does not read."""

    code = "unsupported_media_type"
    title = "The body's format is not supported"


class RangeUnsatisfiable(CdpError):
    """A part of a file is asked for that lies beyond its end."""

    code = "range_unsatisfiable"
    title = "There is no such part"


class InvalidInput(CdpError):
    """The request is readable, and its content breaks a rule."""

    code = "invalid_input"
    title = "The input is not valid"


class PreconditionRequired(CdpError):
    """A change must say which version it changes."""

    code = "precondition_required"
    title = "An If-Match header is needed"


class RateLimited(CdpError):
    """The caller has used up its allowance for now."""

    code = "rate_limited"
    title = "Too many requests"


class Unavailable(CdpError):
    """Something this depends on does not answer now; trying again later may work."""

    code = "unavailable"
    title = "Temporarily unavailable"


class NotOffered(CdpError):
    """A known feature that this version leaves out."""

    code = "not_offered"
    title = "This version does not offer this"
