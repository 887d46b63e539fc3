"""Reading employers, the people who act for them, and their positions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.accounts.permissions import Role, Scope
from app.audit.models import AuditEntry
from app.core.db import db, like
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.employers.models import Employer, EmployerMember, Position
from app.employers.states import EmployerStatus, Ownership


@dataclass(frozen=True)
class EmployerFilter:
    """What a list of employers is narrowed by."""

    words: str = ""
    status: EmployerStatus | None = None
    delegation_id: int | None = None
    ownership: Ownership | None = None


@dataclass(frozen=True)
class PastFair:
    """One fair an employer applied for, as a reviewer is told of it."""

    fair_slug: str
    title_zh: str
    title_en: str
    starts_at: datetime
    status: Any

    @property
    def missed(self) -> bool:
        """Whether the employer did not come."""
        return bool(self.status == "no_show")


# The past is known in a room above, which the factory introduces by ``know_past``.
_pasts: list[Callable[[Employer], Sequence[PastFair]]] = []


def know_past(tell: Callable[[Employer], Sequence[PastFair]]) -> None:
    """Say who knows the fairs an employer applied for."""
    _pasts[:] = [tell]


def list_past(employer: Employer) -> Sequence[PastFair]:
    """The fairs an employer applied for, newest first."""
    return _pasts[0](employer) if _pasts else []


def clean(text: str) -> str:
    """What came in an address; PostgreSQL refuses a NUL, which is in no name of ours."""
    return text.replace("\0", "")


def get_employer(slug: str) -> Employer:
    """The employer with a slug."""
    employer = db.session.scalars(select(Employer).filter_by(slug=clean(slug))).one_or_none()
    if employer is None:
        raise NotFound()
    return employer


def find_employer_by_name(name: str) -> Employer | None:
    """The employer with exactly this full name."""
    return db.session.scalars(select(Employer).filter_by(name=name)).one_or_none()


def find_employer_by_number(number: str) -> Employer | None:
    """The employer with this credit code or old registration number."""
    same = or_(Employer.uscc == number, Employer.registration_number == number)
    return db.session.scalars(select(Employer).where(same)).first()


def find_member(user: User) -> EmployerMember | None:
    """This person's membership, unless it has been ended."""
    query = (
        select(EmployerMember)
        .filter_by(user_id=user.id, removed_at=None)
        .options(joinedload(EmployerMember.employer).joinedload(Employer.delegation))
    )
    return db.session.scalars(query).one_or_none()


def find_any_member(user: User) -> EmployerMember | None:
    """This person's membership, ended or not (a person has one row at most)."""
    return db.session.scalars(select(EmployerMember).filter_by(user_id=user.id)).one_or_none()


def find_own_employer(user: User) -> Employer | None:
    """The employer a person acts for, if any."""
    member = find_member(user)
    return member.employer if member else None


def get_own_employer(user: User) -> Employer:
    """The employer a person acts for."""
    employer = find_own_employer(user)
    if employer is None:
        raise NotFound()
    return employer


def get_own_member(employer: Employer, uid: str) -> EmployerMember:
    """A present colleague at an employer, by the uid of their account."""
    query = (
        select(EmployerMember)
        .join(EmployerMember.user)
        .where(User.uid == clean(uid))
        .filter_by(employer_id=employer.id, removed_at=None)
        .options(joinedload(EmployerMember.user))
    )
    member = db.session.scalars(query).one_or_none()
    if member is None:
        raise NotFound()
    return member


def list_members(employer: Employer) -> Sequence[EmployerMember]:
    """Who acts for an employer now, owners first."""
    query = (
        select(EmployerMember)
        .filter_by(employer_id=employer.id, removed_at=None)
        .options(joinedload(EmployerMember.user))
        .order_by(EmployerMember.id)
    )
    members = db.session.scalars(query).all()
    return sorted(members, key=lambda row: row.role is not Role.EMPLOYER_OWNER)


