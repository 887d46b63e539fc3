"""Positions that fit a student, and the switch that ends it."""

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.transaction import transaction
from app.pages.queries import list_fairs_of
from app.pages.views.blueprint import bp
from app.participations import queries as participations
from app.participations.queries import Suggestions
from app.students import services as students
from app.students.models import Student
from app.students.queries import find_student, get_student
from app.tours import queries as tours
from app.web.access import requires, safe_next
from app.web.forms import BooleanField, Form

FEW = 3
MOST = 50


class SwitchForm(Form):
    """One switch."""

    wanted = BooleanField()


@bp.get("/me/for-you")
@requires(Permission.STUDENT_SELF)
def for_you() -> ResponseReturnValue:
    """What fits my level and my major, and why? At one fair, at mine, or at all to come."""
    student = get_student(current_user)
    slug = request.args.get("fair", "")
    fair = tours.get_public_fair(slug) if slug else None
    now = utcnow()
    mine = list_fairs_of(student, now)
    chosen = [fair.id] if fair else [one.id for one in mine] or None
    found = suggestions_for(student, chosen, limit=MOST)
    ids = [one.position.id for one in found.items] if found else []
    return render_template(
        "pages/for_you.html",
        student=student,
        fair=fair,
        mine=mine,
        found=found,
        meetings=participations.list_meetings(ids, chosen, now),
    )


@bp.post("/me/for-you/switch")
@requires(Permission.STUDENT_SELF)
def switch_suggestions() -> ResponseReturnValue:
    """Have positions that fit picked out, or not."""
    form = SwitchForm()
    if form.validate_on_submit():
        with transaction():
            students.choose_suggestions(get_student(current_user), wanted=form.wanted.data)
        flash(gettext("Saved"), "success")
    return redirect(safe_next(request.args.get("next")) or url_for(".for_you"), 303)


def suggestions_for(
    student: Student | None, fair_ids: Collection[int] | None, *, limit: int = FEW
) -> Suggestions | None:
    """What fits a student, unless they switched it off or named no major."""
    if student is None or not student.wants_suggestions or not student.major:
        return None
    return participations.suggest_positions(
        student.level, student.major, fair_ids, moment=utcnow(), limit=limit
    )


def find_reader() -> Student | None:
    """The student who looks at the page, if one does."""
    return find_student(current_user) if getattr(current_user, "is_student", False) else None
