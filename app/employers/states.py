"""The life of an employer's review, and the words employers and positions are described with."""

from app.core.states import Flow, Word
from app.core.text import N_


class EmployerStatus(Word):
    """Where an employer's review stands."""

    PENDING = "pending", N_("Waiting for review")
    RETURNED = "returned", N_("Returned for changes")
    APPROVED = "approved", N_("Approved")
    REJECTED = "rejected", N_("Rejected")
    SUSPENDED = "suspended", N_("Suspended")


EMPLOYER_FLOW = Flow(
    {
        EmployerStatus.PENDING: {
            EmployerStatus.APPROVED,
            EmployerStatus.RETURNED,
            EmployerStatus.REJECTED,
        },
        EmployerStatus.RETURNED: {EmployerStatus.PENDING},
        EmployerStatus.APPROVED: {EmployerStatus.SUSPENDED},
        EmployerStatus.SUSPENDED: {EmployerStatus.APPROVED},
    }
)


class Ownership(Word):
    """Who owns an employer."""

    STATE_OWNED = "state_owned", N_("State-owned")
    PRIVATE = "private", N_("Private")
    FOREIGN = "foreign", N_("Foreign-invested")
    PUBLIC_INSTITUTION = "public_institution", N_("Public institution")
    GOVERNMENT = "government", N_("Government body")
    SOCIAL_ORG = "social_org", N_("Social organisation")
    OTHER = "other", N_("Other")


class PillarIndustry(Word):
    """The bureau's pillar industries (Wenzhou's five)."""

    APPAREL = "apparel", N_("Apparel")
    FOOTWEAR_LEATHER = "footwear_leather", N_("Footwear and leather")
    ELECTRICAL = "electrical", N_("Electrical equipment")
    AUTO_PARTS = "auto_parts", N_("Vehicle parts")
    PUMPS_VALVES = "pumps_valves", N_("Pumps and valves")


# Yuan a month, as the steps a search offers.
PAY_STEPS = (8000, 12_000, 20_000)


class PayPeriod(Word):
    """What a pay range counts."""

    MONTH = "month", N_("a month")
    YEAR = "year", N_("a year")
    DAY = "day", N_("a day")
    HOUR = "hour", N_("an hour")


class WordingKind(Word):
    """Why a wording in a position should be read again."""

    GENDER = "gender", N_("sex")
    MARRIAGE = "marriage", N_("marriage and children")
    HOUSEHOLD = "household", N_("household registration")
    AGE = "age", N_("age")
    SCHOOL = "school", N_("kind of school")
    HEALTH = "health", N_("health")
    APPEARANCE = "appearance", N_("appearance")
    ORIGIN = "origin", N_("ethnicity or religion")


class Papers(Word):
    """Whether an employer's licence can be relied on."""

    COMPLETE = "complete", N_("Complete")
    EXPIRING = "expiring", N_("Licence expires soon")
    EXPIRED = "expired", N_("Licence expired")
    MISSING = "missing", N_("Licence missing")
