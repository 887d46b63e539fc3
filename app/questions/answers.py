"""What counts as an answer: read, checked against its question, and told in words.

A value is a text, the key of a choice, a list of keys or a whole number; None is no answer. A
file is no value: who keeps answers keeps it beside (:mod:`app.core.files`).
"""

import unicodedata
from typing import TypeAlias

from app.core.errors import DomainError
from app.core.text import N_
from app.questions.models import Question
from app.questions.states import LIMITS, RATINGS, QuestionKind

Value: TypeAlias = str | int | list[str] | None


class BadAnswer(DomainError):
    """An answer that is none to its question."""

    code = "bad-answer"
    message = N_("Choose one of the answers offered.")


class MissingAnswer(DomainError):
    """A question that must be answered and was not."""

    code = "missing-answer"
    message = N_("Answer this question.")


def read_value(question: Question, given: object) -> Value:
    """An answer as it is kept, or None where nothing was said.

    Raises :class:`BadAnswer` for a choice that is not offered, a text that is too long, or a
    value of another kind. Whether an answer is needed is another question.
    """
    if given in (None, "", []):
        return None
    if question.is_text:
        return _read_text(question, given)
    if question.kind is QuestionKind.RATING:
        if isinstance(given, bool) or not isinstance(given, int) or given not in RATINGS:
            raise BadAnswer(field=question.field_name)
        return given
    if question.kind is QuestionKind.ONE:
        if not isinstance(given, str) or given not in question.keys:
            raise BadAnswer(field=question.field_name)
        return given
    if question.kind is QuestionKind.ANY:
        if not isinstance(given, list) or not set(map(str, given)) <= set(question.keys):
            raise BadAnswer(field=question.field_name)
        return [key for key in question.keys if key in given]
    raise BadAnswer(field=question.field_name)


def _read_text(question: Question, given: object) -> Value:
    if not isinstance(given, str):
        raise BadAnswer(field=question.field_name)
    lines = given.replace("\r\n", "\n").replace("\r", "\n")
    if question.kind is QuestionKind.SHORT:
        lines = " ".join(lines.split())
    text = "".join(ch for ch in lines if ch == "\n" or not _is_hidden(ch)).strip()
    most = question.limit or LIMITS[question.kind]
    if len(text) > most:
        raise BadAnswer(
            N_("Write at most %(most)s characters; these are %(n)s."),
            field=question.field_name,
            most=most,
            n=len(text),
        )
    return text or None


def _is_hidden(ch: str) -> bool:
    """Whether a character is no part of a written text: controls, and marks that turn it round."""
    return unicodedata.category(ch) in {"Cc", "Cs", "Cn", "Co"} or ch in (
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )


def spoken(question: Question, value: Value, *, english: bool) -> str:
    """An answer in words, several choices with a semicolon between them."""
    if value is None:
        return ""
    if question.is_choice:
        said = {str(one["key"]): in_words(one, english=english) for one in question.choices}
        keys = value if isinstance(value, list) else [str(value)]
        return "; ".join(said.get(key, key) for key in keys)
    return str(value)


def in_words(choice: dict[str, str], *, english: bool) -> str:
    """A choice in the reader's language, else in the other."""
    zh, en = choice.get("zh", ""), choice.get("en", "")
    return (en or zh) if english else (zh or en)
