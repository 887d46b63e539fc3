"""The people who act for a company."""

from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.accounts.permissions import EMPLOYER_ROLES, Role
from app.accounts.queries import find_user_by_email
from app.accounts.services import (
    EmailTaken,
    create_user,
    end_sessions,
    notify_user,
    send_invitation,
)
from app.audit.services import Actor, record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.core.masking import mask_email
from app.core.text import N_
from app.employers.models import Employer, EmployerMember
from app.employers.queries import find_any_member, list_members


def notify_members(
    employer: Employer, template: str, /, *, fair_id: int | None = None, **payload: Any
) -> None:
    """Tell everybody who acts for an employer, by inbox and mail."""
    for member in list_members(employer):
        notify_user(member.user, template, fair_id=fair_id, **payload)


def invite_member(
    employer: Employer, *, email: str, name: str, role: Role, by: User
) -> EmployerMember:
    """Let a colleague in: an account that its owner opens by a link in the mail.

    Somebody who was removed before comes back with the account they had. Raises
    ``EmailTaken`` for an address that belongs to somebody else's account.
    """
    _check_role(role)
    user = find_user_by_email(email)
    member = find_any_member(user) if user is not None else None
    if user is None:
        user = create_user(email=email, role=role, name=name, password_hash=None, locale=by.locale)
    elif member is None or member.employer_id != employer.id or member.removed_at is None:
        raise EmailTaken(field="email")
    if member is None:
        member = EmployerMember(employer=employer, user=user)
        db.session.add(member)
    member.removed_at, member.role = None, role
    user.role, user.disabled_at = role, None
    db.session.flush()
    _invite(user, employer, by)
    _note(employer, "invite", by, who=mask_email(email), role=role)
    return member


def send_invitation_again(member: EmployerMember, *, by: User) -> None:
    """Send the link once more to somebody who has not opened it."""
    if member.user.password_hash is not None:
        raise Conflict(N_("This colleague has opened the account already."))
    _invite(member.user, member.employer, by)
    _note(member.employer, "invite", by, who=mask_email(member.user.email or ""))


def change_role(member: EmployerMember, role: Role, *, by: User) -> None:
    """Make a colleague an owner or a recruiter; one owner always stays."""
    _check_role(role)
    if role is not Role.EMPLOYER_OWNER:
        _keep_an_owner(member)
    member.role = member.user.role = role
    db.session.flush()
    _note(member.employer, "role", by, who=member.user.label, role=role)


def remove_member(member: EmployerMember, *, by: User) -> None:
    """End what somebody may do for a company, at once and everywhere; one owner always stays."""
    _keep_an_owner(member)
    member.removed_at = member.user.disabled_at = utcnow()
    db.session.flush()
    end_sessions(member.user)
    _note(member.employer, "remove", by, who=member.user.label)


def _check_role(role: Role) -> None:
    if role not in EMPLOYER_ROLES:
        raise DomainError(field="role")


def _keep_an_owner(leaving: EmployerMember) -> None:
    """Refuse to take the last owner away; the lock keeps two owners from removing each other."""
    query = select(EmployerMember.id).filter_by(
        employer_id=leaving.employer_id, removed_at=None, role=Role.EMPLOYER_OWNER
    )
    owners = set(db.session.scalars(query.with_for_update()))
    if owners == {leaving.id}:
        raise Conflict(N_("A company needs an owner. Make a colleague the owner first."))


def _invite(user: User, employer: Employer, by: User) -> None:
    """Send the link by which an account is opened."""
    send_invitation(user, company=employer.name, inviter=by.label)


def _note(employer: Employer, action: str, by: Actor, **facts: str) -> None:
    record(
        f"member.{action}",
        by=by,
        on="employer",
        object_id=employer.id,
        label=employer.name,
        delegation_id=employer.delegation_id,
        after=facts,
    )
