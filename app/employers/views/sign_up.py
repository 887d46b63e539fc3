"""A company comes."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_login import current_user

from app.accounts import services as accounts
from app.accounts import sessions
from app.core.errors import DomainError
from app.core.transaction import end_reading, transaction
from app.employers import services
from app.employers.forms import SignUpForm
from app.employers.uscc import Checked
from app.employers.views.door import bp
from app.web.access import public
from app.web.forms import answer
from app.web.limits import by_address, limiter


@bp.route("/employer/sign-up", methods=["GET", "POST"])
@public
@limiter.limit("30/hour", key_func=by_address, methods=["POST"])
def sign_up() -> ResponseReturnValue:
    """An account for its owner and a file for the company, in one form."""
    if current_user.is_authenticated and current_user.is_employer:
        return redirect(url_for("employers.profile"))
    form = SignUpForm()
    if form.validate_on_submit():
        try:
            return _welcome(form)
        except DomainError as error:
            form.refuse(error)
    return answer("employers/sign_up.html", form)


def _welcome(form: SignUpForm) -> ResponseReturnValue:
    """Make both, send the link that confirms the address, and sign the owner in."""
    password, email = form.password.data or "", form.email.data or ""
    accounts.check_new_password(password, about=(email, form.contact_name.data or ""))
    end_reading()
    said = services.SignUp(
        email=email,
        password_hash=accounts.hash_password(password),
        company=form.company.data or "",
        number=form.uscc.checked or Checked(),
        contact_name=form.contact_name.data or "",
        contact_phone=form.contact_phone.data or "",
        locale=str(get_locale() or "zh_Hans"),
    )
    with transaction():
        user, _employer = services.sign_up(said)
    sessions.start(user)
    if said.number.warning:
        flash(gettext(said.number.warning), "warning")
    flash(
        gettext("Welcome. Upload the licence next; we sent a link to %(email)s.", email=email),
        "success",
    )
    return redirect(url_for("employers.profile"), 303)
