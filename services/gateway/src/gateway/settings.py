"""The settings of the gateway."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from cdp_common.web.settings import ServiceSettings
from gateway.documents import TrustedDocumentsUnusable, read_registry
from gateway.guards import GuardRules


class Settings(ServiceSettings):
    """The shared settings, and what the graph allows one request."""

    port: int = 8100
    """The port to listen on."""
    max_body_bytes: int = Field(default=128 * 1024, ge=1024, le=1024**2)
    """The largest request that is read: a document with its variables."""
    upstream_budget_s: float = Field(default=0.9, gt=0, le=30)
    """How long one call to a service may take; after that the answer goes without it."""
    upstream_calls_at_once: int = Field(default=64, ge=1, le=1000)
    """How many calls to each service may be under way at once."""
    upstream_failures: int = Field(default=5, ge=1, le=1000)
    """After so many calls in a row that were not answered a service is left alone."""
    upstream_rest_s: float = Field(default=2.0, gt=0, le=60)
    """For so long; then one call finds out whether the service is back."""
    write_budget_s: float = Field(default=10.0, gt=0, le=60)
    """How long a mutation may take at its service; repeated with its idempotency key it has one effect."""
    client_points_per_minute: int = Field(default=12_000, ge=0, le=10_000_000)
    """Points a minute of one client for one organisation: one for a request, one for each call it may need.
    0 limits nobody."""
    address_points_per_minute: int = Field(default=3_000, ge=0, le=10_000_000)
    """The same of one address without a token."""
    introspection: bool | None = None
    """Whether the schema can be asked for; when unset, in sandbox alone."""
    graphiql: bool | None = None
    """Whether the page to try queries on is served at `/graphiql`; when unset, in sandbox alone."""
    max_depth: int = Field(default=15, ge=1, le=50)
    """How deep fields may nest."""
    max_aliases: int = Field(default=30, ge=0, le=1000)
    """How many aliases an operation may use."""
    max_tokens: int = Field(default=2000, ge=50, le=20_000)
    """How many lexical tokens a document may have."""
    max_upstream_calls: int = Field(default=100, ge=1, le=1000)
    """How many calls to services an operation may need at most, by its page sizes."""

    max_directives: int = Field(default=20, ge=0, le=1000)
    """How many directives an operation may use."""
    max_nodes: int = Field(default=20_000, ge=100, le=1_000_000)
    """How many objects an operation may give at most, by its page sizes."""
    public_answer_s: float = Field(default=5.0, ge=0, le=5)
    """For how long an answer to a request without a token is given again; 0 keeps none."""
    public_answer_bytes: int = Field(default=32 * 1024**2, ge=0, le=1024**3)
    """How much such answers may take together."""
    trusted_documents_file: Path | None = None
    """A registry of documents: a JSON object of documents by their SHA-256."""
    public_documents: Literal["any", "trusted"] = "any"
    """Whether a request without a token may bring its own document, or name one of the registry alone."""

    @model_validator(mode="after")
    def _registry_is_sound(self) -> Self:
        try:
            read_registry(self.trusted_documents_file)
        except TrustedDocumentsUnusable as fault:
            raise ValueError(str(fault)) from fault
        return self

    @property
    def guard_rules(self) -> GuardRules:
        """How the services are guarded."""
        return GuardRules(self.upstream_calls_at_once, self.upstream_failures, self.upstream_rest_s)

    @property
    def is_introspectable(self) -> bool:
        """Whether this deployment answers introspection."""
        return self.mode == "sandbox" if self.introspection is None else self.introspection

    @property
    def has_graphiql(self) -> bool:
        """Whether this deployment serves the page to try queries on."""
        return self.mode == "sandbox" if self.graphiql is None else self.graphiql
