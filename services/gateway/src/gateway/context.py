"""What every resolver of one request shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import strawberry

from cdp_common.web.caller import Caller
from gateway.happenings import Listener
from gateway.limits import Limits
from gateway.loaders import Loaders
from gateway.upstreams import Upstreams


@dataclass
class Context:
    """One request: who asks, the services as that caller reaches them, and what was already asked of them."""

    request_id: str
    caller: Caller | None
    limits: Limits
    upstreams: Upstreams
    renewed: Callable[[], Upstreams] | None = None
    """The services anew, for another event of the same subscription."""
    listening: Callable[[Sequence[str]], AbstractAsyncContextManager[Listener]] | None = None
    """Listens to services for the caller."""
    write_budget_s: float = 10.0
    """How long a mutation may take at its service."""
    preview_token: str | None = None
    """What opens a draft, where the request carries it."""
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.upstreams)

    def forget(self) -> None:
        """Let go of what was read: objects that executed a query hold this until the collector comes."""
        self.loaders = Loaders(self.upstreams)

    def renew(self) -> None:
        """Forget what was asked of the services: another event of a subscription is answered from anew."""
        if self.renewed is not None:
            self.upstreams = self.renewed()
            self.loaders = Loaders(self.upstreams)


Info = strawberry.Info[Context, None]
