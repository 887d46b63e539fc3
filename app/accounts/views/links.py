"""What the links in our mails open. Opening one changes nothing; its button does."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts import queries, services, sessions
from app.accounts.forms import ForgotForm, InvitationForm, NewPasswordForm
from app.accounts.states import LinkKind
from app.accounts.views.door import bp, home
from app.accounts.views.proof import locale_name, new_hash
from app.core.masking import mask_email
from app.core.transaction import transaction
from app.web.access import public
from app.web.forms import Form, answer
from app.web.limits import by_typed, limiter


@bp.route("/password/forgot", methods=["GET", "POST"])
@public
@limiter.limit("10/minute", key_func=by_typed("email"), methods=["POST"])
def forgot_password() -> ResponseReturnValue:
    """Ask for a reset link. The answer says nothing about who has an account."""
    form = ForgotForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        with transaction():
            services.request_password_reset(
                email, queries.find_user_by_email(email), locale=locale_name()
            )
        return redirect(url_for("accounts.reset_sent"), 303)
    return answer("accounts/forgot_password.html", form)


@bp.get("/password/sent")
@public
def reset_sent() -> ResponseReturnValue:
    """What to do next."""
    return render_template("accounts/reset_sent.html")


@bp.route("/password/reset/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    """A new password by a link; then sign in with it."""
    link = queries.get_link(LinkKind.PASSWORD_RESET, token)
    user = queries.get_link_owner(link)
    form = NewPasswordForm()
    if form.validate_on_submit():
        hashed = new_hash(form, about=(user.email or "", user.name))
        if hashed is not None:
            with transaction():
                services.reset_password(link, user, password_hash=hashed)
            sessions.end()
            flash(gettext("Your password is changed. Sign in with the new one."), "success")
            return redirect(url_for("accounts.login_password"), 303)
    return answer("accounts/reset_password.html", form, email=mask_email(user.email or ""))


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    """An invited person chooses a name and a password, and is in."""
    link = queries.get_link(LinkKind.INVITATION, token)
    invited = queries.get_link_owner(link) if link.user_id else None
    form = InvitationForm(name=invited.name if invited else "")
    if form.validate_on_submit():
        hashed = new_hash(form, about=(link.email or "", form.name.data or ""))
        if hashed is not None:
            with transaction():
                user = services.accept_invitation(
                    link,
                    name=form.name.data or "",
                    password_hash=hashed,
                    locale=locale_name(),
                )
            sessions.start(user)
            return redirect(home(), 303)
    return answer("accounts/invitation.html", form, email=link.email)


@bp.route("/account/email/<token>", methods=["GET", "POST"])
@public
def change_email(token: str) -> ResponseReturnValue:
    """The owner of a new address says yes to it."""
    return _confirm(LinkKind.EMAIL_CHANGE, token)


@bp.route("/account/email/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> ResponseReturnValue:
    """The owner of an address says that it is theirs."""
    return _confirm(LinkKind.EMAIL_CONFIRM, token)


def _confirm(kind: LinkKind, token: str) -> ResponseReturnValue:
    link = queries.get_link(kind, token)
    user = queries.get_link_owner(link)
    form = Form()
    if form.validate_on_submit():
        with transaction():
            services.confirm_email(link, user)
        flash(gettext("Your e-mail address is confirmed."), "success")
        return redirect(home(), 303)
    return answer("accounts/confirm_email.html", form, email=link.email)
