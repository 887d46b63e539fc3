"""Reading students and their resumes."""

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.students.models import Resume, Student


def find_student(user: User) -> Student | None:
    """The student behind an account, or None while the profile has not been filled in."""
    return db.session.scalars(select(Student).filter_by(user_id=user.id)).one_or_none()


def get_student(user: User) -> Student:
    """The student behind an account; NotFound while the profile has not been filled in."""
    student = find_student(user)
    if student is None:
        raise NotFound()
    return student


def find_unlinked_student(uid: str) -> Student | None:
    """A student without an account, by the name only their own browser was told."""
    query = select(Student).filter_by(uid=uid, user_id=None, closed_at=None)
    return db.session.scalars(query).one_or_none()


def current_resume(student: Student) -> Resume | None:
    """The newest resume that has not been removed."""
    query = select(Resume).filter_by(student_id=student.id, removed_at=None)
    return db.session.scalars(query.order_by(Resume.id.desc()).limit(1)).first()


def get_own_resume(user: User, uid: str) -> Resume:
    """A resume by name, for its owner only."""
    query = select(Resume).join(Student).where(Student.user_id == user.id)
    resume = db.session.scalars(query.where(Resume.uid == uid)).one_or_none()
    if resume is None or resume.removed_at is not None:
        raise NotFound()
    return resume
