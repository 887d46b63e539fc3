"""The life of a registration."""

from app.core.states import Flow, Word
from app.core.text import N_


class RegistrationStatus(Word):
    """Where a student's place at a fair stands."""

    CONFIRMED = "confirmed", N_("Registered")
    WAITLISTED = "waitlisted", N_("On the waiting list")
    CANCELLED = "cancelled", N_("Cancelled")


R = RegistrationStatus
REGISTRATION_FLOW = Flow(
    {
        R.CONFIRMED: {R.CANCELLED},
        R.WAITLISTED: {R.CONFIRMED, R.CANCELLED},
        R.CANCELLED: {R.CONFIRMED, R.WAITLISTED},
    }
)


class RegistrationSource(Word):
    """How somebody came to be registered."""

    SELF = "self", N_("Registered themselves")
    WALK_IN = "walk_in", N_("Walk-in")
    DESK = "desk", N_("Help desk")
    IMPORT = "import", N_("Imported")
