"""What I answered: for the student it is about."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.transaction import transaction
from app.questions import queries as questions_of
from app.questions.asking import fill, form_with, in_reader_words
from app.questions.states import Occasion
from app.registrations import queries, services
from app.registrations.models import RegistrationAnswer
from app.registrations.views import asking, door
from app.registrations.views.door import bp
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import Form, answer

OWN = Permission.STUDENT_SELF
MINE = "/me/tickets/<uid>/answers"


@bp.app_template_filter()
def answer_words(given: RegistrationAnswer) -> str:
    """An answer in the reader's language; a file by its name."""
    if given.file_key is not None:
        return given.file_name or ""
    return in_reader_words(given.question, given.value)


@bp.route(MINE, methods=["GET", "POST"])
@requires(OWN)
def answers(uid: str) -> ResponseReturnValue:
    """What did I answer, and can I change it?"""
    registration = queries.get_own_registration(current_user, uid)
    before = queries.list_answers(registration)
    asked = questions_of.list_asked(registration.fair, Occasion.REGISTRATION)
    form = form_with(Form, asked)()
    if not form.is_submitted():
        fill(form, asked, {row.question_id: row.value for row in before})
    if form.validate_on_submit():
        with asking.kept_files() as new:
            given = asking.answers_of(form, asked, new)
            with transaction():
                services.save_answers(registration, given)
            new.clear()
            flash(gettext("Saved"), "success")
            return redirect(url_for(".answers", uid=uid), 303)
        if new.refusal is not None:
            form.refuse(new.refusal)
    page = answer(
        "registrations/answers.html",
        form,
        registration=registration,
        fair=registration.fair,
        questions=asked,
        given=before,
        links={
            row.question_id: url_for(".own_answer_file", uid=uid, question_uid=row.question.uid)
            for row in before
            if row.file_key is not None
        },
        files={row.question_id: row for row in before if row.file_key is not None},
        may_answer=services.may_answer(registration),
    )
    return door.private(page)


@bp.get(MINE + "/<question_uid>")
@requires(OWN)
def own_answer_file(uid: str, question_uid: str) -> ResponseReturnValue:
    """My own file, as I brought it."""
    return send_stored(queries.get_own_file(current_user, uid, question_uid))


@bp.post(MINE + "/<question_uid>/remove")
@requires(OWN)
def remove_answer_file(uid: str, question_uid: str) -> ResponseReturnValue:
    """Take it back."""
    row = queries.get_own_file(current_user, uid, question_uid)
    with transaction():
        services.remove_file(row)
    flash(gettext("The file is deleted."), "success")
    return redirect(url_for(".answers", uid=uid), 303)
