"""Writing the questions of a fair.

What an answer meant when it was given stays: an answered question keeps its kind, and each
choice its place in the answers. Words may be mended and choices added; for anything else
the question is retired and another one asked, so that no answer is ever read against a
question it was not given to.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.questions import queries
from app.questions.models import Question
from app.questions.states import (
    CHOICES,
    FEWEST_CHOICES,
    KINDS,
    LIMITS,
    MOST_CHARACTERS,
    MOST_CHOICES,
    MOST_FILES,
    MOST_QUESTIONS,
    TEXTS,
    Occasion,
    QuestionKind,
)
from app.tours.models import Fair

Q = QuestionKind


class TooManyQuestions(DomainError):
    """Nobody fills in more than ten."""

    code = "too-many-questions"
    message = N_("There are ten questions already. Remove one first.")


class BadQuestion(DomainError):
    """A question nobody could answer."""

    code = "bad-question"


class MeaningIsFixed(DomainError):
    """People have answered: what the question asks cannot become something else."""

    code = "question-answered"
    message = N_(
        "This question has answers, so its kind stays: an answer must not be read against a "
        "question it was not given to. Remove it and write a new one; the answers are kept."
    )


@dataclass(frozen=True)
class Choice:
    """One of the answers offered. ``key`` is empty for a new one."""

    zh: str
    en: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A question as somebody writes it."""

    kind: QuestionKind
    label_zh: str
    label_en: str = ""
    help_zh: str = ""
    help_en: str = ""
    is_required: bool = False
    limit: int | None = None
    choices: list[Choice] = field(default_factory=list)


# How rooms that keep answers say which of some questions have any; the factory connects them.
_answered: list[Callable[[list[int]], set[int]]] = []


def know_answers(*find: Callable[[list[int]], set[int]]) -> None:
    """Take the question "which of these have answers?", which only rooms above can answer."""
    _answered[:] = find


def answered_of(questions: list[Question]) -> set[int]:
    """The ids of those questions that somebody has answered."""
    ids = [row.id for row in questions]
    return set().union(*(find(ids) for find in _answered)) if ids else set()


def add_question(fair: Fair, occasion: Occasion, draft: Draft, *, by: User) -> Question:
    """Ask one more, as the last. Raises :class:`TooManyQuestions`, :class:`BadQuestion`."""
    asked = queries.list_asked(fair, occasion)
    question = Question(fair_id=fair.id, occasion=occasion, kind=draft.kind, choices=[])
    _check_kind(question, asked)
    _write(question, draft)
    _place(question, asked)
    _note("question.add", question, by)
    return question


def edit_question(question: Question, draft: Draft, *, by: User) -> Question:
    """Change a question as far as its answers allow. Raises :class:`MeaningIsFixed` beyond."""
    _hold(question)
    if answered_of([question]):
        _check_meaning(question, draft)
    elif draft.kind is not question.kind:
        question.kind, question.choices = draft.kind, []
        others = queries.list_asked(question.fair, question.occasion)
        _check_kind(question, [row for row in others if row is not question])
    _write(question, draft)
    db.session.flush()
    _note("question.edit", question, by)
    return question


def remove_question(question: Question, *, by: User) -> bool:
    """Ask it no more: with its answers it is kept aside, without it is gone.

    Returns whether it was kept.
    """
    _hold(question)
    _note("question.remove", question, by)
    is_kept = bool(answered_of([question]))
    if is_kept:
        question.position, question.retired_at = None, question.retired_at or utcnow()
    else:
        db.session.delete(question)
    db.session.flush()
    _number(queries.list_asked(question.fair, question.occasion))
    return is_kept


def restore_question(question: Question, *, by: User) -> Question:
    """Ask a retired question again, as the last one."""
    _hold(question)
    if question.position is None:
        asked = queries.list_asked(question.fair, question.occasion)
        _check_kind(question, asked)
        question.retired_at = None
        _place(question, asked)
        _note("question.restore", question, by)
    return question


def move_question(question: Question, *, up: bool, by: User) -> None:
    """One place earlier or later."""
    asked = queries.list_asked(question.fair, question.occasion)
    if question not in asked:
        return
    at = asked.index(question)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(asked):
        return
    asked[at], asked[to] = asked[to], asked[at]
    _number(asked)
    _note("question.move", question, by)


def copy_questions(source: Fair, target: Fair, occasion: Occasion, *, by: User) -> int:
    """Ask at one fair what another asks, as far as there is room; return how many were taken."""
    there = {row.label_zh for row in queries.list_asked(target, occasion)}
    taken = 0
    for row in queries.list_asked(source, occasion):
        if row.label_zh in there:
            continue
        if queries.count_asked(target, occasion) >= MOST_QUESTIONS:
            break
        add_question(target, occasion, _draft_of(row), by=by)
        taken += 1
    return taken


