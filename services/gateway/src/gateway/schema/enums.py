"""The graph's enumerations; each value is what the services write on the wire."""

from __future__ import annotations

from enum import Enum
from typing import cast

import strawberry


def described_value(wire: str, description: str) -> str:
    """A member of an enumeration: what the services call it, and what it means."""
    return cast(str, strawberry.enum_value(wire, description=description))


@strawberry.enum(description="What sort of organisation it is.")
class OrganisationKind(Enum):
    """What sort of organisation it is."""

    PUBLIC = described_value("public", "Publicly owned or governed.")
    PRIVATE = described_value("private", "A business.")
    THIRD_SECTOR = described_value("third_sector", "A charity, social enterprise or other voluntary body.")


@strawberry.enum(description="Whether somebody vouched for the organisation.")
class OrganisationState(Enum):
    """Whether somebody vouched for the organisation."""

    ASSERTED = described_value("asserted", "Recorded by somebody else; it has not spoken for itself yet.")
    UNVERIFIED = described_value("unverified", "Self-registered; nobody has vouched for it yet.")
    VERIFIED = described_value("verified", "A programme manager or the operator vouched for it.")


@strawberry.enum(description="An organisation's part in a place's collective.")
class MembershipRole(Enum):
    """An organisation's part in a place's collective."""

    LEAD = described_value("lead", "Leads the collective.")
    PARTNER = described_value("partner", "A partner in the collective.")


@strawberry.enum(description="Whether amounts are real.")
class DataStatus(Enum):
    """Whether amounts are real."""

    ACTUAL = described_value("actual", "Recorded by those concerned.")
    SYNTHETIC_SAMPLE = described_value("synthetic_sample", "An invented sample.")


@strawberry.enum(description="The state of a signature of the Charter.")
class SignatureState(Enum):
    """The state of a signature of the Charter."""

    ACTIVE = described_value("active", "In force.")
    DUE_FOR_RENEWAL = described_value("due_for_renewal", "In force, and to be renewed before it expires.")
    SUSPENDED = described_value("suspended", "Suspended by the place's programme manager.")
    LAPSED = described_value("lapsed", "Past its expiry and not renewed.")
    WITHDRAWN = described_value("withdrawn", "Withdrawn by its signatory.")
    MERGED = described_value("merged", "Records of its organisation were merged; another signature stands.")


@strawberry.enum(description="How far a tender has come.")
class TenderState(Enum):
    """How far a tender has come."""

    DRAFT = described_value("draft", "Being prepared; its buyer alone sees it.")
    PUBLISHED = described_value("published", "Open for bids, which are sealed.")
    CLOSED = described_value("closed", "Past its deadline and opened.")
    EVALUATED = described_value("evaluated", "Scored.")
    AWARDED = described_value("awarded", "Awarded.")
    CANCELLED = described_value("cancelled", "Cancelled.")


@strawberry.enum(description="What a bid's value is measured against.")
class ScoringMethod(Enum):
    """What a bid's value is measured against."""

    RELATIVE_TO_HIGHEST = described_value("relative_to_highest", "The highest bid's value.")
    AGAINST_TARGET = described_value("against_target", "The published target.")


@strawberry.enum(description="What a quantity counts.")
class Unit(Enum):
    """What a quantity counts."""

    FTE_YEARS = described_value("fte_years", "Full-time equivalent years of employment.")
    HOURS = described_value("hours", "Hours.")
    ATTENDEE_HOURS = described_value("attendee_hours", "Hours times attendees.")
    WEEKS = described_value("weeks", "Person-weeks.")
    GBP_INVESTED = described_value("gbp_invested", "Pounds invested.")
    GBP_SPENT = described_value("gbp_spent", "Pounds spent.")
    TCO2E = described_value("tco2e", "Tonnes of carbon dioxide equivalent.")
    MILES = described_value("miles", "Miles.")
    COUNT = described_value("count", "A number of things or people.")
    PERCENTAGE = described_value("percentage", "A percentage; carries no pounds.")
    TEXT = described_value("text", "Text; carries no pounds.")


@strawberry.enum(description="Which part of social and local economic value pounds belong to.")
class Component(Enum):
    """Which part of social and local economic value pounds belong to."""

    SOCIAL = described_value("social", "Social value.")
    LOCAL_ECONOMIC = described_value("local_economic", "Local economic value.")


@strawberry.enum(description="What kind of value a proxy stands for.")
class ValueType(Enum):
    """What kind of value a proxy stands for."""

    WELLBEING = described_value("wellbeing", "People's wellbeing.")
    FISCAL = described_value("fiscal", "Public money saved.")
    ECONOMIC = described_value("economic", "Output or earnings.")
    RESOURCE_COST = described_value("resource_cost", "What the same would cost to buy.")
    ENVIRONMENTAL = described_value("environmental", "Effects on the environment.")


@strawberry.enum(description="At which of the Green Book's rates later years of a value are discounted.")
class DiscountRate(Enum):
    """Which discount rate a proxy goes by."""

    STANDARD = described_value("standard", "The social time preference rate.")
    HEALTH = described_value("health", "The lower rate for health and life values.")


@strawberry.enum(description="How quantities of a measure add up.")
class Accumulation(Enum):
    """How quantities of a measure add up."""

    FLOW = described_value("flow", "They add up.")
    STOCK = described_value("stock", "They are weighted by time.")
    LATEST = described_value("latest", "The latest counts.")
    RATIO = described_value("ratio", "Numerators and denominators add up apart.")


