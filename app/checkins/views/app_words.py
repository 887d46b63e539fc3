"""The scanner's sentences, which travel with its page so that it can speak without a network.

Keys are those of ``app/static/js/scanner/words.js``, which puts in times, names and numbers.
"""

from collections.abc import Iterator

from flask_babel import gettext

from app.checkins.states import Verdict
from app.places.states import EducationLevel


def sheet() -> dict[str, str]:
    """Every sentence in the language of the moment, its places still empty."""
    return dict(_verdicts()) | dict(_reasons()) | dict(_steps()) | dict(_page()) | dict(_stand())


def stand_steps() -> dict[str, str]:
    """What a stand may propose with a scan, lowest first (docs/protocol.md, contacts)."""
    return {
        "resume_received": gettext("Ask for the resume"),
        "shortlisted": gettext("Shortlisted"),
        "interviewed": gettext("Interviewed on site"),
        "preliminary": gettext("Preliminary intent"),
    }


def _stand() -> Iterator[tuple[str, str]]:
    for key, label in stand_steps().items():
        yield f"step_{key}", label
    yield from {
        "stand_ticket": gettext("Ticket %(tail)s"),
        "stand_read": gettext("Ticket %(tail)s read"),
        "stand_ask": gettext("What do you propose to this student?"),
        "stand_before": gettext("Saved at %(time)s: %(step)s. Choose again to change it."),
        "stand_choose_first": gettext("Choose the step for the ticket on the screen first"),
        "stand_foreign": gettext("Not a ticket code of Xunpin"),
        "met_confirmed": gettext("The student said yes: see your candidates"),
        "met_declined": gettext("The student said no"),
        "met_withdrawn": gettext("Taken back by your company"),
        "met_expired": gettext("Nobody answered in time"),
        "met_unknown": gettext("No ticket has this code: scan the ticket again"),
        "met_replaced": gettext("This ticket was replaced: ask for the new one"),
        "met_elsewhere": gettext("This ticket is for another fair"),
        "met_not_registered": gettext("This person is not registered for the fair now"),
        "refused_not_here": gettext("Not taken: your company is not at this fair now"),
        "refused_not_today": gettext("Not taken: tickets are scanned on the day of the fair"),
        "refused_capped": gettext("Not taken: one person may meet so many students in a day"),
    }.items()


def _verdicts() -> Iterator[tuple[str, str]]:
    for verdict in Verdict:
        yield f"title_{verdict}", gettext(verdict.label)
    for level in EducationLevel:
        yield f"level_{level}", gettext(level.label)


def _reasons() -> Iterator[tuple[str, str]]:
    yield from {
        "cancelled": gettext("This fair has been cancelled."),
        "postponed": gettext("This fair has been postponed."),
        "opens_at": gettext("Doors open at %(time)s"),
        "came": gettext("Came in at %(time)s"),
        "came_gate": gettext("Came in at %(time)s, %(gate)s"),
        "registration_cancelled": gettext("The registration was cancelled on %(time)s"),
        "replaced": gettext("Replaced by a new code on %(time)s"),
        "number_gate": gettext("No. %(number)s, %(gate)s"),
        "ended": gettext("It ended at %(time)s"),
        "inside_permitted": gettext("%(inside)s inside, %(permitted)s permitted"),
        "not_ours": gettext("Not a ticket code of Xunpin"),
        "not_in_roster": gettext("No connection, and not on this phone's list"),
        "typed_offline": gettext("No connection: a typed code cannot be looked up"),
        "other_fair": gettext("Registered for %(fair)s, %(date)s"),
        "no_room": gettext("This phone cannot store it"),
        "sent_before": gettext("This scan was sent before with another ticket"),
        "phone_unconfirmed": gettext("Phone not confirmed: look at the student card"),
        "kept_here": gettext("Kept on this phone, uploads later (%(number)s)"),
    }.items()


def _steps() -> Iterator[tuple[str, str]]:
    yield from {
        "todo_already_admitted": gettext("Check that it is them; if so, let them in"),
        "todo_not_open": gettext("Ask them to wait outside"),
        "todo_capacity": gettext("One out, one in"),
        "todo_unverified": gettext("Does the card match? Let them in or not"),
        "todo_waitlisted": gettext("Send them to the help desk"),
        "todo_over": gettext("Tell them about the next fair"),
        "todo_unknown": gettext("Ask them to open “My ticket” and scan again"),
        "todo_revoked": gettext("Ask them to open “My ticket” and show the new code"),
        "todo_register": gettext("To come in, they register again here"),
        "todo_wrong_fair": gettext("To come in here too, they register at the gate"),
        "todo_cannot_record": gettext("Do not let them in yet; write them on the paper list"),
    }.items()


def _page() -> Iterator[tuple[str, str]]:
    yield from {
        "opens_in": gettext("Doors open at %(time)s, in %(num)s min"),
        "minutes": gettext("%(num)s min"),
        "hours": gettext("%(num)s h"),
        "days": gettext("%(num)s d"),
        "unsent": gettext("%(number)s not yet on the server, oldest %(age)s"),
        "unsent_fresh": gettext("%(number)s not yet on the server, oldest <1 min"),
        "flagged": gettext("%(number)s the server did not take as they are: tell the organiser"),
        "of_permitted": gettext("/ %(number)s inside"),
        "inside": gettext("inside"),
        "hall_full": gettext("Hall is full: one out, one in"),
        "hall_nearly": gettext("Nearly full: %(number)s places left"),
        "undone": gettext("Undone"),
        "let_in": gettext("Let in, noted"),
        "turned_away": gettext("Turned away, noted"),
        "late": gettext("%(name)s was seen at another gate too: %(verdict)s"),
        "record_refused": gettext("The server did not accept it: ask a supervisor"),
        "undo_late": gettext("Two minutes are over: only with the supervisor's PIN"),
        "pin_wrong": gettext("This is not the PIN"),
        "pin_locked": gettext("Too many wrong PINs: wait ten minutes"),
        "pin_missing": gettext("This fair has no supervisor's PIN yet"),
        "nobody": gettext("Unknown code"),
        "aim": gettext("Put the code into the frame"),
        "starting": gettext("Opening the camera"),
        "no_camera": gettext("No camera here. Use a USB scanner or a photo, or type the code."),
        "no_code": gettext("No code found in the photo"),
        "ready": gettext("Works without a network"),
        "not_ready": gettext("Not ready for a day without network yet"),
        "roster": gettext("%(number)s tickets on the list, %(time)s"),
        "no_roster": gettext("No list of tickets yet"),
        "clock_off": gettext("This phone's clock is %(age)s off; the times are put right"),
        "kept_storage": gettext("The browser keeps the storage"),
        "lost_storage": gettext("The browser may clear the storage: keep this page open"),
        "waiting_here": gettext("%(number)s waiting"),
        "failed_offline": gettext("No connection. The first time, this phone needs the network."),
        "failed_busy": gettext("The server is busy. This page tries again by itself."),
        "failed_full": gettext("This browser keeps nothing: leave its private mode, or make room."),
        "failed_unknown": gettext("This code is used or over. Ask the organiser for a new one."),
        "failed_refused": gettext("The server did not accept this phone. Ask the organiser."),
        "failed_signed_out": gettext("You are signed out: sign in again"),
    }.items()
