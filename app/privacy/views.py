"""The student's own page, the notice, and the rights over one's data."""

from collections.abc import Sequence

import orjson
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.accounts.sessions import end
from app.core.clock import utcnow
from app.core.errors import NotFound
from app.core.sheets import XLSX
from app.core.transaction import transaction
from app.intents.queries import list_asking, list_consents, list_shares, list_waiting
from app.participations.queries import Suggestions, suggest_positions
from app.privacy import exports, queries, services
from app.privacy.wording import NOTICES
from app.registrations.models import Registration
from app.registrations.queries import list_registrations
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.students.queries import current_resume, find_student, get_student
from app.tours.states import FairStatus
from app.web.access import public, requires, signed_in
from app.web.downloads import send_bytes
from app.web.i18n import is_english
from app.web.templating import url_if

bp = Blueprint("privacy", __name__)


@bp.get("/privacy")
@bp.get("/privacy/<version>")
@public
def notice(version: str = NOTICES[0]) -> ResponseReturnValue:
    """What is held, for what, who sees it, how long, and what one can do about it.

    Former versions stay readable: who agreed to one may look it up.
    """
    if version not in NOTICES:
        raise NotFound()
    language = "en" if is_english() else "zh"
    return render_template(
        "privacy/notice.html",
        version=version,
        words=f"privacy/notices/{version}.{language}.html",
        is_former=version != NOTICES[0],
        months=services.RULES.months,
    )


@bp.get("/me")
@signed_in
def me() -> ResponseReturnValue:
    """Who has my data? The student's own page; others are led to their own."""
    if not current_user.is_student:
        home = "pages.staff_home" if current_user.is_staff else "pages.employer_home"
        return redirect(url_if(home) or url_for("accounts.account"))
    student = find_student(current_user)
    if student is None:
        return render_template("privacy/new.html")
    registrations = list_registrations(student)
    return render_template(
        "privacy/me.html",
        student=student,
        resume=current_resume(student),
        registrations=registrations,
        suggested=_suggest(student, registrations),
        shares=list_shares(student),
        waiting=[*list_waiting(student), *list_asking(student)],
        consents=list_consents(student),
        views=queries.list_views(student, limit=10),
    )


def _suggest(student: Student, registrations: Sequence[Registration]) -> Suggestions | None:
    """A few positions that fit, at the fairs a student is going to or else at all to come."""
    if not student.wants_suggestions or not student.major:
        return None
    now = utcnow()
    going = [
        row.fair_id
        for row in registrations
        if row.status is not RegistrationStatus.CANCELLED
        and row.fair.status is FairStatus.PUBLISHED
        and row.fair.ends_at > now
    ]
    return suggest_positions(student.level, student.major, going or None, moment=now, limit=3)


@bp.get("/me/data")
@requires(Permission.STUDENT_SELF)
def data() -> ResponseReturnValue:
    """Everything that is held on me, to read."""
    return render_template(
        "privacy/held.html",
        held=queries.gather(current_user),
        section_name=exports.section_name,
        field_name=exports.field_name,
        is_list=exports.is_list,
        shown=exports.shown,
    )


@bp.get("/me/export.json")
@requires(Permission.STUDENT_SELF)
def export() -> ResponseReturnValue:
    """Everything that is held on me, for a machine to read: times are UTC."""
    body = orjson.dumps(queries.gather(current_user), option=orjson.OPT_INDENT_2)
    return send_bytes(body, name="xunpin.json", media_type="application/json")


@bp.get("/me/export.xlsx")
@requires(Permission.STUDENT_SELF)
def export_sheets() -> ResponseReturnValue:
    """Everything that is held on me, as a spreadsheet in my language."""
    body = exports.book(queries.gather(current_user))
    return send_bytes(body, name="xunpin.xlsx", media_type=XLSX)


@bp.post("/me/news/withdraw")
@requires(Permission.STUDENT_SELF)
def withdraw_news() -> ResponseReturnValue:
    """Take back the consent to messages about later fairs."""
    with transaction():
        services.withdraw_news(get_student(current_user))
    flash(_("Saved"), "success")
    return redirect(url_for("privacy.me"), 303)


@bp.get("/me/close")
@requires(Permission.STUDENT_SELF)
def close() -> ResponseReturnValue:
    """What closing the account means, before it is done."""
    student = find_student(current_user)
    return render_template("privacy/close.html", name=student.name if student else "")


@bp.post("/me/close")
@requires(Permission.STUDENT_SELF)
def close_now() -> ResponseReturnValue:
    """Close the account. It cannot be undone."""
    with transaction():
        services.close_account(current_user)
    end()
    flash(_("Your account is closed. What could name you has been removed."), "success")
    return redirect(url_for("pages.home"), 303)
