"""The second factor: setting it up, recovery codes, switching it off."""

import base64

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts import services, totp
from app.accounts.forms import PasswordProofForm, SecondFactorForm
from app.accounts.models import User
from app.accounts.views.account import me, proven
from app.accounts.views.door import bp
from app.accounts.views.proof import keep_sealed, take_sealed
from app.core.errors import DomainError, NotFound
from app.core.qr import qr_png
from app.core.transaction import transaction
from app.web.access import signed_in
from app.web.forms import answer
from app.web.limits import by_account, limiter

CODES = "recovery"


@bp.get("/account/second-factor")
@signed_in
def second_factor() -> ResponseReturnValue:
    """Whether it is on, and what can be done."""
    return answer("accounts/second_factor.html", PasswordProofForm(), user=_holder())


@bp.post("/account/second-factor/begin")
@signed_in
def begin_second_factor() -> ResponseReturnValue:
    """A secret for the app."""
    user = _holder()
    with transaction():
        services.begin_second_factor(user)
    return redirect(url_for("accounts.confirm_second_factor"), 303)


@bp.route("/account/second-factor/confirm", methods=["GET", "POST"])
@signed_in
@limiter.limit("10/minute", key_func=by_account, methods=["POST"])
def confirm_second_factor() -> ResponseReturnValue:
    """The QR code for the app, and its first code back."""
    user = _holder()
    if user.totp_secret is None or user.totp_enabled_at is not None:
        return redirect(url_for("accounts.second_factor"))
    secret = user.totp_secret
    form = SecondFactorForm()
    if form.validate_on_submit():
        try:
            with transaction():
                codes = services.confirm_second_factor(user, form.code.data or "")
        except DomainError as error:
            form.refuse(error)
        else:
            keep_sealed(CODES, codes)
            return redirect(url_for("accounts.recovery_codes"), 303)
    address = totp.address(secret, account=user.email or user.uid, issuer="Xunpin")
    image = base64.b64encode(qr_png(address, box=6)).decode()
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return answer("accounts/confirm_second_factor.html", form, image=image, secret=spaced)


@bp.get("/account/second-factor/codes")
@signed_in
def recovery_codes() -> ResponseReturnValue:
    """The recovery codes, this once."""
    codes = take_sealed(CODES)
    if not codes:
        return redirect(url_for("accounts.second_factor"))
    return render_template("accounts/recovery_codes.html", codes=codes)


@bp.post("/account/second-factor/codes")
@signed_in
@limiter.limit("10/minute", key_func=by_account)
def new_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes instead of the old ones."""
    user = _holder()
    form = PasswordProofForm()
    if form.validate_on_submit() and user.totp_enabled_at and proven(user, form, "password"):
        with transaction():
            codes = services.new_recovery_codes(user)
        keep_sealed(CODES, codes)
        return redirect(url_for("accounts.recovery_codes"), 303)
    return answer("accounts/second_factor.html", form, user=user)


@bp.post("/account/second-factor/off")
@signed_in
@limiter.limit("10/minute", key_func=by_account)
def end_second_factor() -> ResponseReturnValue:
    """Only the password from now on."""
    user = _holder()
    form = PasswordProofForm()
    if form.validate_on_submit() and proven(user, form, "password"):
        with transaction():
            services.end_second_factor(user, by=user)
        flash(gettext("The second factor is off."), "success")
        return redirect(url_for("accounts.second_factor"), 303)
    return answer("accounts/second_factor.html", form, user=user)


def _holder() -> User:
    """Who is signed in, if they have a password: students have none."""
    user = me()
    if user.is_student:
        raise NotFound()
    return user
