"""The organiser's people."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts import queries, services
from app.accounts.forms import GrantForm, InviteForm, staff_role_choices
from app.accounts.models import User
from app.accounts.permissions import STAFF_ROLES, Permission, Role, Scope
from app.accounts.views.account import me
from app.accounts.views.door import bp
from app.accounts.views.proof import keep_sealed, locale_name, take_sealed
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.web.access import requires
from app.web.forms import answer, strip
from app.web.links import external_url

INVITED = "invited"


@bp.get("/staff/people")
@requires(Permission.STAFF_MANAGE)
def staff_list() -> ResponseReturnValue:
    """Who works here, and who was invited."""
    within = _within()
    asked = request.args.get("role", "")
    page = queries.list_staff(
        within,
        text=strip(request.args.get("q", ""))[:80],
        role=Role(asked) if asked in {role.value for role in STAFF_ROLES} else None,
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "accounts/staff_list.html",
        page=page,
        roles=staff_role_choices(),
        invitations=queries.list_invitations(within),
        invited=take_sealed(INVITED),
        role_label=_role_label,
    )


@bp.route("/staff/people/invite", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def invite_staff() -> ResponseReturnValue:
    """A colleague gets a link by mail."""
    form = InviteForm(role=Role.GATE_STAFF.value)
    form.offer(services.scope_choices(_within()))
    if form.validate_on_submit():
        email = form.email.data or ""
        try:
            with transaction():
                grant = services.make_grant(*form.to_grant(), by=me())
                token = services.invite_staff(email, grant, by=me(), locale=locale_name())
        except DomainError as error:
            form.refuse(error)
        else:
            keep_sealed(INVITED, [email, external_url("accounts.invitation", token=token)])
            return redirect(url_for("accounts.staff_list"), 303)
    return answer("accounts/invite_staff.html", form)


@bp.post("/staff/people/invitations/<int:link_id>/take-back")
@requires(Permission.STAFF_MANAGE)
def take_back_invitation(link_id: int) -> ResponseReturnValue:
    """An invitation that nobody can use any more."""
    within = _within()
    with transaction():
        services.take_back_invitation(queries.get_invitation(link_id, within), by=me())
    flash(gettext("The invitation is void."), "success")
    return redirect(url_for("accounts.staff_list"), 303)


@bp.get("/staff/people/<uid>")
@requires(Permission.STAFF_MANAGE)
def staff_person(uid: str) -> ResponseReturnValue:
    """One of them: roles, and what can be done."""
    return _person(queries.get_staff(uid, _within()), _grant_form())


@bp.post("/staff/people/<uid>/roles")
@requires(Permission.STAFF_MANAGE)
def give_role(uid: str) -> ResponseReturnValue:
    """One role more."""
    person = queries.get_staff(uid, _within())
    form = _grant_form()
    if not form.validate_on_submit():
        return _person(person, form)
    with transaction():
        grant = services.make_grant(*form.to_grant(), by=me())
        services.give_role(person, grant, by=me())
    flash(gettext("Saved"), "success")
    return _back(person)


@bp.post("/staff/people/<uid>/roles/<int:role_id>/take")
@requires(Permission.STAFF_MANAGE)
def take_role(uid: str, role_id: int) -> ResponseReturnValue:
    """One role less, with a way back."""
    person = queries.get_staff(uid, _within())
    held = queries.get_staff_role(person, role_id)
    again = {"role": held.role.value, "scope": f"{held.scope_kind.value}:{held.scope_id}"}
    with transaction():
        services.take_role(person, held, by=me())
    undo = url_for("accounts.give_role", uid=uid)
    flash({"text": gettext("Role taken away"), "undo": undo, "fields": again}, "success")  # type: ignore[arg-type]
    # Without that role the person may be out of this administrator's sight.
    return redirect(url_for("accounts.staff_list"), 303)


@bp.post("/staff/people/<uid>/disable")
@requires(Permission.STAFF_MANAGE)
def disable(uid: str) -> ResponseReturnValue:
    """Out, at once and everywhere; with a way back."""
    person = queries.get_staff(uid, _within())
    with transaction():
        services.disable(person, by=me())
    undo = url_for("accounts.enable", uid=uid)
    flash({"text": gettext("Account closed"), "undo": undo}, "success")  # type: ignore[arg-type]
    return _back(person)


@bp.post("/staff/people/<uid>/enable")
@requires(Permission.STAFF_MANAGE)
def enable(uid: str) -> ResponseReturnValue:
    """In again."""
    person = queries.get_staff(uid, _within())
    with transaction():
        services.enable(person, by=me())
    flash(gettext("Account opened"), "success")
    return _back(person)


@bp.post("/staff/people/<uid>/end-sessions")
@requires(Permission.STAFF_MANAGE)
def end_staff_sessions(uid: str) -> ResponseReturnValue:
    """Signed out everywhere, for a lost phone."""
    person = queries.get_staff(uid, _within())
    with transaction():
        services.end_sessions_of(person, by=me())
    flash(gettext("Signed out everywhere"), "success")
    return _back(person)


def _within() -> Scope:
    return me().scope_of(Permission.STAFF_MANAGE)


def _grant_form() -> GrantForm:
    form = GrantForm()
    form.offer(services.scope_choices(_within()))
    return form


def _person(person: User, form: GrantForm) -> ResponseReturnValue:
    return answer("accounts/staff_person.html", form, person=person)


def _role_label(value: str) -> str:
    return gettext(Role(value).label)


def _back(person: User) -> ResponseReturnValue:
    return redirect(url_for("accounts.staff_person", uid=person.uid), 303)
