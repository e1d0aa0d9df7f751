"""What can go wrong in the graph, and how each error reads: a stable code and the request's id, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from cdp_common.clients.upstream import UpstreamProblem, UpstreamUnavailable
from cdp_common.kernel.errors import BadRequest, CdpError, NotOffered, RateLimited
from cdp_common.web.problems import INTERNAL_ERROR_TITLE

_log = structlog.get_logger(__name__)

TOO_MANY = 429
"""What a service answers that limits how much one caller, or one address, may do."""

_TOO_MANY_TOKENS = "Document contains more than"


class DocumentMalformed(BadRequest):
    """The text is not a GraphQL document."""

    code = "document_malformed"
    title = "The text is not a GraphQL document"


class DocumentInvalid(BadRequest):
    """The document asks for something that the schema does not have."""

    code = "document_invalid"
    title = "The document does not fit the schema"


class VariablesInvalid(BadRequest):
    """A variable or an argument is missing or of another type."""

    code = "variables_invalid"
    title = "A variable or argument does not fit its type"


class OperationUnknown(BadRequest):
    """The document has no operation of the name that was asked for."""

    code = "operation_unknown"
    title = "The document has no such operation"


class OperationNotOffered(NotOffered):
    """This way of asking gives no operation of that kind: subscriptions need a stream."""

    code = "operation_not_offered"
    title = "This kind of operation is asked for in another way"


class MutationOverGet(BadRequest):
    """An address can be followed by a link, a crawler or a browser: nothing is ever done by one."""

    code = "mutation_over_get"
    title = "Mutations are sent by POST"


class DocumentTooLong(BadRequest):
    """The document has more tokens than are read."""

    code = "document_too_long"
    title = "The document is too long"


class QueryTooDeep(BadRequest):
    """The query nests deeper than is answered."""

    code = "query_too_deep"
    title = "The query nests too deeply"


class TooManyAliases(BadRequest):
    """The query uses more aliases than are answered."""

    code = "too_many_aliases"
    title = "The query uses too many aliases"


class PageSizeOutOfRange(BadRequest):
    """A page, or a list of references, is empty or larger than is given."""

    code = "page_size_out_of_range"
    title = "A page holds 1 to 100 items"


class QueryTooCostly(BadRequest):
    """The query may need more calls to the services than one request may make."""

    code = "query_too_costly"
    title = "The query needs too many calls to the services"


class AfterInvalid(BadRequest):
    """`after` is not a cursor of this list."""

    code = "cursor_invalid"
    title = "The cursor is not valid"


class IdInvalid(BadRequest):
    """An id does not name the kind of thing that is asked for."""

    code = "id_invalid"
    title = "The id does not name such a thing"


class OneArgumentNeeded(BadRequest):
    """Of several ways to name a thing exactly one is to be used."""

    code = "one_argument_needed"
    title = "Exactly one way to name it is needed"


class TooManyDirectives(BadRequest):
    """The query uses more directives than are answered."""

    code = "too_many_directives"
    title = "The query uses too many directives"


class AnswerTooLarge(BadRequest):
    """The query may give more objects than one answer holds."""

    code = "answer_too_large"
    title = "The query may give too many objects"


class DocumentMissing(BadRequest):
    """A request states neither a document nor the hash of one."""

    code = "document_missing"
    title = "There is no document"


class DocumentNotKnown(BadRequest):
    """Nobody has sent the document of this hash yet; send it once, with its hash."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    title = "No document has this hash here"


class DocumentHashDiffers(BadRequest):
    """A document was sent with the hash of another one."""

    code = "document_hash_differs"
    title = "The hash is not the document's"


class PersistedQueryInvalid(BadRequest):
    """The extension for persisted queries cannot be read."""

    code = "persisted_query_invalid"
    title = "The extension for persisted queries cannot be read"


class DocumentNotTrusted(BadRequest):
    """This deployment lets the public run the documents of its registry alone."""

    code = "document_not_trusted"
    title = "The document is not in the registry"


class PreviewTokenMissing(BadRequest):
    """A draft is asked for without what opens it, which is a header of the request."""

    code = "preview_token_missing"
    title = "The header Preview-Token is missing"


