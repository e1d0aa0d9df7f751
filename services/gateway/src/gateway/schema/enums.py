"""The graph's enumerations; each value is what the services write on the wire."""

from __future__ import annotations

from enum import Enum
from typing import cast

import strawberry


def _value(wire: str, description: str) -> str:
    return cast(str, strawberry.enum_value(wire, description=description))


@strawberry.enum(description="What sort of organisation it is.")
class OrganisationKind(Enum):
    """What sort of organisation it is."""

    PUBLIC = _value("public", "Publicly owned or governed.")
    PRIVATE = _value("private", "A business.")
    THIRD_SECTOR = _value("third_sector", "A charity, social enterprise or other voluntary body.")


@strawberry.enum(description="Whether somebody vouched for the organisation.")
class OrganisationState(Enum):
    """Whether somebody vouched for the organisation."""

    ASSERTED = _value("asserted", "Recorded by somebody else; it has not spoken for itself yet.")
    UNVERIFIED = _value("unverified", "Self-registered; nobody has vouched for it yet.")
    VERIFIED = _value("verified", "A programme manager or the operator vouched for it.")


@strawberry.enum(description="An organisation's part in a place's collective.")
class MembershipRole(Enum):
    """An organisation's part in a place's collective."""

    LEAD = _value("lead", "Leads the collective.")
    PARTNER = _value("partner", "A partner in the collective.")


@strawberry.enum(description="Whether amounts are real.")
class DataStatus(Enum):
    """Whether amounts are real."""

    ACTUAL = _value("actual", "Recorded by those concerned.")
    SYNTHETIC_SAMPLE = _value("synthetic_sample", "An invented sample.")


@strawberry.enum(description="The state of a signature of the Charter.")
class SignatureState(Enum):
    """The state of a signature of the Charter."""

    ACTIVE = _value("active", "In force.")
    DUE_FOR_RENEWAL = _value("due_for_renewal", "In force, and to be renewed before it expires.")
    SUSPENDED = _value("suspended", "Suspended by the place's programme manager.")
    LAPSED = _value("lapsed", "Past its expiry and not renewed.")
    WITHDRAWN = _value("withdrawn", "Withdrawn by its signatory.")


@strawberry.enum(description="How far a tender has come.")
class TenderState(Enum):
    """How far a tender has come."""

    DRAFT = _value("draft", "Being prepared; its buyer alone sees it.")
    PUBLISHED = _value("published", "Open for bids, which are sealed.")
    CLOSED = _value("closed", "Past its deadline and opened.")
    EVALUATED = _value("evaluated", "Scored.")
    AWARDED = _value("awarded", "Awarded.")
    CANCELLED = _value("cancelled", "Cancelled.")


@strawberry.enum(description="What a bid's value is measured against.")
class ScoringMethod(Enum):
    """What a bid's value is measured against."""

    RELATIVE_TO_HIGHEST = _value("relative_to_highest", "The highest bid's value.")
    AGAINST_TARGET = _value("against_target", "The published target.")


@strawberry.enum(description="What a quantity counts.")
class Unit(Enum):
    """What a quantity counts."""

    FTE_YEARS = _value("fte_years", "Full-time equivalent years of employment.")
    HOURS = _value("hours", "Hours.")
    ATTENDEE_HOURS = _value("attendee_hours", "Hours times attendees.")
    WEEKS = _value("weeks", "Person-weeks.")
    GBP_INVESTED = _value("gbp_invested", "Pounds invested.")
    GBP_SPENT = _value("gbp_spent", "Pounds spent.")
    TCO2E = _value("tco2e", "Tonnes of carbon dioxide equivalent.")
    MILES = _value("miles", "Miles.")
    COUNT = _value("count", "A number of things or people.")
    PERCENTAGE = _value("percentage", "A percentage; carries no pounds.")
    TEXT = _value("text", "Text; carries no pounds.")


@strawberry.enum(description="Which part of social and local economic value pounds belong to.")
class Component(Enum):
    """Which part of social and local economic value pounds belong to."""

    SOCIAL = _value("social", "Social value.")
    LOCAL_ECONOMIC = _value("local_economic", "Local economic value.")


@strawberry.enum(description="What kind of value a proxy stands for.")
class ValueType(Enum):
    """What kind of value a proxy stands for."""

    WELLBEING = _value("wellbeing", "People's wellbeing.")
    FISCAL = _value("fiscal", "Public money saved.")
    ECONOMIC = _value("economic", "Output or earnings.")
    RESOURCE_COST = _value("resource_cost", "What the same would cost to buy.")
    ENVIRONMENTAL = _value("environmental", "Effects on the environment.")


