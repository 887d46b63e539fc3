"""Reading the questions of fairs."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select

from app.core.db import db
from app.core.errors import NotFound
from app.questions.models import Question
from app.questions.states import Occasion
from app.tours.models import Fair


def list_asked(fair: Fair, occasion: Occasion) -> list[Question]:
    """The questions that are asked now, in their order: at most ten."""
    query = _of(fair, occasion).where(Question.position.is_not(None))
    return list(db.session.scalars(query.order_by(Question.position)))


def list_asked_shared(fair: Fair, occasion: Occasion) -> list[Question]:
    """The same, read anew and kept from being changed until the commit.

    An editor waits meanwhile, and then sees the answer. SQLite has one writer anyway.
    """
    query = _of(fair, occasion).where(Question.position.is_not(None)).order_by(Question.id)
    rows = db.session.scalars(
        query.with_for_update(read=True), execution_options={"populate_existing": True}
    )
    return sorted(rows, key=lambda row: row.position or 0)


def list_retired(fair: Fair, occasion: Occasion) -> list[Question]:
    """The questions that were answered and are not asked any more, the latest first."""
    query = _of(fair, occasion).where(Question.position.is_(None))
    return list(db.session.scalars(query.order_by(Question.retired_at.desc(), Question.id)))


def list_all(fair: Fair, occasion: Occasion) -> list[Question]:
    """Every question there ever was an answer to, those still asked first."""
    return [*list_asked(fair, occasion), *list_retired(fair, occasion)]


def list_by_ids(ids: Collection[int]) -> Sequence[Question]:
    """Questions by id."""
    return db.session.scalars(select(Question).where(Question.id.in_(ids))).all()


def get_question(fair: Fair, occasion: Occasion, uid: str) -> Question:
    """One question of a fair, asked or retired."""
    found = db.session.scalars(_of(fair, occasion).where(Question.uid == uid)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def count_asked(fair: Fair, occasion: Occasion) -> int:
    """How many questions are asked now."""
    return len(list_asked(fair, occasion))


def list_fairs_asking(occasion: Occasion, *, without: Fair, limit: int = 30) -> Sequence[Fair]:
    """Other fairs that ask something at an occasion, the latest first."""
    asking = select(Question.fair_id).where(
        Question.occasion == occasion, Question.position.is_not(None)
    )
    query = select(Fair).where(Fair.id.in_(asking), Fair.id != without.id)
    return db.session.scalars(query.order_by(Fair.starts_at.desc()).limit(limit)).all()


def _of(fair: Fair, occasion: Occasion) -> Select[Question]:
    return select(Question).where(Question.fair_id == fair.id, Question.occasion == occasion)
