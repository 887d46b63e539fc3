"""The words of an answer, in the reader's language: who, why, and what to do next."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from app.checkins.services import ASKED, OVERRIDABLE, Answer
from app.checkins.states import GREEN, Verdict
from app.core.clock import local, utcnow
from app.tours.models import Fair
from app.tours.states import FairStatus
from app.web.formatting import fmt_number, fmt_short_date, fmt_short_moment, fmt_time
from app.web.i18n import bilingual

V = Verdict
DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Words:
    """What stands on a verdict under its title."""

    who: str = ""
    sub: str = ""
    why: str = ""
    todo: str = ""
    strip: str = ""


def words_of(answer: Answer, fair: Fair, gate: str = "", *, to_oneself: bool = False) -> Words:
    """The lines of one answer, for staff or (``to_oneself``) for the student it is about."""
    level = gettext(answer.level.label) if answer.level else ""
    is_marked = answer.is_unverified and answer.code in GREEN and not to_oneself
    return Words(
        who=answer.name,
        sub=" ".join(part for part in (answer.school, level) if part),
        why=_why(answer, fair, gate),
        todo=_todo_oneself(answer) if to_oneself else _todo(answer),
        strip=gettext("Phone not confirmed: look at the student card") if is_marked else "",
    )


def when(moment: datetime, fair: Fair) -> str:
    """A time today, or day and time."""
    same_day = local(moment, fair.time_zone).date() == local(utcnow(), fair.time_zone).date()
    return (
        fmt_time(moment, fair.time_zone) if same_day else fmt_short_moment(moment, fair.time_zone)
    )


def _why(answer: Answer, fair: Fair, gate: str) -> str:
    match answer.code:
        case V.ADMITTED | V.RE_ENTRY | V.OVERRIDE | V.EXITED:
            return _place(answer, gate)
        case V.ALREADY_ADMITTED:
            return _first(answer, fair)
        case V.NOT_OPEN:
            return _opening(fair)
        case V.OVER:
            return gettext("It ended at %(time)s", time=when(fair.ends_at, fair))
        case V.CAPACITY:
            return gettext(
                "%(inside)s inside, %(permitted)s permitted",
                inside=fmt_number(answer.inside),
                permitted=fmt_number(answer.permitted),
            )
        case V.UNKNOWN:
            return gettext("Not a ticket code of Xunpin")
        case V.REVOKED:
            return _revoked(answer, fair)
        case V.WRONG_FAIR:
            return _other_fair(answer)
        case V.CANNOT_RECORD:
            return gettext("This scan was sent before with another ticket")
    return ""


def _place(answer: Answer, gate: str) -> str:
    if answer.number is None:
        return gate
    number = fmt_number(answer.number)
    if not gate:
        return gettext("Visitor no. %(number)s", number=number)
    return gettext("No. %(number)s, %(gate)s", number=number, gate=gate)


def _first(answer: Answer, fair: Fair) -> str:
    if answer.first is None:
        return ""
    time = when(answer.first.at, fair)
    if not answer.first.gate:
        return gettext("Came in at %(time)s", time=time)
    return gettext("Came in at %(time)s, %(gate)s", time=time, gate=answer.first.gate)


def _opening(fair: Fair) -> str:
    if fair.status is FairStatus.CANCELLED:
        return gettext("This fair has been cancelled.")
    if fair.status is FairStatus.POSTPONED:
        return gettext("This fair has been postponed.")
    left = -(-(fair.opens_doors_at - utcnow()).total_seconds() // 60)
    time = when(fair.opens_doors_at, fair)
    if not 0 < left < DAY_MINUTES:
        return gettext("Doors open at %(time)s", time=time)
    return ngettext(
        "Doors open at %(time)s, in %(num)s minute",
        "Doors open at %(time)s, in %(num)s minutes",
        int(left),
        time=time,
    )


def _revoked(answer: Answer, fair: Fair) -> str:
    if answer.since is None:
        return ""
    time = fmt_short_moment(answer.since, fair.time_zone)
    if answer.is_cancelled:
        return gettext("The registration was cancelled on %(time)s", time=time)
    return gettext("Replaced by a new code on %(time)s", time=time)


def _other_fair(answer: Answer) -> str:
    other = answer.other_fair
    if other is None:
        return ""
    date = fmt_short_date(other.starts_at, other.time_zone)
    return gettext("Registered for %(fair)s, %(date)s", fair=bilingual(other, "title"), date=date)


def _todo(answer: Answer) -> str:
    """The next step for whoever stands at the gate."""
    if answer.code is V.REVOKED and answer.is_cancelled:
        return gettext("To come in, they register again here")
    sentences = {
        V.ALREADY_ADMITTED: gettext("Check that it is them; if so, let them in"),
        V.NOT_OPEN: gettext("Ask them to wait outside"),
        V.CAPACITY: gettext("One out, one in"),
        V.UNVERIFIED: gettext("Does the card match? Let them in or not"),
        V.WAITLISTED: gettext("Send them to the help desk"),
        V.OVER: gettext("Tell them about the next fair"),
        V.UNKNOWN: gettext("Ask them to open “My ticket” and scan again"),
        V.REVOKED: gettext("Ask them to open “My ticket” and show the new code"),
        V.WRONG_FAIR: gettext("To come in here too, they register at the gate"),
        V.CANNOT_RECORD: gettext("Do not let them in yet; write them on the paper list"),
    }
    return sentences.get(answer.code, "")


def _todo_oneself(answer: Answer) -> str:
    """The next step for a student who checks in alone at a poster."""
    if answer.is_unverified and answer.code in GREEN:
        return gettext("Show this and your student card to the staff and go in")
    sentences = {
        V.ADMITTED: gettext("Show this to the staff and go in"),
        V.RE_ENTRY: gettext("Show this to the staff and go in"),
        V.ALREADY_ADMITTED: gettext("Show your ticket to the staff"),
        V.NOT_OPEN: gettext("Please wait outside and check in again then"),
        V.CAPACITY: gettext("Please wait for somebody to come out, then check in again"),
        V.WAITLISTED: gettext("Please ask at the help desk"),
        V.OVER: gettext("Look at the next fairs"),
    }
    return sentences.get(answer.code, gettext("Please ask at the help desk"))


def may_decide(code: Verdict) -> bool:
    """Whether the page offers to let in or turn away."""
    return code in ASKED


def may_be_overridden(code: Verdict) -> bool:
    """Whether a supervisor may let in against the verdict."""
    return code in OVERRIDABLE and code not in ASKED
