"""Signing in: by phone and code, or by e-mail and password."""

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts import queries, services, sessions
from app.accounts.forms import CodeForm, PasswordLoginForm, PhoneForm, SecondFactorForm
from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.states import CodeOutcome, CodePurpose
from app.accounts.views.door import NEXT, bp, home, keep_next
from app.accounts.views.proof import keep_sealed, locale_name, read_sealed
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.masking import mask_phone
from app.core.transaction import end_reading, transaction
from app.web.access import public, safe_next
from app.web.forms import answer
from app.web.limits import by_address, by_typed, limiter

ASKED, PENDING = "asked", "pending"
PENDING_SECONDS = 600


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit("12/minute;60/hour", key_func=by_typed("phone"), methods=["POST"])
def login() -> ResponseReturnValue:
    """A phone number in, a code on its way."""
    if current_user.is_authenticated:
        return redirect(home())
    form = PhoneForm()
    if form.validate_on_submit():
        keep_next()
        try:
            send_code(CodePurpose.LOGIN, form.phone.data or "")
        except DomainError as error:
            error.field = "phone"
            form.refuse(error)
        else:
            return redirect(url_for("accounts.login_code"), 303)
    return answer("accounts/login.html", form)


@bp.route("/login/code", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", key_func=sessions.nonce, methods=["POST"])
def login_code() -> ResponseReturnValue:
    """The code from the message in, signed in."""
    phone = asked_phone(CodePurpose.LOGIN)
    if phone is None:
        return redirect(url_for("accounts.login"))
    form = CodeForm()
    if form.validate_on_submit():
        user = None
        with transaction():
            outcome = services.check_code(
                CodePurpose.LOGIN, phone, form.code.data or "", nonce=sessions.nonce()
            )
            if outcome is CodeOutcome.OK:
                user = services.get_or_create_student_user(phone, locale=locale_name())
                services.note_login(user)
        if user is not None:
            return come_in(user, remember=True)
        form.code.errors = [gettext(outcome.label)]
    return answer("accounts/login_code.html", form, phone=mask_phone(phone))


@bp.post("/login/code/again")
@public
@limiter.limit("12/minute", key_func=sessions.nonce)
def login_code_again() -> ResponseReturnValue:
    """Another code for the same phone."""
    phone = asked_phone(CodePurpose.LOGIN)
    if phone is None:
        return redirect(url_for("accounts.login"), 303)
    send_code(CodePurpose.LOGIN, phone)
    flash(gettext("A new code is on its way."), "success")
    return redirect(url_for("accounts.login_code"), 303)


@bp.route("/login/password", methods=["GET", "POST"])
@public
@limiter.limit("20/minute", key_func=by_typed("email"), methods=["POST"])
@limiter.limit("120/minute", key_func=by_address, methods=["POST"])
def login_password() -> ResponseReturnValue:
    """E-mail and password in, signed in or on to the second factor."""
    if current_user.is_authenticated:
        return redirect(home())
    form = PasswordLoginForm()
    if form.validate_on_submit():
        keep_next()
        user = try_password(form.email.data or "", form.password.data or "")
        if user is None:
            form.form_errors.append(
                gettext(
                    "E-mail and password do not fit. After ten wrong tries an account is shut "
                    "for 15 minutes."
                )
            )
        elif user.totp_enabled_at is not None:
            session[PENDING] = [user.get_id(), int(utcnow().timestamp())]
            return redirect(url_for("accounts.login_second"), 303)
        else:
            return come_in(user)
    return answer("accounts/login_password.html", form)


@bp.route("/login/second", methods=["GET", "POST"])
@public
@limiter.limit("20/minute", key_func=sessions.nonce, methods=["POST"])
def login_second() -> ResponseReturnValue:
    """The code of the app after the password."""
    user = pending_user()
    if user is None:
        return redirect(url_for("accounts.login_password"))
    form = SecondFactorForm()
    if form.validate_on_submit():
        with transaction():
            good = services.settle_second_factor(user, form.code.data or "")
        if good:
            return come_in(user)
        form.code.errors = [gettext("This code does not fit, or has been used. Try the next one.")]
    return answer("accounts/login_second.html", form)


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Signed out, and back on the first page."""
    sessions.end()
    flash(gettext("You are signed out."), "success")
    return redirect("/", 303)


def send_code(purpose: CodePurpose, phone: str) -> None:
    """Send a code to a phone and remember in the session which phone that was."""
    with transaction():
        services.request_code(purpose, phone, nonce=sessions.nonce(), locale=locale_name())
    keep_sealed(ASKED, [purpose.value, phone])


def asked_phone(purpose: CodePurpose) -> str | None:
    """The phone this browser asked a code for."""
    asked = read_sealed(ASKED)
    return str(asked[1]) if asked and asked[0] == purpose.value else None


def try_password(email: str, password: str) -> User | None:
    """Who this is, if the password opens the door. Known or not, it takes the same time."""
    user = queries.find_user_by_email(email)
    kept = user.password_hash if user else None
    end_reading()
    good = services.verify_password(kept, password)
    stale = good and kept is not None and services.needs_rehash(kept)
    new_hash = services.hash_password(password) if stale else None
    if user is None:
        return None
    with transaction():
        opened = services.settle_password_login(user, good=good, new_hash=new_hash)
    return user if opened else None


def pending_user() -> User | None:
    """Who has shown the password and still owes the code; ten minutes, then from the start."""
    session_id, since = session.get(PENDING, ("", 0))
    if int(utcnow().timestamp()) - since > PENDING_SECONDS:
        return None
    return queries.find_session_user(session_id)


def come_in(user: User, *, remember: bool = False) -> ResponseReturnValue:
    """Start the session and go where the visitor was going."""
    wanted = safe_next(session.get(NEXT))
    sessions.start(user, remember=remember)
    if user.has_role(Role.ADMINISTRATOR) and user.totp_enabled_at is None:
        flash(
            gettext("Administrators should use a second factor. Set it up under “My account”."),
            "warning",
        )
    return redirect(wanted or home(), 303)
