"""Surveys, and answers without names."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import Model
from app.questions.models import Question
from app.questions.states import Occasion
from app.surveys.states import SurveyStatus
from app.tours.models import Fair

UID_LENGTH = 8


class Survey(Model):
    """One survey of a fair, of those who came or of the employers that did.

    ``uid`` begins every link to it. ``invited`` counts the links that were made; it stays
    when the unanswered ones are deleted. ``last_asked_id`` is the last
    registration or participation that got one; ``sent_at``: everybody has got theirs.
    ``texts`` people without an e-mail are told by text message; ``texted`` of these are
    written.
    """

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("fair_id", "occasion"),
        CheckConstraint("occasion <> 'registration'", name="audience"),
        CheckConstraint("closes_at > opened_at", name="times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: random_code(UID_LENGTH))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    occasion: Mapped[Occasion]
    status: Mapped[SurveyStatus] = mapped_column(default=SurveyStatus.OPEN)
    closes_at: Mapped[datetime]
    invited: Mapped[int] = mapped_column(default=0)
    last_asked_id: Mapped[int] = mapped_column(default=0)
    texts: Mapped[int] = mapped_column(default=0, server_default="0")
    texted: Mapped[int] = mapped_column(default=0, server_default="0")
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    opened_by: Mapped[User | None] = relationship()

    @property
    def cause(self) -> str:
        """What its notices are counted and wiped by."""
        return f"survey:{self.id}"

    def is_open_at(self, moment: datetime) -> bool:
        """Whether answers are taken at a moment: until the day it closes, whoever closes it."""
        return self.status is SurveyStatus.OPEN and moment < self.closes_at


class SurveyResponse(Model):
    """One link and what came back through it. It points to nobody.

    ``token_hash`` is the SHA-256 of the link's secret, so that a second answer replaces the
    first; it is deleted when the survey closes, and with it every link that was not used.
    Only the day of an answer is kept. The key is random: rows are not in the order in which
    people registered.
    """

    __tablename__ = "survey_response"

    uid: Mapped[str] = mapped_column(primary_key=True, default=random_code)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    answered_on: Mapped[date | None]

    survey: Mapped[Survey] = relationship()


class SurveyAnswer(Model):
    """One thing said: a text, the number of a rating, or a chosen key; a row for each key."""

    __tablename__ = "survey_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    response_uid: Mapped[str] = mapped_column(ForeignKey("survey_response.uid"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    value: Mapped[str]

    question: Mapped[Question] = relationship()