class TooManySubscriptions(RateLimited):
    """As many subscriptions are open as one client, or one process, may have."""

    code = "too_many_subscriptions"
    title = "Too many subscriptions are open"


class SubscriptionTooSlow(RateLimited):
    """Whoever subscribed does not take what happens; what was missed is in the services' feeds."""

    code = "subscription_too_slow"
    title = "Events were not taken in time"


class PlaceUnknown(BadRequest):
    """No place has the short name that is listened for."""

    code = "place_unknown"
    title = "There is no such place"


class UpstreamFault(Exception):
    """A service refused or does not answer; `code` is what it said, passed through."""

    UNAVAILABLE: ClassVar[str] = UpstreamUnavailable.code

    def __init__(
        self,
        service: str,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{service}: {code}")
        self.service = service
        self.code = code
        self.detail = detail
        self.status = status
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s

    @classmethod
    def refused(cls, service: str, problem: UpstreamProblem) -> UpstreamFault:
        """A refusal, with the service's own code and words."""
        errors = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in problem.errors]
        return cls(service, problem.code, problem.detail, status=problem.status, errors=errors)

    @classmethod
    def unavailable(cls, service: str, fault: UpstreamUnavailable | None = None) -> UpstreamFault:
        """No answer, none in time, or one that cannot be read; where the service runs is not told."""
        code = cls.UNAVAILABLE if fault is None else fault.code
        return cls(
            service,
            code,
            f"{service} gives no usable answer at the moment; what does not need it is answered.",
            retry_after_s=None if fault is None else fault.retry_after_s,
        )

    @classmethod
    def limited(cls, service: str, problem: UpstreamProblem, wait_s: float | None) -> UpstreamFault:
        """A write that is one too many for now, of its caller or its address."""
        return cls(service, problem.code, problem.detail, status=TOO_MANY, retry_after_s=wait_s)

    @property
    def is_not_found(self) -> bool:
        """Whether the service knows no such thing, or none that the caller may see."""
        return self.status == 404


def error_answer(error: GraphQLError, request_id: str, *, is_executed: bool) -> dict[str, Any]:
    """The error as the response shows it; `is_executed` says whether the query had passed its checks."""
    cause = _cause(error)
    answer: dict[str, Any] = {"message": error.message}
    extensions: dict[str, Any] = {"requestId": request_id}
    if isinstance(cause, UpstreamFault):
        answer["message"] = cause.detail
        extensions |= {"code": cause.code, "service": cause.service}
        if cause.errors:
            extensions["errors"] = list(cause.errors)
        if cause.retry_after_s is not None:
            extensions["retryAfterSeconds"] = cause.retry_after_s
    elif isinstance(cause, CdpError):
        answer["message"] = cause.detail
        extensions["code"] = cause.code
    elif cause is not None:
        answer["message"] = f"{INTERNAL_ERROR_TITLE}."
        extensions["code"] = "internal_error"
    else:
        extensions["code"] = _code_of_plain(error, is_executed=is_executed)
    if error.locations:
        answer["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        answer["path"] = list(error.path)
    answer["extensions"] = extensions
    return answer


def log_unexpected(errors: Sequence[GraphQLError]) -> None:
    """One line for the faults of ours among an answer's errors, with the first one's traceback."""
    faults = [error for error in errors if _is_unexpected(error)]
    if faults:
        first = faults[0]
        _log.error(
            "graph_fault",
            path=None if first.path is None else ".".join(map(str, first.path)),
            count=len(faults),
            exc_info=first.original_error,
        )


def _is_unexpected(error: GraphQLError) -> bool:
    cause = _cause(error)
    return cause is not None and not isinstance(cause, (UpstreamFault, CdpError))


def _cause(error: GraphQLError) -> BaseException | None:
    """The exception that a resolver raised; None for an error that GraphQL itself found."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _code_of_plain(error: GraphQLError, *, is_executed: bool) -> str:
    if isinstance(error, GraphQLSyntaxError):
        if error.message.removeprefix("Syntax Error: ").startswith(_TOO_MANY_TOKENS):
            return DocumentTooLong.code
        return DocumentMalformed.code
    return VariablesInvalid.code if is_executed else DocumentInvalid.code
