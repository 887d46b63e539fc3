"""Finding what has served its time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.db import Model, db
from app.core.files import StoredFile
from app.registrations.models import Registration
from app.students.models import Student
from app.tours.models import Fair


def list_forgettable(before: datetime, limit: int) -> Sequence[Student]:
    """Students whose last fair ended before a moment and who have not signed in since."""
    last_fair = (
        select(func.max(Fair.ends_at))
        .join(Registration, Registration.fair_id == Fair.id)
        .where(Registration.student_id == Student.id)
        .scalar_subquery()
    )
    query = (
        select(Student)
        .outerjoin(Student.user)
        .where(
            Student.closed_at.is_(None),
            Student.created_at < before,
            func.coalesce(last_fair, Student.created_at) < before,
            func.coalesce(User.last_login_at, Student.created_at) < before,
        )
        .order_by(Student.id)
    )
    return db.session.scalars(query.limit(limit)).all()


def list_doubles(limit: int) -> Sequence[Student]:
    """Walk-ins that turned out to be somebody with an account: closed, and not yet nameless.

    Whoever is made nameless is written last at that moment, so only they were closed later
    than they were written.
    """
    query = select(Student).where(Student.user_id.is_(None), Student.closed_at > Student.updated_at)
    return db.session.scalars(query.order_by(Student.id).limit(limit)).all()


def list_idle_users(before: datetime, limit: int) -> Sequence[User]:
    """Phones that signed in once, never registered for anything, and have not come back."""
    query = (
        select(User)
        .outerjoin(Student, Student.user_id == User.id)
        .where(
            User.role == Role.STUDENT,
            User.phone_hash.is_not(None),
            Student.id.is_(None),
            User.created_at < before,
            func.coalesce(User.last_login_at, User.created_at) < before,
        )
        .order_by(User.id)
    )
    return db.session.scalars(query.limit(limit)).all()


def list_file_keys() -> set[str]:
    """Every kept file that a row of whatever room still points to."""
    owners = [
        mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, StoredFile)
    ]
    keys: set[str] = set()
    for owner in owners:
        keys.update(db.session.scalars(select(owner.file_key).where(owner.file_key.is_not(None))))
    return keys


def has_run_since(moment: datetime) -> bool:
    """Whether the retention job has done its work after a moment."""
    query = select(AuditEntry.id).where(
        AuditEntry.action == "retention.run", AuditEntry.at > moment
    )
    return db.session.scalar(query.limit(1)) is not None
