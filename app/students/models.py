"""Students and their resumes."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted
from app.core.db import Model
from app.core.files import StoredFile
from app.core.masking import mask_name
from app.places.models import School
from app.places.states import EducationLevel

CLOSED_NAME = "–"


class Student(Model):
    """A student: what an employer is told after consent, and no ID number.

    ``school_name`` is what was typed or chosen; ``school_id`` is null for schools not in
    the list. ``user_id`` is null for people registered at the desk without a phone and for
    walk-ins whose phone is not confirmed yet; only such have ``phone``, as they said it.
    ``wants_suggestions``: positions that fit level and major are shown first; off by one tap.
    A closed account keeps school, level, major and year for the statistics only.
    """

    __tablename__ = "student"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), unique=True)
    phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    phone_last4: Mapped[str | None]
    name: Mapped[str] = mapped_column(Encrypted("name"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    school_name: Mapped[str] = mapped_column(default="")
    level: Mapped[EducationLevel]
    major: Mapped[str] = mapped_column(default="")
    graduation_year: Mapped[int | None]
    origin: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    wants_news: Mapped[bool] = mapped_column(default=False)
    wants_suggestions: Mapped[bool] = mapped_column(default=True)
    privacy_version: Mapped[str] = mapped_column(default="")
    privacy_agreed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship()
    school: Mapped[School | None] = relationship()
    resumes: Mapped[list["Resume"]] = relationship(
        back_populates="student", order_by="Resume.id.desc()"
    )

    @property
    def masked_name(self) -> str:
        """The name as gates, boards and employers without consent see it."""
        return mask_name(self.name)


class Resume(StoredFile, Model):
    """A resume: a file, a text, or both. The newest that is not removed is the current one."""

    __tablename__ = "resume"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    text: Mapped[str | None] = mapped_column(Encrypted("resume"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]

    student: Mapped[Student] = relationship(back_populates="resumes")
