from enum import Enum


class Aim(str, Enum):
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"


class DataStatus(str, Enum):
    ACTUAL = "ACTUAL"
    SYNTHETIC_SAMPLE = "SYNTHETIC_SAMPLE"


class Figure(str, Enum):
    COMMITTED = "COMMITTED"
    DUE = "DUE"
    DELIVERED = "DELIVERED"
    VALIDATED = "VALIDATED"


class HubHitKind(str, Enum):
    STORY = "STORY"
    GUIDANCE = "GUIDANCE"
    EXPLANATION = "EXPLANATION"
    TRAINING_MATERIAL = "TRAINING_MATERIAL"
    VIDEO = "VIDEO"
    PARTNER_OVERVIEW = "PARTNER_OVERVIEW"
    LOGO = "LOGO"
    GATHERING = "GATHERING"


class HubKind(str, Enum):
    STORY = "STORY"
    GUIDANCE = "GUIDANCE"
    EXPLANATION = "EXPLANATION"
    TRAINING_MATERIAL = "TRAINING_MATERIAL"
    VIDEO = "VIDEO"
    PARTNER_OVERVIEW = "PARTNER_OVERVIEW"
    LOGO = "LOGO"


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


class TargetStanding(str, Enum):
    NO_DATA = "NO_DATA"
    REACHED = "REACHED"
    ON_TRACK = "ON_TRACK"
    BEHIND = "BEHIND"
    WITHIN = "WITHIN"
    EXCEEDED = "EXCEEDED"
    MISSED = "MISSED"


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
