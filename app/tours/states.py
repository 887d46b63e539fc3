"""The life of a fair, and the words a fair is described with."""

from app.core.states import Flow, Word
from app.core.text import N_


class FairStatus(Word):
    """Where a fair stands. "Open for registration" and "ongoing" are questions about time."""

    DRAFT = "draft", N_("Draft")
    PUBLISHED = "published", N_("Published")
    POSTPONED = "postponed", N_("Postponed")
    CLOSED = "closed", N_("Ended")
    CANCELLED = "cancelled", N_("Cancelled")


FAIR_FLOW = Flow(
    {
        FairStatus.DRAFT: {FairStatus.PUBLISHED, FairStatus.CANCELLED},
        FairStatus.PUBLISHED: {FairStatus.POSTPONED, FairStatus.CLOSED, FairStatus.CANCELLED},
        FairStatus.POSTPONED: {FairStatus.PUBLISHED, FairStatus.CANCELLED},
    }
)


class FairKind(Word):
    """What sort of event it is."""

    JOB_FAIR = "job_fair", N_("Job fair")
    TWO_WAY_FAIR = "two_way_fair", N_("Two-way selection fair")
    INFO_SESSION = "info_session", N_("Information session")
    SPECIAL_FAIR = "special_fair", N_("Special fair")
    CAMPUS_VISIT = "campus_visit", N_("Campus visit")


class FairMode(Word):
    """Where people meet."""

    ONSITE = "onsite", N_("On site")
    ONLINE = "online", N_("Online")
    HYBRID = "hybrid", N_("On site and online")


class FairPlace(Word):
    """At home or away."""

    LOCAL = "local", N_("Local")
    OUTBOUND = "outbound", N_("Outbound")


class ReentryPolicy(Word):
    """What a second entry means (CHECKIN protocol, admission cycles)."""

    ONCE = "once", N_("One entry only")
    REENTRY = "reentry", N_("Re-entry after exit")
    DAILY = "daily", N_("Once a day")
    FREE = "free", N_("Free entry and exit")


class FairPhase(Word):
    """What a visitor needs to know about a published fair at a moment."""

    UPCOMING = "upcoming", N_("Not started")
    OPEN = "open", N_("Registration open")
    REGISTRATION_CLOSED = "registration_closed", N_("Registration closed")
    ONGOING = "ongoing", N_("Now on")
    ENDED = "ended", N_("Over")
    POSTPONED = "postponed", N_("Postponed")
    CANCELLED = "cancelled", N_("Cancelled")


# Nobody can be sent to such a fair now.
PAST_OR_OFF = frozenset({FairPhase.ENDED, FairPhase.POSTPONED, FairPhase.CANCELLED})


class DocumentKind(Word):
    """Papers a large fair needs."""

    POLICE_PERMIT = "police_permit", N_("Police permit for a large event")
    EMERGENCY_PLAN = "emergency_plan", N_("Emergency plan")
    SECURITY_PLAN = "security_plan", N_("Security plan")
    VENUE_CONTRACT = "venue_contract", N_("Venue contract")
    OTHER = "other", N_("Other paper")
