"""What is known about me."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.masking import mask_phone
from app.core.transaction import transaction
from app.students import queries, services
from app.students.forms import ProfileForm
from app.students.views.door import bp
from app.web.access import requires, safe_next
from app.web.forms import answer


@bp.route("/me/profile", methods=["GET", "POST"])
@requires(Permission.STUDENT_SELF)
def profile() -> ResponseReturnValue:
    """Is everything right? Fills in the first profile too."""
    student = queries.find_student(current_user)
    form = ProfileForm()
    if student is not None and student.privacy_version == services.PRIVACY_VERSION:
        del form.agreed
    if student is not None and request.method == "GET":
        form.fill_from(student)
    if form.validate_on_submit():
        try:
            typed = form.to_profile()
            services.check_school(typed, is_unlisted=form.school_unlisted.data)
            with transaction():
                services.save_profile(
                    current_user,
                    typed,
                    agreed="agreed" in form and form.agreed.data,
                    wants_news=form.wants_news.data,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."), "success")
            return redirect(safe_next(request.args.get("next")) or url_for(".profile"), 303)
    phone = mask_phone(current_user.phone) if current_user.phone else ""
    return answer("students/profile.html", form, student=student, phone=phone)
