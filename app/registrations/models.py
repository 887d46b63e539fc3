"""A student's place at a fair, and the ticket that proves it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import EncryptedJSON
from app.core.db import Model
from app.core.files import StoredFile
from app.questions.models import Question
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair


class FairSeats(Model):
    """How many of a fair's places are taken: one row a fair, changed only conditionally.

    A row of its own, so that a thousand registrations never wait for somebody who edits
    the fair, nor raise its version. ``version`` counts the changes of the fair's tickets:
    whoever changes one holds this row until the commit, so of two versions the smaller is
    always seen first and a gate phone that asks for "everything since" misses nothing.
    """

    __tablename__ = "fair_seats"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)


class FairEligibility(Model):
    """Whom a fair is for: AND across the three, OR within each; an empty one asks nothing.

    ``levels`` are values of :class:`EducationLevel`, ``schools`` present names of schools,
    ``majors`` names of majors or of whole categories (机械类), as somebody wrote them.
    """

    __tablename__ = "fair_eligibility"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    levels: Mapped[list[str]] = mapped_column(default=list)
    schools: Mapped[list[str]] = mapped_column(default=list)
    majors: Mapped[list[str]] = mapped_column(default=list)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def is_empty(self) -> bool:
        """Whether everybody may come."""
        return not (self.levels or self.schools or self.majors)


class Registration(Model):
    """A student's place at a fair: one row for good, whatever its states.

    ``verified_at`` is when the phone was confirmed; a walk-in without a text message may
    be unverified, for this fair only. ``generation`` is the ticket's, raised by each
    re-issue.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("fair_id", "student_id"),
        Index("ix_registration_fair_id_status_waitlisted_at", "fair_id", "status", "waitlisted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    status: Mapped[RegistrationStatus]
    source: Mapped[RegistrationSource] = mapped_column(default=RegistrationSource.SELF)
    verified_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(default=0)
    registered_at: Mapped[datetime] = mapped_column(default=utcnow)
    waitlisted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    student: Mapped[Student] = relationship()
    tickets: Mapped[list["Ticket"]] = relationship(
        back_populates="registration", order_by="Ticket.generation"
    )

    @property
    def ticket(self) -> "Ticket | None":
        """The ticket that is valid now, if any."""
        return next((t for t in reversed(self.tickets) if t.revoked_at is None), None)


class Ticket(Model):
    """One generation of a registration's ticket. The code itself is never stored.

    ``hash`` is the first 16 bytes of the SHA-256 of the code; ``key_id`` names the key
    the code is derived with, so that it can be shown again. ``version`` is the fair's
    count when the ticket or its registration last changed (:class:`FairSeats`).
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("registration_id", "generation"),
        UniqueConstraint("fair_id", "short_code"),
        Index("ix_ticket_fair_id_version", "fair_id", "version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    generation: Mapped[int]
    key_id: Mapped[int]
    short_code: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(default=utcnow)
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)

    registration: Mapped[Registration] = relationship(back_populates="tickets")


class RegistrationAnswer(StoredFile, Model):
    """What somebody answered to one extra question of a fair they registered for.

    Sealed, since nobody knows what people write: ``sealed`` is ``{"value": …}`` with a value
    of :mod:`app.questions.answers`, or null where the answer is a file. Deleted with the
    person, and when the fair is long over.
    """

    __tablename__ = "registration_answer"
    __table_args__ = (UniqueConstraint("registration_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    sealed: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON("answer"))
    answered_at: Mapped[datetime] = mapped_column(default=utcnow)

    registration: Mapped[Registration] = relationship()
    question: Mapped[Question] = relationship()

    @property
    def value(self) -> Any:
        """What was answered; None where it is a file."""
        return self.sealed["value"] if self.sealed else None
