"""The organiser's people: inviting them, giving and taking roles, letting them go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import AccountLink, StaffRole, User
from app.accounts.permissions import STAFF_ROLES, Permission, Role, Scope, ScopeKind
from app.accounts.services.links import ON_ACCEPTED, invite, use_link
from app.accounts.services.people import end_sessions
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, DomainError, Forbidden, NotFound
from app.core.masking import mask_email
from app.core.text import N_

# What a role may be narrowed to: the factory fills in the rooms that know delegations and fairs.
SCOPE_CHOICES: dict[ScopeKind, Callable[[], list[tuple[int, str]]]] = {}


class LastAdministrator(Conflict):
    """The house must not lock itself out."""

    code = "last-administrator"
    message = N_("This is the last administrator. Make somebody else an administrator first.")


class NotYourself(Conflict):
    """Somebody would shut themselves out."""

    code = "not-yourself"
    message = N_("You cannot do this to your own account. Ask another administrator.")


class UnknownScope(DomainError):
    """A scope that is not among the choices."""

    code = "unknown-scope"
    message = N_("Choose a delegation or a fair from the list.")


@dataclass(frozen=True)
class Grant:
    """A role and how far it reaches."""

    role: Role
    scope_kind: ScopeKind = ScopeKind.BUREAU
    scope_id: int = 0
    scope_label: str = ""

    def to_payload(self) -> dict[str, Any]:
        """As an invitation keeps it."""
        return {
            "role": self.role.value,
            "scope_kind": self.scope_kind.value,
            "scope_id": self.scope_id,
            "scope_label": self.scope_label,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "Grant":
        """As an invitation kept it."""
        return cls(
            Role(payload["role"]),
            ScopeKind(payload["scope_kind"]),
            int(payload["scope_id"]),
            str(payload["scope_label"]),
        )


def scope_choices(within: Scope) -> list[tuple[ScopeKind, int, str]]:
    """What somebody who manages staff within a scope may give."""
    listed: list[tuple[ScopeKind, int, str]] = []
    if within.bureau:
        listed.append((ScopeKind.BUREAU, 0, ""))
    for kind, choices in SCOPE_CHOICES.items():
        mine = within.delegations if kind is ScopeKind.DELEGATION else within.fairs
        listed += [
            (kind, number, label) for number, label in choices() if within.bureau or number in mine
        ]
    return listed


def make_grant(role: Role, scope_kind: ScopeKind, scope_id: int, *, by: User) -> Grant:
    """A role with a scope that ``by`` may give. Raises :class:`UnknownScope` otherwise."""
    within = by.scope_of(Permission.STAFF_MANAGE)
    for kind, number, label in scope_choices(within):
        if (kind, number) == (scope_kind, scope_id) and role in STAFF_ROLES:
            return Grant(role, kind, number, label)
    raise UnknownScope(field="scope")


def invite_staff(email: str, grant: Grant, *, by: User | None, locale: str | None) -> str:
    """Invite one of the organiser's people; returns the link's secret."""
    token = invite(
        email,
        role=Role.STAFF,
        by=by,
        payload={"for": "staff", "grant": grant.to_payload(), "by": by.id if by else None},
        locale=locale,
    )
    record(
        "staff.invite",
        by=by,
        on="user",
        label=mask_email(email),
        after={"role": grant.role.value, "scope": grant.scope_label or grant.scope_kind.value},
        **_where(grant.scope_kind, grant.scope_id),
    )
    return token


def take_back_invitation(link: AccountLink, *, by: User) -> None:
    """Make an invitation void before it is used."""
    use_link(link)
    record("staff.uninvite", by=by, on="user", label=mask_email(link.email or ""))


def give_role(user: User, grant: Grant, *, by: User | None) -> None:
    """Give a role; one that is held already stays as it is."""
    if not user.is_staff or grant.role not in STAFF_ROLES:
        raise NotFound()
    given = insert_if_absent(
        StaffRole,
        user_id=user.id,
        role=grant.role,
        scope_kind=grant.scope_kind,
        scope_id=grant.scope_id,
        scope_label=grant.scope_label,
        created_by_id=by.id if by else None,
    )
    if given:
        db.session.expire(user, ["staff_roles"])
        _record_role("staff.give-role", user, grant, by=by)


def take_role(user: User, held: StaffRole, *, by: User) -> None:
    """Take a role away. The last administrator of the whole bureau keeps theirs."""
    check_reach(user, by=by)
    if held.role is Role.ADMINISTRATOR and held.scope_kind is ScopeKind.BUREAU:
        _keep_an_administrator(without=user)
    grant = Grant(held.role, held.scope_kind, held.scope_id, held.scope_label)
    user.staff_roles.remove(held)
    _record_role("staff.take-role", user, grant, by=by)


def disable(user: User, *, by: User) -> None:
    """Close an account of the organiser's people: every session of it is dead at once."""
    if user.id == by.id:
        raise NotYourself()
    check_reach(user, by=by)
    _keep_an_administrator(without=user)
    if user.disabled_at is None:
        user.disabled_at = utcnow()
        end_sessions(user)
        record("staff.disable", by=by, on="user", object_id=user.id, label=user.label)


