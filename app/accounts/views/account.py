"""One's own account."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts import queries, services, sessions
from app.accounts.forms import (
    ChangePasswordForm,
    CodeForm,
    NewEmailForm,
    PhoneForm,
    ProvenEmailForm,
    SettingsForm,
    StudentSettingsForm,
)
from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.states import CodeOutcome, CodePurpose
from app.accounts.views.door import bp
from app.accounts.views.login import ASKED, asked_phone, send_code
from app.accounts.views.proof import knows_password, locale_name, new_hash
from app.core.errors import DomainError, NotFound
from app.core.masking import mask_phone
from app.core.transaction import transaction
from app.web.access import public, signed_in
from app.web.forms import Form, answer
from app.web.limits import by_account, limiter


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> ResponseReturnValue:
    """What is kept about signing in, and how pages look to me."""
    user = me()
    kind = StudentSettingsForm if user.is_student else SettingsForm
    form = kind(name=user.name, locale=user.locale or locale_name(), theme=user.theme or "")
    if form.validate_on_submit():
        name = user.name if user.is_student else form.name.data or ""
        with transaction():
            services.save_settings(
                user, name=name, locale=form.locale.data, theme=form.theme.data or None
            )
        session["locale"] = form.locale.data
        flash(gettext("Saved"), "success")
        return redirect(url_for("accounts.account"), 303)
    due = user.has_role(Role.ADMINISTRATOR) and user.totp_enabled_at is None
    return answer("accounts/account.html", form, second_factor_due=due)


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
@limiter.limit("10/minute", key_func=by_account, methods=["POST"])
def change_password() -> ResponseReturnValue:
    """A new password; everybody else who used the old one is signed out."""
    user = me()
    if user.is_student:
        raise NotFound()
    form = ChangePasswordForm()
    if form.validate_on_submit() and proven(user, form, "current"):
        hashed = new_hash(form, about=(user.email or "", user.name))
        if hashed is not None:
            with transaction():
                services.set_password(user, hashed)
            sessions.start(user)
            flash(gettext("Your password is changed. Other devices are signed out."), "success")
            return redirect(url_for("accounts.account"), 303)
    return answer("accounts/change_password.html", form)


@bp.route("/account/email", methods=["GET", "POST"])
@signed_in
@limiter.limit("10/minute;30/day", key_func=by_account, methods=["POST"])
def email() -> ResponseReturnValue:
    """A new address: a link goes there, and nothing changes before it is opened."""
    user = me()
    form = NewEmailForm() if user.is_student else ProvenEmailForm()
    if form.validate_on_submit() and (user.is_student or proven(user, form, "password")):
        with transaction():
            services.request_email_change(user, form.email.data or "")
        flash(gettext("Open the link in the mail we sent to the new address."), "success")
        return redirect(url_for("accounts.account"), 303)
    return answer("accounts/email.html", form)


@bp.post("/account/email/again")
@signed_in
@limiter.limit("3/minute;10/day", key_func=by_account)
def send_confirmation() -> ResponseReturnValue:
    """The link that confirms my address, once more."""
    user = me()
    if user.email and user.email_verified_at is None:
        with transaction():
            services.send_email_confirmation(user)
        flash(gettext("Open the link in the mail we sent to you."), "success")
    return redirect(url_for("accounts.account"), 303)


@bp.route("/account/phone", methods=["GET", "POST"])
@signed_in
@limiter.limit("6/minute", key_func=by_account, methods=["POST"])
def phone() -> ResponseReturnValue:
    """A new number: a code goes there."""
    if not me().is_student:
        raise NotFound()
    form = PhoneForm()
    if form.validate_on_submit():
        try:
            send_code(CodePurpose.PHONE_CHANGE, form.phone.data or "")
        except DomainError as error:
            error.field = "phone"
            form.refuse(error)
        else:
            return redirect(url_for("accounts.phone_code"), 303)
    return answer("accounts/phone.html", form)


@bp.route("/account/phone/code", methods=["GET", "POST"])
@signed_in
def phone_code() -> ResponseReturnValue:
    """The code from the new phone; from now on it is mine."""
    user = me()
    number = asked_phone(CodePurpose.PHONE_CHANGE)
    if number is None or not user.is_student:
        return redirect(url_for("accounts.account"))
    form = CodeForm()
    if form.validate_on_submit():
        with transaction():
            outcome = services.check_code(
                CodePurpose.PHONE_CHANGE, number, form.code.data or "", nonce=sessions.nonce()
            )
            if outcome is CodeOutcome.OK:
                services.change_phone(user, number)
        if outcome is CodeOutcome.OK:
            session.pop(ASKED, None)
            flash(gettext("Sign in with your new number from now on."), "success")
            return redirect(url_for("accounts.account"), 303)
        form.code.errors = [gettext(outcome.label)]
    return answer("accounts/phone_code.html", form, phone=mask_phone(number))


@bp.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """Signed out everywhere but here."""
    user = me()
    remember = bool(session.permanent)
    with transaction():
        services.end_sessions(user)
    sessions.start(user, remember=remember)
    flash(gettext("All other devices are signed out."), "success")
    return redirect(url_for("accounts.account"), 303)


def me() -> User:
    """Who is signed in."""
    user: User = current_user._get_current_object()
    return user


def proven(user: User, form: Form, field: str) -> bool:
    """Whether the password typed in ``field`` is the user's own; the form says if it is not."""
    if knows_password(user, form[field].data or ""):
        return True
    form[field].errors = [*form[field].errors, gettext("This is not your present password.")]
    return False


@bp.post("/account/messages")
@signed_in
def choose_messages() -> ResponseReturnValue:
    """Get what organisers write to many, or not."""
    wanted = request.form.get("wanted") == "yes"
    with transaction():
        services.choose_messages(me(), wanted=wanted)
    flash(gettext("Saved"), "success")
    return redirect(url_for("accounts.account", _anchor="messages"), 303)


@bp.route("/messages-off/<token>", methods=["GET", "POST"])
@public
def messages_off(token: str) -> ResponseReturnValue:
    """The foot of a message leads here: no more of these, and back again; nobody signs in.

    Only the button changes anything: mail programs open every link.
    """
    user = queries.get_reader(token)
    if request.method == "POST":
        wanted = request.form.get("wanted") == "yes"
        with transaction():
            services.choose_messages(user, wanted=wanted)
        return redirect(url_for("accounts.messages_off", token=token), 303)
    return render_template("accounts/messages_off.html", is_off=user.messages_off_at is not None)
