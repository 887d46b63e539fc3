"""Reading accounts."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from app.accounts.models import AccountLink, StaffRole, User
from app.accounts.permissions import Role, Scope, ScopeKind
from app.accounts.states import MESSAGES_OFF, LinkKind
from app.core.clock import utcnow
from app.core.codes import fingerprint
from app.core.crypto import keyed_hash, read_signed_text
from app.core.db import db, like
from app.core.errors import Gone, NotFound
from app.core.paging import Page, paged


def find_session_user(session_id: str) -> User | None:
    """The user a session belongs to, unless its version is old or the account disabled."""
    uid, _, version = session_id.partition(":")
    user = db.session.scalars(select(User).filter_by(uid=uid)).one_or_none()
    if user is None or not user.is_active or str(user.session_version) != version:
        return None
    return user


def find_user(uid: str) -> User | None:
    """The account with an id, if there is one."""
    return db.session.scalars(select(User).filter_by(uid=uid)).one_or_none()


def get_user(uid: str) -> User:
    """The account with an id."""
    user = find_user(uid)
    if user is None:
        raise NotFound()
    return user


def find_user_by_email(email: str) -> User | None:
    """The account with an e-mail address, in any case of letters."""
    return db.session.scalars(select(User).filter_by(email=email.strip().lower())).one_or_none()


def find_user_by_phone(phone: str) -> User | None:
    """The account with a phone, written as its 11 digits."""
    return db.session.scalars(
        select(User).filter_by(phone_hash=keyed_hash("phone", phone))
    ).one_or_none()


def only_by_text() -> ColumnElement[bool]:
    """Who has no e-mail, but a phone that text messages go to (:attr:`User.text_phone`)."""
    return and_(User.email.is_(None), User.phone_hash.is_not(None), User.role == Role.STUDENT)


def list_users_with_role(role: Role, fair_id: int | None = None) -> Sequence[User]:
    """The active people who hold a staff role; for a fair, at that fair or in the whole bureau."""
    held = StaffRole.role == role
    if fair_id is not None:
        at_fair = (StaffRole.scope_kind == ScopeKind.FAIR) & (StaffRole.scope_id == fair_id)
        held = held & (at_fair | (StaffRole.scope_kind == ScopeKind.BUREAU))
    return db.session.scalars(
        select(User).where(User.disabled_at.is_(None), User.staff_roles.any(held)).order_by(User.id)
    ).all()


def find_link(kind: LinkKind, token: str) -> AccountLink | None:
    """The link with a secret, if it can still be used."""
    link = db.session.scalars(
        select(AccountLink).filter_by(kind=kind, token_hash=fingerprint(token))
    ).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= utcnow():
        return None
    return link


def get_link(kind: LinkKind, token: str) -> AccountLink:
    """The link with a secret. Unknown, used and expired ones are all gone."""
    link = find_link(kind, token)
    if link is None:
        raise Gone()
    return link


def get_link_owner(link: AccountLink) -> User:
    """Whom a link is for; gone if the account is closed."""
    user = db.session.get(User, link.user_id) if link.user_id else None
    if user is None or not user.is_active:
        raise Gone()
    return user


def list_staff(
    within: Scope, *, text: str = "", role: Role | None = None, page: int = 1
) -> Page[User]:
    """The organiser's people, by name; for a narrower scope, those with a role in it."""
    query = select(User).where(User.role == Role.STAFF)
    if not within.bureau:
        query = query.where(User.staff_roles.any(_inside(within)))
    if role is not None:
        query = query.where(User.staff_roles.any(StaffRole.role == role))
    if text:
        pattern = like(text)
        query = query.where(
            User.name.ilike(pattern, escape="\\") | User.email.ilike(pattern, escape="\\")
        )
    return paged(query.order_by(User.disabled_at.is_not(None), User.name, User.id), page)


def get_reader(token: str) -> User:
    """Whose the link in the foot of a message to many is."""
    found = read_signed_text(MESSAGES_OFF, token)
    if found is None:
        raise NotFound()
    user = db.session.scalars(select(User).filter_by(uid=found["user"])).one_or_none()
    if user is None or not user.is_active:
        raise NotFound()
    return user


def get_staff(uid: str, within: Scope) -> User:
    """One of the organiser's people within a scope."""
    query = select(User).where(User.uid == uid, User.role == Role.STAFF)
    if not within.bureau:
        query = query.where(User.staff_roles.any(_inside(within)))
    user = db.session.scalars(query).one_or_none()
    if user is None:
        raise NotFound()
    return user


def _inside(within: Scope) -> ColumnElement[bool]:
    delegation = StaffRole.scope_kind == ScopeKind.DELEGATION
    fair = StaffRole.scope_kind == ScopeKind.FAIR
    return or_(
        delegation & StaffRole.scope_id.in_(within.delegations),
        fair & StaffRole.scope_id.in_(within.fairs),
    )


def get_staff_role(user: User, role_id: int) -> StaffRole:
    """A role somebody holds."""
    for held in user.staff_roles:
        if held.id == role_id:
            return held
    raise NotFound()


def list_invitations(within: Scope) -> list[AccountLink]:
    """The open invitations of staff, newest first, as far as somebody's scope reaches."""
    links = db.session.scalars(
        select(AccountLink)
        .where(
            AccountLink.kind == LinkKind.INVITATION,
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > utcnow(),
        )
        .order_by(AccountLink.created_at.desc(), AccountLink.id.desc())
    )
    return [link for link in links if _is_staff_invitation(link, within)]


def get_invitation(link_id: int, within: Scope) -> AccountLink:
    """An open invitation of staff within a scope."""
    for link in list_invitations(within):
        if link.id == link_id:
            return link
    raise NotFound()


def _is_staff_invitation(link: AccountLink, within: Scope) -> bool:
    grant = link.payload.get("grant")
    if link.payload.get("for") != "staff" or grant is None:
        return False
    if within.bureau:
        return True
    mine = within.delegations if grant["scope_kind"] == ScopeKind.DELEGATION.value else within.fairs
    return grant["scope_kind"] != ScopeKind.BUREAU.value and grant["scope_id"] in mine