@strawberry.enum(description="In which years of a contract a quantity counts.")
class YearRule(Enum):
    """In which years of a contract a quantity counts."""

    EVERY_CONTRACT_YEAR = described_value("every_contract_year", "In each year.")
    ONCE = described_value("once", "Once.")
    FIRST_YEAR_ONLY = described_value("first_year_only", "In the first year alone.")


@strawberry.enum(description="How a measure gets its pounds.")
class ValuationMethod(Enum):
    """How a measure gets its pounds."""

    PROXY = described_value("proxy", "By a proxy value for each unit.")
    LOCAL_MULTIPLIER = described_value("local_multiplier", "By the local output multiplier of an industry.")
    NONE = described_value("none", "It carries no pounds.")


@strawberry.enum(description="Whether an edition may still change.")
class EditionState(Enum):
    """Whether an edition may still change."""

    DRAFT = described_value("draft", "Being prepared.")
    PUBLISHED = described_value("published", "Published, and immutable from then on.")


@strawberry.enum(description="Where a part of a tailored edition comes from.")
class Origin(Enum):
    """Where a part of a tailored edition comes from."""

    INHERITED = described_value("inherited", "Taken over from the parent edition.")
    TAILORED = described_value("tailored", "Taken over with changes.")
    ADDED = described_value("added", "Its own.")


@strawberry.enum(description="A domain of deprivation.")
class NeedDomain(Enum):
    """A domain of deprivation."""

    INCOME = described_value("income", "Income.")
    EMPLOYMENT = described_value("employment", "Employment.")
    EDUCATION = described_value("education", "Education, skills and training.")
    HEALTH = described_value("health", "Health and disability.")
    CRIME = described_value("crime", "Crime.")
    BARRIERS = described_value("barriers", "Barriers to housing and services.")
    LIVING_ENVIRONMENT = described_value("living_environment", "Living environment.")


@strawberry.enum(description="How great an area's need is.")
class NeedBand(Enum):
    """How great an area's need is."""

    SEVERE = described_value("severe", "Severe.")
    HIGH = described_value("high", "High.")
    MILD = described_value("mild", "Mild.")
    LOW = described_value("low", "Low.")


@strawberry.enum(description="The dimension by which figures are grouped.")
class GroupBy(Enum):
    """The dimension by which figures are grouped."""

    THEME = described_value("theme", "Themes of the measurement framework.")
    OUTCOME = described_value("outcome", "Outcomes of the measurement framework.")
    MEASURE = described_value("measure", "Measures.")
    ORGANISATION = described_value("organisation", "Organisations, on one basis.")
    AREA = described_value("area", "Small areas.")
    NEED_BAND = described_value("need_band", "Bands of need of the areas.")
    ROUTE = described_value("route", "Routes by which value arises.")
    CROSSWALK = described_value("crosswalk", "Categories of another system, by the shares of editions.")
    PERIOD = described_value("period", "Months, quarters or financial years.")


@strawberry.enum(description="How long the periods of a grouping are.")
class Granularity(Enum):
    """How long the periods of a grouping are."""

    MONTH = described_value("month", "Calendar months.")
    QUARTER = described_value("quarter", "Calendar quarters.")
    FINANCIAL_YEAR = described_value("financial_year", "Years from 1 April to 31 March.")


@strawberry.enum(description="On which side of a promise organisations are grouped.")
class Basis(Enum):
    """On which side of a promise organisations are grouped."""

    DELIVERED_BY = described_value("delivered_by", "By who delivers.")
    COMMISSIONED_BY = described_value("commissioned_by", "By who commissions: the buyer or funder.")


@strawberry.enum(description="One of the four figures.")
class Figure(Enum):
    """One of the four figures."""

    COMMITTED = described_value("committed", "Promised, over the whole life of what is in force.")
    DUE = described_value("due", "What of it falls due in the window.")
    DELIVERED = described_value("delivered", "Reported as delivered.")
    VALIDATED = described_value("validated", "Accepted by somebody independent of reporter and commissioner.")


@strawberry.enum(description="What a figure holds of value whose unit values are licensed.")
class LicensedPart(Enum):
    """What a figure holds of value whose unit values are licensed."""

    NONE = described_value("none", "There is no such value behind it.")
    INCLUDED = described_value("included", "It is in the total, which gives no unit value away.")
    AS_FIRST_PUBLISHED = described_value(
        "as_first_published", "It is in the total as an earlier publication of the period had it."
    )
    LEFT_OUT = described_value("left_out", "It is not in the figure.")


@strawberry.enum(description="Why figures are not shown.")
class Withheld(Enum):
    """Why figures are not shown."""

    DISCLOSURE = described_value("disclosure", "They would give an organisation away.")
    LICENSED = described_value("licensed", "They rest on licensed unit values.")
    NOT_PUBLISHED = described_value("not_published", "Nothing is published for exactly this period.")


@strawberry.enum(description="One of the five services behind the graph.")
class ServiceName(Enum):
    """One of the five services."""

    PARTNERS_API = described_value("partners-api", "Who we are: places, organisations, memberships, the hub.")
    TOMS_ENGINE = described_value("toms-engine", "What counts and what it is worth; needs of areas.")
    PROCUREMENT_API = described_value("procurement-api", "What was promised in tenders and agreements.")
    CHARTER_API = described_value("charter-api", "What was promised freely, under the Charter.")
    REPORTING_API = described_value("reporting-api", "What was delivered, validated and published.")