@strawberry.enum(description="How quantities of a measure add up.")
class Accumulation(Enum):
    """How quantities of a measure add up."""

    FLOW = _value("flow", "They add up.")
    STOCK = _value("stock", "They are weighted by time.")
    LATEST = _value("latest", "The latest counts.")
    RATIO = _value("ratio", "Numerators and denominators add up apart.")


@strawberry.enum(description="In which years of a contract a quantity counts.")
class YearRule(Enum):
    """In which years of a contract a quantity counts."""

    EVERY_CONTRACT_YEAR = _value("every_contract_year", "In each year.")
    ONCE = _value("once", "Once.")
    FIRST_YEAR_ONLY = _value("first_year_only", "In the first year alone.")


@strawberry.enum(description="How a measure gets its pounds.")
class ValuationMethod(Enum):
    """How a measure gets its pounds."""

    PROXY = _value("proxy", "By a proxy value for each unit.")
    LOCAL_MULTIPLIER = _value("local_multiplier", "By the local output multiplier of an industry.")
    NONE = _value("none", "It carries no pounds.")


@strawberry.enum(description="Whether an edition may still change.")
class EditionState(Enum):
    """Whether an edition may still change."""

    DRAFT = _value("draft", "Being prepared.")
    PUBLISHED = _value("published", "Published, and immutable from then on.")


@strawberry.enum(description="A domain of deprivation.")
class NeedDomain(Enum):
    """A domain of deprivation."""

    INCOME = _value("income", "Income.")
    EMPLOYMENT = _value("employment", "Employment.")
    EDUCATION = _value("education", "Education, skills and training.")
    HEALTH = _value("health", "Health and disability.")
    CRIME = _value("crime", "Crime.")
    BARRIERS = _value("barriers", "Barriers to housing and services.")
    LIVING_ENVIRONMENT = _value("living_environment", "Living environment.")


@strawberry.enum(description="How great an area's need is.")
class NeedBand(Enum):
    """How great an area's need is."""

    SEVERE = _value("severe", "Severe.")
    HIGH = _value("high", "High.")
    MILD = _value("mild", "Mild.")
    LOW = _value("low", "Low.")


@strawberry.enum(description="The dimension by which figures are grouped.")
class GroupBy(Enum):
    """The dimension by which figures are grouped."""

    THEME = _value("theme", "Themes of the measurement framework.")
    OUTCOME = _value("outcome", "Outcomes of the measurement framework.")
    MEASURE = _value("measure", "Measures.")
    ORGANISATION = _value("organisation", "Organisations, on one basis.")
    AREA = _value("area", "Small areas.")
    NEED_BAND = _value("need_band", "Bands of need of the areas.")
    ROUTE = _value("route", "Routes by which value arises.")
    CROSSWALK = _value("crosswalk", "Categories of another system, by the shares that editions state.")


@strawberry.enum(description="On which side of a promise organisations are grouped.")
class Basis(Enum):
    """On which side of a promise organisations are grouped."""

    DELIVERED_BY = _value("delivered_by", "By who delivers.")
    COMMISSIONED_BY = _value("commissioned_by", "By who commissions: the buyer or funder.")


@strawberry.enum(description="One of the four figures.")
class Figure(Enum):
    """One of the four figures."""

    COMMITTED = _value("committed", "Promised, over the whole life of what is in force.")
    DUE = _value("due", "What of it falls due in the window.")
    DELIVERED = _value("delivered", "Reported as delivered.")
    VALIDATED = _value("validated", "Accepted by somebody independent of reporter and commissioner.")


@strawberry.enum(description="What a figure holds of value whose unit values are licensed.")
class LicensedPart(Enum):
    """What a figure holds of value whose unit values are licensed."""

    NONE = _value("none", "There is no such value behind it.")
    INCLUDED = _value("included", "It is in the total, which gives no unit value away.")
    AS_FIRST_PUBLISHED = _value(
        "as_first_published", "It is in the total as an earlier publication of the period had it."
    )
    LEFT_OUT = _value("left_out", "It is not in the figure.")


@strawberry.enum(description="Why figures are not shown.")
class Withheld(Enum):
    """Why figures are not shown."""

    DISCLOSURE = _value("disclosure", "They would give an organisation away.")
    LICENSED = _value("licensed", "They rest on licensed unit values.")
