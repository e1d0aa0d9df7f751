"""The settings of the gateway."""

from pydantic import Field

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The shared settings, and what the graph allows one request."""

    port: int = 8100
    """The port to listen on."""
    max_body_bytes: int = Field(default=128 * 1024, ge=1024, le=1024**2)
    """The largest request that is read: a document with its variables."""
    upstream_budget_s: float = Field(default=2.0, gt=0, le=30)
    """How long one call to a service may take; after that the answer goes without it."""
    introspection: bool | None = None
    """Whether the schema can be asked for; when unset, in sandbox alone."""
    max_depth: int = Field(default=15, ge=1, le=50)
    """How deep fields may nest."""
    max_aliases: int = Field(default=30, ge=0, le=1000)
    """How many aliases an operation may use."""
    max_tokens: int = Field(default=2000, ge=50, le=20_000)
    """How many lexical tokens a document may have."""
    max_upstream_calls: int = Field(default=100, ge=1, le=1000)
    """How many calls to services an operation may need at most, by its page sizes."""

    @property
    def is_introspectable(self) -> bool:
        """Whether this deployment answers introspection."""
        return self.mode == "sandbox" if self.introspection is None else self.introspection
