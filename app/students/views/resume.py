"""My resume."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core import files
from app.core.errors import NotFound
from app.core.transaction import end_reading, transaction
from app.students import queries, services
from app.students.forms import ResumeForm
from app.students.models import Student
from app.students.views.door import bp
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import answer, uploaded

OWN = Permission.STUDENT_SELF


@bp.route("/me/resume", methods=["GET", "POST"])
@requires(OWN)
def resume() -> ResponseReturnValue:
    """What do employers get from me?"""
    student = queries.find_student(current_user)
    if student is None:
        flash(gettext("Tell us about yourself first."), "warning")
        return redirect(url_for(".profile", next=url_for(".resume")))
    current = queries.current_resume(student)
    form = ResumeForm()
    if current is not None and request.method == "GET":
        form.text.data = current.text or ""
    if form.validate_on_submit() and _keep(student, form):
        flash(gettext("Saved."), "success")
        return redirect(url_for(".resume"), 303)
    return answer("students/resume.html", form, student=student, resume=current)


@bp.get("/me/resume/<uid>")
@requires(OWN)
def resume_file(uid: str) -> ResponseReturnValue:
    """My own file, as I brought it."""
    row = queries.get_own_resume(current_user, uid)
    if row.file_key is None:
        raise NotFound()
    return send_stored(row)


@bp.post("/me/resume/<uid>/remove")
@requires(OWN)
def remove_resume(uid: str) -> ResponseReturnValue:
    """Delete text and file for good."""
    with transaction():
        services.remove_resume(queries.get_own_resume(current_user, uid))
    flash(gettext("Your CV is deleted. Nobody can open it any more."), "success")
    return redirect(url_for(".resume"), 303)


@bp.get("/me/resume/<uid>/remove")
@requires(OWN)
def ask_remove_resume(uid: str) -> ResponseReturnValue:
    """Before deleting."""
    row = queries.get_own_resume(current_user, uid)
    return answer("students/remove_resume.html", None, resume=row)


def _keep(student: Student, form: ResumeForm) -> bool:
    """Write the file, then the row; a file that is refused leaves everything as it was."""
    upload = uploaded(form.file)
    end_reading()
    kept = None
    try:
        kept = files.keep(*upload, limit=services.RESUME_LIMIT) if upload else None
    except files.FileRefused as error:
        error.field = "file"
        form.refuse(error)
        return False
    with transaction():
        services.keep_resume(student, kept, text=form.text.data or "")
    return True
