"""The one table of the platform's processes: every port, package and schema is read from here."""

from dataclasses import dataclass

DEFAULT_PORT_BASE = 8100


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the platform."""

    name: str
    package: str
    port_offset: int
    """Added to the port base, so that several platforms fit on one machine."""
    url_variable: str
    """The setting by which the others learn where it answers."""
    purpose: str
    schema: str | None = None
    """Its schema, and the suffix of its database and roles; none for a process without data."""
    scopes: tuple[str, ...] = ()
    """What its own OAuth client may do at the others."""
    seals: bool = False
    """Whether it wraps sealed documents, and so needs a key for that."""
    keeps_evidence: bool = False
    """Whether it keeps files of evidence, and so needs a store for them."""
    follows: bool = False
    """Whether it follows feeds of the others."""

    @property
    def client_id(self) -> str:
        """The id of its own OAuth client."""
        return f"service-{self.name}"


SERVICES: tuple[Service, ...] = (
    Service(
        name="partners-api",
        package="partners_api",
        port_offset=1,
        url_variable="CDP_PARTNERS_URL",
        purpose="places, organisations, clients and tokens",
        schema="partners",
    ),
    Service(
        name="toms-engine",
        package="toms_engine",
        port_offset=2,
        url_variable="CDP_TOMS_URL",
        purpose="frameworks, proxies and valuation",
        schema="toms",
    ),
    Service(
        name="procurement-api",
        package="procurement_api",
        port_offset=3,
        url_variable="CDP_PROCUREMENT_URL",
        purpose="tenders, sealed bids and agreements",
        schema="procurement",
        scopes=("events:internal", "valuations:run"),
        seals=True,
        follows=True,
    ),
    Service(
        name="charter-api",
        package="charter_api",
        port_offset=4,
        url_variable="CDP_CHARTER_URL",
        purpose="charters, signatories and pledges",
        schema="charter",
        scopes=("events:internal", "valuations:run"),
        follows=True,
    ),
    Service(
        name="reporting-api",
        package="reporting_api",
        port_offset=5,
        url_variable="CDP_REPORTING_URL",
        purpose="reports, validation, ledger and publications",
        schema="reporting",
        scopes=("events:internal", "valuations:run"),
        keeps_evidence=True,
        follows=True,
    ),
    Service(
        name="gateway",
        package="gateway",
        port_offset=0,
        url_variable="CDP_GATEWAY_URL",
        purpose="the one graph over all five",
    ),
)
"""In the order in which they start; they stop in the reverse one."""

ISSUER = SERVICES[0]
"""The process that registers clients and signs everyone's tokens."""


def service_named(name: str) -> Service:
    """The service of a name that the table holds."""
    return next(service for service in SERVICES if service.name == name)