def enable(user: User, *, by: User) -> None:
    """Open a closed account again; it has to sign in anew."""
    check_reach(user, by=by)
    if user.disabled_at is not None:
        user.disabled_at = None
        user.failed_logins, user.locked_until = 0, None
        record("staff.enable", by=by, on="user", object_id=user.id, label=user.label)


def end_sessions_of(user: User, *, by: User) -> None:
    """Sign somebody else out everywhere."""
    check_reach(user, by=by)
    end_sessions(user)
    record("staff.end-sessions", by=by, on="user", object_id=user.id, label=user.label)


def check_reach(user: User, *, by: User) -> None:
    """Whoever manages staff within a scope leaves alone those whose roles reach beyond it."""
    within = by.scope_of(Permission.STAFF_MANAGE)
    if within.bureau:
        return
    for held in user.staff_roles:
        mine = within.delegations if held.scope_kind is ScopeKind.DELEGATION else within.fairs
        if held.scope_kind is ScopeKind.BUREAU or held.scope_id not in mine:
            raise Forbidden()


def _keep_an_administrator(*, without: User) -> None:
    """Raise :class:`LastAdministrator` if nobody else administers the whole bureau.

    The rows are locked first, so that two administrators cannot dismiss each other at once.
    """
    everybody = select(StaffRole.id).where(
        StaffRole.role == Role.ADMINISTRATOR, StaffRole.scope_kind == ScopeKind.BUREAU
    )
    db.session.execute(everybody.order_by(StaffRole.id).with_for_update())
    if not any(
        row.role is Role.ADMINISTRATOR and row.scope_kind is ScopeKind.BUREAU
        for row in without.staff_roles
    ):
        return
    others = (
        select(func.count(User.id.distinct()))
        .join(StaffRole, StaffRole.user_id == User.id)
        .where(StaffRole.role == Role.ADMINISTRATOR, StaffRole.scope_kind == ScopeKind.BUREAU)
        .where(User.disabled_at.is_(None), User.id != without.id)
    )
    if not db.session.scalar(others):
        raise LastAdministrator()


def _accepted(user: User, payload: Mapping[str, Any]) -> None:
    inviter = db.session.get(User, payload["by"]) if payload.get("by") else None
    give_role(user, Grant.from_payload(payload["grant"]), by=inviter)
    record("staff.join", by=user, on="user", object_id=user.id, label=user.label)


def _record_role(action: str, user: User, grant: Grant, *, by: User | None) -> None:
    what = {"role": grant.role.value, "scope": grant.scope_label or grant.scope_kind.value}
    gives = action == "staff.give-role"
    record(
        action,
        by=by,
        on="user",
        object_id=user.id,
        label=user.label,
        before=None if gives else what,
        after=what if gives else None,
        **_where(grant.scope_kind, grant.scope_id),
    )


def _where(kind: ScopeKind, number: int) -> dict[str, Any]:
    return {
        "fair_id": number if kind is ScopeKind.FAIR else None,
        "delegation_id": number if kind is ScopeKind.DELEGATION else None,
    }


ON_ACCEPTED["staff"] = _accepted
