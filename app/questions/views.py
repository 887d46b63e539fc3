"""Writing a fair's questions: for its planners."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.transaction import transaction
from app.questions import queries, services
from app.questions.forms import CopyForm, QuestionForm
from app.questions.models import Question
from app.questions.states import MOST_QUESTIONS, Occasion
from app.tours import queries as tours
from app.tours.models import Fair
from app.web.access import requires
from app.web.forms import SelectChoice, answer
from app.web.i18n import bilingual

bp = Blueprint("questions", __name__)
P = Permission.FAIR_EDIT
HOME = "/staff/fairs/<slug>/questions"


@bp.get(HOME, defaults={"occasion": "registration"})
@bp.get(HOME + "/<occasion>")
@requires(P)
def sheet(slug: str, occasion: str) -> ResponseReturnValue:
    """What do we ask?"""
    return _sheet(_fair(slug), _occasion(occasion), CopyForm())


@bp.route(HOME + "/<occasion>/new", methods=["GET", "POST"])
@requires(P)
def new_question(slug: str, occasion: str) -> ResponseReturnValue:
    """Ask one more."""
    fair, asked_at = _fair(slug), _occasion(occasion)
    form = QuestionForm()
    form.offer(asked_at)
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_question(fair, asked_at, form.to_draft(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The question is asked from now on."), "success")
            return redirect(url_for(".sheet", slug=slug, occasion=occasion), 303)
    return _form_page(fair, asked_at, form, None)


@bp.route(HOME + "/<occasion>/<question_uid>", methods=["GET", "POST"])
@requires(P)
def edit_question(slug: str, occasion: str, question_uid: str) -> ResponseReturnValue:
    """Mend its words, or change it while nobody has answered."""
    fair, asked_at = _fair(slug), _occasion(occasion)
    question = queries.get_question(fair, asked_at, question_uid)
    form = QuestionForm()
    form.offer(asked_at)
    if not form.is_submitted():
        form.fill_from(question)
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_question(question, form.to_draft(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved"), "success")
            return redirect(url_for(".sheet", slug=slug, occasion=occasion), 303)
    return _form_page(fair, asked_at, form, question)


@bp.post(HOME + "/<occasion>/<question_uid>/move")
@requires(P)
def move_question(slug: str, occasion: str, question_uid: str) -> ResponseReturnValue:
    """One place earlier or later; the focus stays on the question that moved."""
    question = queries.get_question(_fair(slug), _occasion(occasion), question_uid)
    with transaction():
        services.move_question(question, up=request.form.get("to") != "down", by=current_user)
    here = url_for(".sheet", slug=slug, occasion=occasion, moved=question_uid)
    return redirect(f"{here}#q-{question_uid}", 303)


@bp.post(HOME + "/<occasion>/<question_uid>/remove")
@requires(P)
def remove_question(slug: str, occasion: str, question_uid: str) -> ResponseReturnValue:
    """Ask it no more; answers there are stay readable."""
    question = queries.get_question(_fair(slug), _occasion(occasion), question_uid)
    with transaction():
        is_kept = services.remove_question(question, by=current_user)
    if is_kept:
        undo = url_for(".restore_question", slug=slug, occasion=occasion, question_uid=question_uid)
        text = _("It is not asked any more. Its answers stay, here and in the tables.")
        flash({"text": text, "undo": undo}, "success")  # type: ignore[arg-type]
    else:
        flash(_("Removed"), "success")
    return redirect(url_for(".sheet", slug=slug, occasion=occasion), 303)


@bp.post(HOME + "/<occasion>/<question_uid>/restore")
@requires(P)
def restore_question(slug: str, occasion: str, question_uid: str) -> ResponseReturnValue:
    """Ask it again."""
    question = queries.get_question(_fair(slug), _occasion(occasion), question_uid)
    with transaction():
        services.restore_question(question, by=current_user)
    flash(_("It is asked again, as the last question."), "success")
    return redirect(url_for(".sheet", slug=slug, occasion=occasion), 303)


@bp.post(HOME + "/<occasion>/copy")
@requires(P)
def copy_questions(slug: str, occasion: str) -> ResponseReturnValue:
    """Ask what another fair asks."""
    fair, asked_at = _fair(slug), _occasion(occasion)
    form = CopyForm()
    form.source.choices = _sources(fair, asked_at)
    if not form.validate_on_submit():
        return _sheet(fair, asked_at, form)
    source = tours.get_fair_within(form.source.data, current_user.scope_of(P))
    with transaction():
        taken = services.copy_questions(source, fair, asked_at, by=current_user)
    flash(_("Questions taken over: %(n)s", n=taken), "success")
    return redirect(url_for(".sheet", slug=slug, occasion=occasion), 303)


def _sheet(fair: Fair, occasion: Occasion, form: CopyForm) -> ResponseReturnValue:
    asked, retired = queries.list_asked(fair, occasion), queries.list_retired(fair, occasion)
    form.source.choices = _sources(fair, occasion)
    return answer(
        "questions/sheet.html",
        form,
        fair=fair,
        occasion=occasion,
        asked=asked,
        retired=retired,
        answered=services.answered_of(asked),
        most=MOST_QUESTIONS,
        started=fair.starts_at <= utcnow(),
    )


def _form_page(
    fair: Fair, occasion: Occasion, form: QuestionForm, question: Question | None
) -> ResponseReturnValue:
    is_answered = question is not None and bool(services.answered_of([question]))
    context: dict[str, Any] = {"question": question, "is_answered": is_answered}
    return answer("questions/question.html", form, fair=fair, occasion=occasion, **context)


def _sources(fair: Fair, occasion: Occasion) -> list[SelectChoice]:
    scope = current_user.scope_of(P)
    rows = queries.list_fairs_asking(occasion, without=fair)
    seen = [row for row in rows if tours.is_within(row, scope)]
    return [SelectChoice(row.slug, bilingual(row, "title")) for row in seen]


def _occasion(name: str) -> Occasion:
    if name not in {member.value for member in Occasion}:
        raise NotFound()
    return Occasion(name)


def _fair(slug: str) -> Fair:
    fair = tours.get_fair_within(slug, current_user.scope_of(Permission.FAIR_READ))
    if not tours.may_change(fair, current_user.scope_of(P)):
        raise Forbidden()
    return fair
