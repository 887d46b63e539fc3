"""Makers of registrations, by the front door: places are counted and tickets issued."""

from app.core.db import db
from app.questions.models import Question
from app.questions.states import Occasion, QuestionKind
from app.registrations import services
from tests.factories import make_coming_fair, make_student, save


def make_registration(fair=None, student=None, **given):
    registration = services.register(student or make_student(), fair or make_coming_fair(), **given)
    db.session.commit()
    return registration


def make_question(fair, label_zh="怎么来？", **given):
    """A question of a fair, as its last; choices are their Chinese words."""
    occasion = given.pop("occasion", Occasion.REGISTRATION)
    words = given.pop("choices", ())
    asked = db.session.query(Question).filter_by(fair_id=fair.id, occasion=occasion).count()
    usual = {
        "fair_id": fair.id,
        "occasion": occasion,
        "kind": QuestionKind.ONE if words else QuestionKind.SHORT,
        "position": asked + 1,
        "label_zh": label_zh,
        "choices": [{"key": str(n), "zh": zh, "en": ""} for n, zh in enumerate(words, start=1)],
    }
    return save(Question(**usual | given))
