"""What passes between a student and an employer at a fair: shares, ladders, letters."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship, remote

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted
from app.core.db import Model
from app.core.files import StoredFile
from app.core.masking import mask_name
from app.employers.models import Employer, Position
from app.intents.states import (
    ENDINGS,
    MARKS,
    RANK,
    REACHED_RANK,
    Act,
    AgreementStatus,
    ConsentPurpose,
    Side,
    Step,
    Warmth,
)
from app.participations.models import Participation
from app.registrations.models import Registration
from app.students.models import Resume, Student
from app.tours.models import Fair


class Consent(Model):
    """A consent of a student: for which purpose, to whom, to which version of the text."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_student_id_purpose", "student_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fair.id"))
    purpose: Mapped[ConsentPurpose]
    text_version: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None]

    employer: Mapped[Employer | None] = relationship()


class ResumeShare(Model):
    """A student's resume and phone, given to one employer at one fair; revocable."""

    __tablename__ = "resume_share"
    __table_args__ = (UniqueConstraint("fair_id", "student_id", "employer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    resume_id: Mapped[int | None] = mapped_column(ForeignKey("resume.id"))
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent.id"))
    via: Mapped[str] = mapped_column(default="booth")
    shared_at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    student: Mapped[Student] = relationship()
    employer: Mapped[Employer] = relationship()
    participation: Mapped[Participation] = relationship()
    resume: Mapped[Resume | None] = relationship()
    consent: Mapped[Consent] = relationship()


class DataView(Model):
    """Somebody of an employer looked at a student's data: the student can see this."""

    __tablename__ = "data_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    viewer_label: Mapped[str] = mapped_column(default="")
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utcnow)

    employer: Mapped[Employer | None] = relationship()


class Intent(Model):
    """One student and one employer at one fair, and how far they have come.

    ``step`` is where they are now (a rung or an ending); ``reached_rank`` the highest
    rung ever confirmed (index into ``states.LADDER``), which an ending does not lower.
    A rung that needs both is in ``proposed_step`` until the other side answers or
    ``proposal_lapses_at`` passes.
    """

    __tablename__ = "intent"
    __table_args__ = (
        UniqueConstraint("fair_id", "student_id", "employer_id"),
        Index("ix_intent_fair_id_reached_rank", "fair_id", "reached_rank"),
        Index("ix_intent_employer_id_fair_id", "employer_id", "fair_id"),
        CheckConstraint("(proposed_step is null) = (proposed_by is null)", name="proposal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"), index=True)
    step: Mapped[Step]
    reached_rank: Mapped[int] = mapped_column(default=0)
    reached_at: Mapped[datetime | None]
    proposed_step: Mapped[Step | None]
    proposed_by: Mapped[Side | None]
    proposed_at: Mapped[datetime | None]
    proposal_lapses_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    version: Mapped[int] = mapped_column(default=1)

    fair: Mapped[Fair] = relationship()
    student: Mapped[Student] = relationship()
    employer: Mapped[Employer] = relationship()
    participation: Mapped[Participation] = relationship()
    registration: Mapped[Registration | None] = relationship()
    position: Mapped[Position | None] = relationship()
    steps: Mapped[list["IntentStep"]] = relationship(
        back_populates="intent", order_by="IntentStep.id"
    )
    agreements: Mapped[list["Agreement"]] = relationship(
        back_populates="intent", order_by="Agreement.id"
    )
    notes: Mapped[list["CandidateNote"]] = relationship(
        back_populates="intent", order_by="CandidateNote.id", cascade="all, delete-orphan"
    )
    # The one row of the same fair, student and employer; shares and intents are made apart.
    share: Mapped[ResumeShare | None] = relationship(
        primaryjoin=lambda: and_(
            foreign(Intent.fair_id) == remote(ResumeShare.fair_id),
            foreign(Intent.student_id) == remote(ResumeShare.student_id),
            foreign(Intent.employer_id) == remote(ResumeShare.employer_id),
        ),
        viewonly=True,
        uselist=False,
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_shared(self) -> bool:
        """Whether the employer may see name, phone and resume now."""
        return self.share is not None and self.share.withdrawn_at is None

    @property
    def is_taken_back(self) -> bool:
        """Whether the student has taken back what they once gave."""
        return self.share is not None and self.share.withdrawn_at is not None

    @property
    def has_ended(self) -> bool:
        """Whether the ladder has ended, in one of the four ways."""
        return self.step in ENDINGS

    @property
    def is_reached(self) -> bool:
        """Whether both stand at a preliminary intent or above it now."""
        return not self.has_ended and RANK[self.step] >= REACHED_RANK

    @property
    def proposal_key(self) -> str:
        """What names the open proposal, so that nobody confirms another one than they saw."""
        if self.proposed_at is None or self.proposed_by is None:
            return ""
        micros = int(self.proposed_at.timestamp() * 1_000_000)
        return f"{self.proposed_step}-{self.proposed_by}-{self.position_id or 0}-{micros}"

    @property
    def live_agreement(self) -> "Agreement | None":
        """The letter that waits for signatures or is valid, if any."""
        return next((a for a in self.agreements if a.live_intent_id is not None), None)

    @property
    def ended_by(self) -> Side | None:
        """Which side ended the ladder; None while it stands."""
        if not self.has_ended:
            return None
        ended = [row for row in self.steps if row.step in ENDINGS]
        return ended[-1].side if ended else Side.SYSTEM

    @property
    def rungs(self) -> dict[Step, "IntentStep"]:
        """The rungs that stand, each with the act that set it: the steps read in order.

        A mark that was taken back falls out; an ending takes everything from the preliminary
        intent upwards with it, so that a ladder climbed again needs both sides again.
        """
        standing: dict[Step, IntentStep] = {}
        for row in self.steps:
            if row.step in ENDINGS:
                standing = {
                    step: row for step, row in standing.items() if RANK[step] < REACHED_RANK
                }
            elif row.act in (Act.SET, Act.CONFIRMED):
                standing[row.step] = row
            elif row.act is Act.TAKEN_BACK and row.step is not Step.PRELIMINARY:
                standing.pop(row.step, None)
        return standing

    @property
    def lower_step(self) -> Step:
        """Where the ladder stands without anything that needs both sides."""
        lower = [step for step in self.rungs if step in MARKS or step is Step.RESUME_RECEIVED]
        return max(lower, key=RANK.__getitem__, default=Step.CONTACTED)


class CandidateNote(Model):
    """What one recruiter noted about a candidate: words, tags, how much they want them.

    Read by the colleagues of the same employer only, written by its author alone, never shown to
    the student. ``user_id`` is null for notes from before they had authors.
    """

    __tablename__ = "candidate_note"
    __table_args__ = (UniqueConstraint("intent_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    intent_id: Mapped[int] = mapped_column(ForeignKey("intent.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    text: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    warmth: Mapped[Warmth | None]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    intent: Mapped[Intent] = relationship(back_populates="notes")
    user: Mapped[User | None] = relationship()


class IntentStep(StoredFile, Model):
    """One act on the ladder, kept for good: who, when, from which device, at which booth."""

    __tablename__ = "intent_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    intent_id: Mapped[int] = mapped_column(ForeignKey("intent.id"), index=True)
    step: Mapped[Step]
    act: Mapped[Act]
    side: Mapped[Side]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_label: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)
    via: Mapped[str] = mapped_column(default="")
    booth_code: Mapped[str] = mapped_column(default="")
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    reason: Mapped[str] = mapped_column(default="")

    intent: Mapped[Intent] = relationship(back_populates="steps")


class Agreement(Model):
    """A letter of intent: one text, its SHA-256, two signatures, a number.

    ``number`` (``WZ-2026-WHU-000123``) is issued when both have signed; ``public_code``
    stands in the QR of the print (``/a/<code>``). It is not an employment contract.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint(
            "status != 'signed' or (number is not null and employer_signed_at is not null"
            " and student_signed_at is not null)",
            name="signed",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    intent_id: Mapped[int] = mapped_column(ForeignKey("intent.id"), index=True)
    # The same id while the agreement is alive, null once withdrawn or refused: at most one alive.
    live_intent_id: Mapped[int | None] = mapped_column(unique=True)
    student_name: Mapped[str] = mapped_column(Encrypted("name"))
    employer_name: Mapped[str]
    public_code: Mapped[str] = mapped_column(unique=True, default=lambda: random_code(20))
    number: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[AgreementStatus] = mapped_column(default=AgreementStatus.PROPOSED)
    position_title: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    pay_text: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    terms: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(Encrypted("agreement"))
    text_sha256: Mapped[str]
    proposed_by: Mapped[Side] = mapped_column(default=Side.EMPLOYER)
    employer_signed_at: Mapped[datetime | None]
    employer_signed_by: Mapped[str] = mapped_column(default="")
    student_signed_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Side | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    intent: Mapped[Intent] = relationship(back_populates="agreements")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_live(self) -> bool:
        """Whether it waits for signatures or is valid."""
        return self.live_intent_id is not None

    @property
    def masked_name(self) -> str:
        """The student's name as anyone may see it who scans the print."""
        return mask_name(self.student_name)

    def signed_at(self, side: Side) -> datetime | None:
        """When a side signed."""
        return self.student_signed_at if side is Side.STUDENT else self.employer_signed_at


class NumberSeries(Model):
    """The last number issued in a series (``WZ-2026-WHU``)."""

    __tablename__ = "number_series"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class ContactQuota(Model):
    """How many people one member of an employer has scanned on one day, changed conditionally."""

    __tablename__ = "contact_quota"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)
    alarmed_at: Mapped[datetime | None]
