"""The questions of a fair."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import Model
from app.questions.states import CHOICES, TEXTS, Occasion, QuestionKind
from app.tours.models import Fair


class Question(Model):
    """One question of a fair, in both languages.

    ``position`` is 1 to 10; null once it is not asked any more. ``choices`` are
    ``{"key", "zh", "en"}`` in the order they are shown; a key is never given twice, so an
    answer keeps its meaning whatever the words become. ``limit`` counts characters.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("fair_id", "occasion", "position"),
        CheckConstraint("position is null or position between 1 and 10", name="position"),
        CheckConstraint('"limit" is null or "limit" between 1 and 4000', name="limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: random_code(16))
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    occasion: Mapped[Occasion]
    kind: Mapped[QuestionKind]
    position: Mapped[int | None]
    label_zh: Mapped[str]
    label_en: Mapped[str] = mapped_column(default="")
    help_zh: Mapped[str] = mapped_column(default="")
    help_en: Mapped[str] = mapped_column(default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    limit: Mapped[int | None]
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    retired_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()

    @property
    def field_name(self) -> str:
        """What its field is called in a form."""
        return f"q-{self.uid}"

    @property
    def is_text(self) -> bool:
        """Whether it is answered in one's own words."""
        return self.kind in TEXTS

    @property
    def is_choice(self) -> bool:
        """Whether it is answered by choosing."""
        return self.kind in CHOICES

    @property
    def is_file(self) -> bool:
        """Whether it is answered by a file."""
        return self.kind is QuestionKind.FILE

    @property
    def keys(self) -> list[str]:
        """What may be chosen, by key."""
        return [str(choice["key"]) for choice in self.choices]
