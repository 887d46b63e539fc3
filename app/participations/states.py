"""The life of an employer's application to a fair."""

from app.core.states import Flow, Word
from app.core.text import N_


class ParticipationStatus(Word):
    """Where an application stands."""

    DRAFT = "draft", N_("Draft")
    SUBMITTED = "submitted", N_("Waiting for review")
    RETURNED = "returned", N_("Returned for changes")
    REJECTED = "rejected", N_("Rejected")
    WAITLISTED = "waitlisted", N_("On the waiting list")
    APPROVED = "approved", N_("Approved, to be confirmed")
    CONFIRMED = "confirmed", N_("Confirmed")
    LAPSED = "lapsed", N_("Not confirmed in time")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    ARRIVED = "arrived", N_("Arrived")
    NO_SHOW = "no_show", N_("Did not come")


S = ParticipationStatus
PARTICIPATION_FLOW = Flow(
    {
        S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
        S.SUBMITTED: {S.APPROVED, S.RETURNED, S.REJECTED, S.WAITLISTED, S.WITHDRAWN},
        S.RETURNED: {S.SUBMITTED, S.WITHDRAWN},
        S.WAITLISTED: {S.APPROVED, S.REJECTED, S.WITHDRAWN},
        S.APPROVED: {S.CONFIRMED, S.LAPSED, S.WITHDRAWN},
        S.CONFIRMED: {S.ARRIVED, S.NO_SHOW, S.WITHDRAWN},
        S.LAPSED: {S.SUBMITTED, S.APPROVED},
        S.WITHDRAWN: {S.SUBMITTED},
        S.NO_SHOW: {S.ARRIVED},
        S.ARRIVED: {S.CONFIRMED},
    }
)
# The states in which an employer stands in the hall's plan and on the public page.
COMING = frozenset({S.APPROVED, S.CONFIRMED, S.ARRIVED})
# The states of an application that is still being decided or stands.
LIVE = COMING | {S.DRAFT, S.SUBMITTED, S.RETURNED, S.WAITLISTED}


class BoothKind(Word):
    """What a square of the hall's plan is."""

    BOOTH = "booth", N_("Booth")
    AISLE = "aisle", N_("Aisle")
    BLOCKED = "blocked", N_("Blocked")
    ENTRANCE = "entrance", N_("Entrance")


class ReviewHint(Word):
    """What a reviewer should look at before saying yes, gravest first."""

    COMPANY = "company", N_("The company itself is not approved")
    NO_SHOW = "no_show", N_("Did not come before")
    PAPERS_MISSING = "papers_missing", N_("Licence missing")
    PAPERS_EXPIRED = "papers_expired", N_("Licence expired")
    PAPERS_EXPIRING = "papers_expiring", N_("Licence expires soon")
    SAME_CODE = "same_code", N_("Another company has the same organisation code")
    WORDING = "wording", N_("Wording to read again")
    OPENINGS = "openings", N_("Openings not said")
    PAY = "pay", N_("Pay not said")
    NO_POSITIONS = "no_positions", N_("Brings no positions")


class Bundle(Word):
    """What goes to the printer."""

    SIGNS = "signs", N_("Booth signs")
    CARDS = "cards", N_("Table cards")
    BADGES = "badges", N_("Badges")
    BOOTH_POSTERS = "booth-posters", N_("Booth posters")
    POSITIONS = "positions", N_("Position posters")
    PROGRAMME = "programme", N_("Programme")
    PLAN = "plan", N_("Floor plan on A3")
    EMPLOYER_SHEET = "employer-sheet", N_("Sign-in sheet of the employers")
    STUDENT_SHEET = "student-sheet", N_("Sign-in sheet of the students")


class BadgeSize(Word):
    """How large a badge is."""

    CARD = "card", N_("90 × 54 mm, ten on a page of A4")
    A6 = "a6", N_("A6, one on a page")


class PrintStatus(Word):
    """Where a bundle that was asked for stands."""

    WAITING = "waiting", N_("Waiting")
    RUNNING = "running", N_("Being made")
    DONE = "done", N_("Ready")
    FAILED = "failed", N_("Not made")
    CANCELLED = "cancelled", N_("Cancelled")
    EXPIRED = "expired", N_("Expired")


P = PrintStatus
PRINT_FLOW = Flow(
    {
        P.WAITING: {P.RUNNING, P.CANCELLED, P.FAILED},
        P.RUNNING: {P.DONE, P.FAILED, P.CANCELLED, P.WAITING},
        P.DONE: {P.EXPIRED},
    }
)
UNFINISHED = frozenset({P.WAITING, P.RUNNING})
