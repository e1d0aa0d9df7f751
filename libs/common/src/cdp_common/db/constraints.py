"""From the name of a violated constraint to the domain's own error: no check-then-act anywhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from sqlalchemy.exc import IntegrityError

from cdp_common.kernel.errors import CdpError

ErrorFactory = Callable[[], CdpError]
"""Makes the domain error that a violated constraint stands for."""


def constraint_name(problem: IntegrityError) -> str | None:
    """The name of the constraint that the database found violated, if it named one."""
    name = getattr(getattr(problem.orig, "__cause__", None), "constraint_name", None)
    return name if isinstance(name, str) else None


def raise_for_constraint(problem: IntegrityError, errors: Mapping[str, ErrorFactory]) -> NoReturn:
    """Raise the domain error that belongs to the violated constraint, or the problem itself if none does."""
    factory = errors.get(constraint_name(problem) or "")
    if factory is None:
        raise problem
    raise factory() from problem


@contextmanager
def constraint_errors(errors: Mapping[str, ErrorFactory]) -> Iterator[None]:
    """A block whose violated constraints come out as domain errors."""
    try:
        yield
    except IntegrityError as problem:
        raise_for_constraint(problem, errors)
