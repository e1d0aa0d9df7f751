from enum import Enum


class DataStatus(str, Enum):
    ACTUAL = "ACTUAL"
    SYNTHETIC_SAMPLE = "SYNTHETIC_SAMPLE"


class Figure(str, Enum):
    COMMITTED = "COMMITTED"
    DUE = "DUE"
    DELIVERED = "DELIVERED"
    VALIDATED = "VALIDATED"


class MembershipRole(str, Enum):
    LEAD = "LEAD"
    PARTNER = "PARTNER"


class NeedBand(str, Enum):
    SEVERE = "SEVERE"
    HIGH = "HIGH"
    MILD = "MILD"
    LOW = "LOW"


class OrganisationKind(str, Enum):
    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"
    THIRD_SECTOR = "THIRD_SECTOR"


class Unit(str, Enum):
    FTE_YEARS = "FTE_YEARS"
    HOURS = "HOURS"
    ATTENDEE_HOURS = "ATTENDEE_HOURS"
    WEEKS = "WEEKS"
    GBP_INVESTED = "GBP_INVESTED"
    GBP_SPENT = "GBP_SPENT"
    TCO2E = "TCO2E"
    MILES = "MILES"
    COUNT = "COUNT"
    PERCENTAGE = "PERCENTAGE"
    TEXT = "TEXT"


class Withheld(str, Enum):
    DISCLOSURE = "DISCLOSURE"
    LICENSED = "LICENSED"
