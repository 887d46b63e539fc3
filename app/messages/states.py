"""To whom a message goes, and its life."""

from app.core.states import Flow, Word
from app.core.text import N_


class Segment(Word):
    """Whom a message is for, as things stand when it is sent."""

    EMPLOYERS_CONFIRMED = "employers_confirmed", N_("Employers that confirmed")
    EMPLOYERS_UNCONFIRMED = "employers_unconfirmed", N_("Employers that have not confirmed yet")
    EMPLOYERS_UNDECIDED = "employers_undecided", N_("Applications not decided yet")
    EMPLOYERS_RETURNED = "employers_returned", N_("Applications returned for changes")
    EMPLOYERS_WAITLISTED = "employers_waitlisted", N_("Employers on the waiting list")
    STUDENTS_REGISTERED = "students_registered", N_("Registered students")
    STUDENTS_WAITLISTED = "students_waitlisted", N_("Students on the waiting list")
    STUDENTS_ATTENDED = "students_attended", N_("Students who came")
    STUDENTS_ABSENT = "students_absent", N_("Registered, but did not come")
    STUDENTS_WITHOUT_INTENT = "students_without_intent", N_("Came, no intent yet")
    CANDIDATES_RESUME = "candidates_resume", N_("Resume received, nothing more yet")
    CANDIDATES_SHORTLISTED = "candidates_shortlisted", N_("Shortlisted, nothing more yet")
    CANDIDATES_INTERVIEWED = "candidates_interviewed", N_("Interviewed, no intent yet")
    CANDIDATES_PRELIMINARY = "candidates_preliminary", N_("Preliminary intent, no letter signed")

    @property
    def is_of_employers(self) -> bool:
        """Whether employers are written to, not students."""
        return self in EMPLOYERS


S = Segment
EMPLOYERS = (
    S.EMPLOYERS_CONFIRMED,
    S.EMPLOYERS_UNCONFIRMED,
    S.EMPLOYERS_UNDECIDED,
    S.EMPLOYERS_RETURNED,
    S.EMPLOYERS_WAITLISTED,
)
STUDENTS = (
    S.STUDENTS_REGISTERED,
    S.STUDENTS_WAITLISTED,
    S.STUDENTS_ATTENDED,
    S.STUDENTS_ABSENT,
    S.STUDENTS_WITHOUT_INTENT,
)
# By the highest rung somebody stands on with any employer of the fair.
CANDIDATES = (
    S.CANDIDATES_RESUME,
    S.CANDIDATES_SHORTLISTED,
    S.CANDIDATES_INTERVIEWED,
    S.CANDIDATES_PRELIMINARY,
)
# Before a fair has begun nobody has failed to come.
AFTER_BEGIN = frozenset({S.STUDENTS_ABSENT})


class MessageStatus(Word):
    """Where a message stands."""

    SENDING = "sending", N_("Being sent")
    SENT = "sent", N_("Sent")
    STOPPED = "stopped", N_("Stopped")


MESSAGE_FLOW = Flow({MessageStatus.SENDING: {MessageStatus.SENT, MessageStatus.STOPPED}})


class RecipientStatus(Word):
    """What became of one of the people a message was for."""

    WAITING = "waiting", N_("Waiting")
    WRITTEN = "written", N_("Written")
    LEFT_OUT = "left_out", N_("Left out")
