"""The Statement of Intent: immutable versions, each signed once by each partner."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound


class StatementUnknown(NotFound):
    """There is no statement of that id."""

    code = "statement_not_found"
    title = "There is no such statement"


class StatementVersionTaken(Conflict):
    """The place has published this version."""

    code = "statement_version_taken"
    title = "The place has published this version already"


class CommitmentUnknown(InvalidInput):
    """The statement names a commitment that the place's programme does not have."""

    code = "commitment_unknown"
    title = "The place's programme has no such commitment"


class NotAMember(Forbidden):
    """Only organisations that are or were members of the place sign its statement."""

    code = "not_a_member"
    title = "The organisation is not a member of the place"


class AlreadySigned(Conflict):
    """The organisation has signed this version."""

    code = "statement_already_signed"
    title = "The organisation has signed this version already"


class SignedInFuture(InvalidInput):
    """A signature cannot be dated after today."""

    code = "signed_in_future"
    title = "The signature is dated in the future"


@dataclass(frozen=True)
class SignedCommitment:
    """A commitment that a partner made its own, perhaps in words of its own."""

    code: str
    words: str | None


@dataclass(frozen=True)
class Signature:
    """One organisation's signature; the person is named by role alone.

    `commitments` is what it committed to; None means everything that the statement names.
    """

    id: UUID
    statement_id: UUID
    organisation_id: UUID
    organisation_name: str
    signed_on: date
    signed_by_role: str
    assumed: bool
    commitments: tuple[SignedCommitment, ...] | None = None


@dataclass(frozen=True)
class Statement:
    """A published version; its signatures are ordered by organisation name."""

    id: UUID
    place_id: UUID
    version: str
    title: str
    text: str
    commitments: tuple[str, ...]
    source: str
    published_at: datetime
    data_status: str
    signatures: tuple[Signature, ...] = ()


def require_known_commitments(named: Sequence[str], programme: Collection[str]) -> None:
    """Refuse a statement that names a commitment outside the place's programme, or one twice."""
    errors: list[FieldError] = []
    for index, code in enumerate(named):
        if code not in programme:
            errors.append(FieldError(f"/commitments/{index}", CommitmentUnknown.code, "not in the programme"))
        elif code in named[:index]:
            errors.append(FieldError(f"/commitments/{index}", "commitment_repeated", "named before"))
    if errors:
        raise CommitmentUnknown("A statement names the place's own commitments, each once.", errors=errors)


def committed_to(statement: Statement, signature: Signature) -> tuple[SignedCommitment, ...]:
    """What a partner committed to with its signature, in the order in which it or the statement names it."""
    if signature.commitments is not None:
        return signature.commitments
    return tuple(SignedCommitment(code, None) for code in statement.commitments)


def require_commitments_of(statement: Statement, codes: Sequence[str]) -> None:
    """Refuse commitments that the statement does not name, and one named twice."""
    errors: list[FieldError] = []
    for index, code in enumerate(codes):
        pointer = f"/commitments/{index}/code"
        if code not in statement.commitments:
            errors.append(FieldError(pointer, CommitmentUnknown.code, "not in the statement"))
        elif code in codes[:index]:
            errors.append(FieldError(pointer, "commitment_repeated", "named before"))
    if errors:
        raise CommitmentUnknown("A partner commits to what the statement names, each once.", errors=errors)


def require_not_signed(statement: Statement, records: Collection[UUID]) -> None:
    """Refuse an organisation that has signed the version before, by whichever of its records."""
    if any(signature.organisation_id in records for signature in statement.signatures):
        raise AlreadySigned("The organisation has signed this version already.")


def require_may_sign(*, has_membership: bool, signed_on: date, today: date) -> None:
    """Refuse a signature of an organisation that never was a member, or one dated after today."""
    if not has_membership:
        raise NotAMember("Only the place's partners sign its Statement of Intent.")
    if signed_on > today:
        pointer = FieldError("/signed_on", SignedInFuture.code, "this lies in the future")
        raise SignedInFuture("A signature is dated today or earlier.", errors=[pointer])
