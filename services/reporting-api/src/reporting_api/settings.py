"""The settings of reporting-api."""

from decimal import Decimal

from pydantic import Field

from cdp_common.web.settings import ServiceSettings


class Settings(ServiceSettings):
    """The shared settings, and how figures are published."""

    port: int = 8105
    """The port to listen on."""

    public_url: str | None = None
    """Where outsiders reach reporting-api: publications name their permanent address by it; else it is the
    address by which the other services reach it."""

    sequencer_interval_s: float = Field(default=1.0, gt=0, le=60)
    """How often ledger entries that wait are given their positions."""

    disclosure_minimum_organisations: int = Field(default=3, ge=2, le=100)
    """A published £ cell to which fewer organisations contribute is withheld."""
    disclosure_dominance_percent: Decimal = Field(default=Decimal(10), ge=0, le=100)
    """p of the p % rule: a cell is withheld when what its two largest contributors leave is less than p % of
    the largest."""
    disclosure_minimum_people: int = Field(default=10, ge=2, le=1000)
    """A published count of people below it is withheld, and so is whatever would give it away."""
    disclosure_source: str = (
        "Threshold of three contributors and p % rule with p = 10: a customary setting for business "
        "statistics, chosen by the programme; no law fixes the numbers."
    )
    """Where the two thresholds come from; every publication says it."""
    publication_licence: str = "OGL-UK-3.0"
    """The licence, as an SPDX identifier, under which publications may be used."""

    reporting_due_days: int = Field(default=30, ge=1, le=120)
    """So many days after a period's end its report is due, in places that have set no calendar of their own.
    Nothing public says when partners report: the number is ours."""
    reporting_reminder_days: tuple[int, ...] = (14, 3)
    """So many days before it is due a report is reminded of, in such places; fewer than the days above."""