def _draft_of(row: Question) -> Draft:
    return Draft(
        kind=row.kind,
        label_zh=row.label_zh,
        label_en=row.label_en,
        help_zh=row.help_zh,
        help_en=row.help_en,
        is_required=row.is_required,
        limit=row.limit,
        choices=[Choice(one["zh"], one.get("en", "")) for one in row.choices],
    )


# ---------------------------------------------------------------------------- rules


def _hold(question: Question) -> None:
    """Lock it: whoever is answering now is waited for, and counts."""
    db.session.execute(select(Question.id).filter_by(id=question.id).with_for_update())
    db.session.refresh(question)


def _check_kind(question: Question, others: list[Question]) -> None:
    if question.kind not in KINDS[question.occasion]:
        raise BadQuestion(N_("Such a question cannot be asked here."), field="kind")
    if question.kind is Q.FILE and sum(row.is_file for row in others) >= MOST_FILES:
        raise BadQuestion(N_("At most two questions may ask for a file."), field="kind")


def _check_meaning(question: Question, draft: Draft) -> None:
    if draft.kind is not question.kind:
        raise MeaningIsFixed(field="kind")
    if set(question.keys) - {one.key for one in draft.choices}:
        raise MeaningIsFixed(
            N_(
                "This question has answers, so no choice can be taken away: somebody may have "
                "chosen it. Choices may be added, and their words mended."
            ),
            field="choices",
        )
    if question.is_text and (draft.limit or LIMITS[question.kind]) < (
        question.limit or LIMITS[question.kind]
    ):
        raise MeaningIsFixed(
            N_("This question has answers, so fewer characters cannot be allowed than before."),
            field="limit",
        )


def _write(question: Question, draft: Draft) -> None:
    if not draft.label_zh:
        raise BadQuestion(N_("Write the question."), field="label_zh")
    question.label_zh, question.label_en = draft.label_zh, draft.label_en
    question.help_zh, question.help_en = draft.help_zh, draft.help_en
    question.is_required = draft.is_required
    question.limit = _limit_of(question.kind, draft.limit) if question.kind in TEXTS else None
    question.choices = _choices_of(question, draft) if question.kind in CHOICES else []


def _limit_of(kind: QuestionKind, limit: int | None) -> int:
    limit = LIMITS[kind] if limit is None else limit
    if not 1 <= limit <= MOST_CHARACTERS[kind]:
        raise BadQuestion(
            N_("Between 1 and %(most)s characters."), field="limit", most=MOST_CHARACTERS[kind]
        )
    return limit


def _choices_of(question: Question, draft: Draft) -> list[dict[str, Any]]:
    known = set(question.keys)
    written = [one for one in draft.choices if one.zh or one.en]
    if not FEWEST_CHOICES <= len(written) <= MOST_CHOICES:
        raise BadQuestion(
            N_("Offer between %(few)s and %(most)s choices."),
            field="choices",
            few=FEWEST_CHOICES,
            most=MOST_CHOICES,
        )
    if not all(one.zh for one in written):
        raise BadQuestion(N_("Write each choice in Chinese."), field="choices")
    if len({one.zh for one in written}) < len(written):
        raise BadQuestion(N_("Two choices are the same."), field="choices")
    kept = [one.key for one in written if one.key in known]
    if len(kept) > len(set(kept)):
        raise BadQuestion(N_("Two choices are the same."), field="choices")
    # New choices count on, so that a key in somebody's answer never means another choice.
    last = max([_number_of(key) for key in known], default=0)
    made = []
    for one in written:
        key = one.key if one.key in known else ""
        if not key:
            last += 1
            key = str(last)
        made.append({"key": key, "zh": one.zh, "en": one.en})
    return made


def _number_of(key: str) -> int:
    return int(key) if key.isdigit() else 0


def _place(question: Question, asked: list[Question]) -> None:
    """Put it last. Of two editors at once the second is told, by the constraint."""
    if len(asked) >= MOST_QUESTIONS:
        raise TooManyQuestions()
    question.position = len(asked) + 1
    try:
        with db.session.begin_nested():
            db.session.add(question)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict() from error


def _number(asked: list[Question]) -> None:
    """Number from 1 in this order; two rows never hold one number, not even on the way."""
    wanted = {row.id: number for number, row in enumerate(asked, start=1)}
    wrong = [row for row in asked if row.position != wanted[row.id]]
    for row in wrong:
        row.position = None
    db.session.flush()
    for row in wrong:
        row.position = wanted[row.id]
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise Conflict() from error


def _note(action: str, question: Question, by: User) -> None:
    record(
        action,
        by=by,
        on="question",
        object_id=question.id,
        label=question.label_zh[:80],
        fair_id=question.fair_id,
    )
