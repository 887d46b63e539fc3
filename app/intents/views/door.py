"""The blueprint of this room, and who stands at its door."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import DomainError
from app.employers.models import Employer
from app.employers.queries import get_own_employer
from app.intents.models import Intent
from app.intents.queries import get_candidate, get_own_intent
from app.students.models import Student
from app.students.queries import get_student
from app.web.errors import sentence

bp = Blueprint("intents", __name__)


def own_employer() -> Employer:
    """The employer the signed-in person acts for."""
    return get_own_employer(current_user)


def own_student() -> Student:
    """The signed-in student."""
    return get_student(current_user)


def candidate_of(uid: str) -> tuple[Employer, Intent]:
    """The signed-in person's employer and one of its candidates."""
    employer = own_employer()
    return employer, get_candidate(employer, uid)


def intent_of(uid: str) -> Intent:
    """One of the signed-in student's own intents."""
    return get_own_intent(own_student(), uid)


def to_candidate(intent: Intent) -> ResponseReturnValue:
    """Back to the candidate's page."""
    return redirect(url_for("intents.candidate", uid=intent.uid), 303)


def to_own(intent: Intent) -> ResponseReturnValue:
    """Back to the student's page of an intent."""
    return redirect(url_for("intents.my_intent", uid=intent.uid), 303)


def say(text: str, undo: str | None = None, **fields: str) -> None:
    """Show a toast on the next page, with a way back where there is one."""
    message = {"text": text, "undo": undo, "fields": fields} if undo else text
    flash(message, "success")  # type: ignore[arg-type]


def say_refusal(error: DomainError) -> None:
    """Show on the next page why something was not done: the page then tells how things stand."""
    flash(sentence(error), "error")


def say_saved() -> None:
    """The usual toast."""
    say(_("Saved"))
