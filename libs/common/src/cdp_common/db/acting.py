"""Who acts in this request: what happens is recorded with its actor beside its subject.

Set once where a token is verified, and read where an event is recorded, so that no record can be made without
its actor. It is context and not an argument since it decides nothing: rules are given the caller itself.
"""

from contextvars import ContextVar

from cdp_common.contracts.base import EventActor

_acting: ContextVar[EventActor | None] = ContextVar("acting", default=None)


def act_as(actor: EventActor | None) -> None:
    """Say who acts from here on in this request; nobody before a token is verified, and in jobs."""
    _acting.set(actor)


def acting() -> EventActor | None:
    """Who acts; None where nobody signed in, and where the platform acts by itself."""
    return _acting.get()