def count_owners(employer: Employer) -> int:
    """How many owners an employer has now."""
    query = select(func.count()).select_from(EmployerMember)
    query = query.filter_by(employer_id=employer.id, removed_at=None, role=Role.EMPLOYER_OWNER)
    return db.session.scalar(query) or 0


def list_positions(employer: Employer, *, archived: bool = False) -> Sequence[Position]:
    """An employer's positions, newest first: the present ones or those put away."""
    query = select(Position).filter_by(employer_id=employer.id).order_by(Position.id.desc())
    away = Position.archived_at.is_not(None) if archived else Position.archived_at.is_(None)
    return db.session.scalars(query.where(away)).all()


def count_positions(employer: Employer) -> int:
    """How many present positions an employer has."""
    query = select(func.count(Position.id)).filter_by(employer_id=employer.id, archived_at=None)
    return db.session.scalar(query) or 0


def get_position(employer: Employer, uid: str) -> Position:
    """One of an employer's own positions."""
    query = select(Position).filter_by(employer_id=employer.id, uid=clean(uid))
    position = db.session.scalars(query).one_or_none()
    if position is None:
        raise NotFound()
    return position


def get_employer_within(slug: str, scope: Scope) -> Employer:
    """An employer for somebody of the organiser; outside their delegations there is none."""
    query = _within(select(Employer).filter_by(slug=clean(slug)), scope)
    query = query.options(
        joinedload(Employer.delegation),
        joinedload(Employer.reviewed_by),
        selectinload(Employer.positions),
    )
    found: Employer | None = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_employers(wanted: EmployerFilter, scope: Scope, page: int = 1) -> Page[Employer]:
    """Employers for the organiser: those waiting longest first, then by name."""
    query = _within(_narrowed(select(Employer), wanted), scope)
    query = query.options(joinedload(Employer.delegation), selectinload(Employer.positions))
    waiting = Employer.status != EmployerStatus.PENDING
    return paged(query.order_by(waiting, Employer.submitted_at, Employer.id), page)


def count_employers_by_status(scope: Scope) -> dict[EmployerStatus, int]:
    """How many employers there are in each state."""
    query = select(Employer.status, func.count()).group_by(Employer.status)
    counted = {status: int(n) for status, n in db.session.execute(_within(query, scope))}
    return {status: counted.get(status, 0) for status in EmployerStatus}


def list_history(employer: Employer, limit: int = 50) -> Sequence[AuditEntry]:
    """What was done to an employer and by whom, newest first."""
    query = (
        select(AuditEntry)
        .filter_by(object_kind="employer", object_id=employer.id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()


def list_slugs_like(slug: str) -> set[str]:
    """The slugs that begin with one."""
    query = select(Employer.slug).where(Employer.slug.startswith(slug, autoescape=True))
    return set(db.session.scalars(query))


def matches_words(words: str) -> Any:
    """The condition that every word occurs in an employer's names, code or initials."""
    columns = (
        Employer.name,
        Employer.name_en,
        Employer.short_name,
        Employer.initials,
        Employer.uscc,
    )
    return and_(
        True,
        *(
            or_(*(column.ilike(like(word), escape="\\") for column in columns))
            for word in clean(words).split()[:8]
        ),
    )


def _narrowed(query: Select[Any], wanted: EmployerFilter) -> Select[Any]:
    if wanted.words:
        query = query.where(matches_words(wanted.words))
    if wanted.status:
        query = query.where(Employer.status == wanted.status)
    if wanted.ownership:
        query = query.where(Employer.ownership == wanted.ownership)
    if wanted.delegation_id:
        query = query.where(Employer.delegation_id == wanted.delegation_id)
    return query


def _within(query: Any, scope: Scope) -> Any:
    if scope.bureau:
        return query
    return query.where(Employer.delegation_id.in_(scope.delegations))
