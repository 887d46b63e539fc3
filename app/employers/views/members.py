"""The people who act for a company."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import EMPLOYER_ROLES, Permission, Role
from app.core.errors import DomainError, NotFound
from app.core.transaction import transaction
from app.employers import queries, services
from app.employers.forms import MemberForm
from app.employers.views.door import bp, own_employer
from app.web.access import requires
from app.web.forms import answer


@bp.route("/employer/members", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_MEMBERS)
def members() -> ResponseReturnValue:
    """Who acts for the company; let a colleague in."""
    employer, form = own_employer(), MemberForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.invite_member(
                    employer,
                    email=form.email.data or "",
                    name=form.name.data or "",
                    role=form.role.data,
                    by=current_user,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            text = gettext("An invitation is on its way to %(email)s.", email=form.email.data)
            flash(text, "success")
            return redirect(url_for("employers.members"), 303)
    return answer(
        "employers/members.html", form, employer=employer, people=queries.list_members(employer)
    )


@bp.post("/employer/members/<uid>/role")
@requires(Permission.EMPLOYER_MEMBERS)
def change_role(uid: str) -> ResponseReturnValue:
    """Make somebody an owner or a recruiter."""
    member = queries.get_own_member(own_employer(), uid)
    wanted = request.form.get("role", "")
    if wanted not in EMPLOYER_ROLES:
        raise NotFound()
    with transaction():
        services.change_role(member, Role(wanted), by=current_user)
    flash(gettext("Saved"), "success")
    own = member.user_id == current_user.id
    return redirect(url_for("employers.profile" if own else "employers.members"), 303)


@bp.post("/employer/members/<uid>/remove")
@requires(Permission.EMPLOYER_MEMBERS)
def remove_member(uid: str) -> ResponseReturnValue:
    """End what somebody may do for the company."""
    member = queries.get_own_member(own_employer(), uid)
    with transaction():
        services.remove_member(member, by=current_user)
    flash(gettext("%(name)s can no longer sign in.", name=member.user.label), "success")
    return redirect(url_for("employers.members"), 303)


@bp.post("/employer/members/<uid>/invite")
@requires(Permission.EMPLOYER_MEMBERS)
def invite_again(uid: str) -> ResponseReturnValue:
    """Send the link once more."""
    member = queries.get_own_member(own_employer(), uid)
    with transaction():
        services.send_invitation_again(member, by=current_user)
    flash(gettext("An invitation is on its way to %(email)s.", email=member.user.email), "success")
    return redirect(url_for("employers.members"), 303)
