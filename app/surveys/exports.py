"""The results of a survey as tables: counts and means, and the texts on their own."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from flask_babel import gettext

from app.core.sheets import Cell, Sheet
from app.core.text import N_
from app.questions.answers import in_words
from app.questions.models import Question
from app.questions.states import QuestionKind
from app.surveys.queries import Result
from app.web.i18n import bilingual, is_english

HEADINGS = (N_("Question"), N_("Kind"), N_("Answer"), N_("How many"), N_("Share in per cent"))
Texts = Callable[[Question], Sequence[str]]


def counted_rows(results: Sequence[Result]) -> Iterator[list[Cell]]:
    """Question, kind, answer, how many, share of those who answered; means as rows of their own."""
    for result in results:
        label, kind = _named(result.question)
        if not result.is_shown:
            words = gettext("fewer than 5 answers: not shown")
            yield [label, kind, words, None, None]
            continue
        yield [label, kind, gettext("answered"), result.answered, None]
        if result.mean is not None:
            yield [label, kind, gettext("mean"), result.mean, None]
        for words, number in in_counts(result):
            yield [label, kind, words, number, share(number, result.answered)]


def text_rows(results: Sequence[Result], texts: Texts) -> Iterator[list[Cell]]:
    """Question, kind and one text each, in no order that tells who wrote what."""
    for result in results:
        if result.question.is_text and result.is_shown:
            label, kind = _named(result.question)
            for text in texts(result.question):
                yield [label, kind, text, None, None]


def result_book(results: Sequence[Result], texts: Texts) -> list[Sheet]:
    """The results as sheets."""
    heads = headings()
    return [
        Sheet(gettext("Results"), heads, counted_rows(results)),
        Sheet(gettext("Texts"), heads[:3], (row[:3] for row in text_rows(results, texts))),
    ]


def headings() -> list[str]:
    """The headings of both tables."""
    return [gettext(heading) for heading in HEADINGS]


def in_counts(result: Result) -> list[tuple[str, int]]:
    """Each answer offered in words, with how many gave it."""
    if result.question.kind is QuestionKind.RATING:
        return [(key, number) for key, number in result.counts.items()]
    english = is_english()
    words = {str(one["key"]): in_words(one, english=english) for one in result.question.choices}
    return [(words.get(key, key), number) for key, number in result.counts.items()]


def share(number: int, whole: int) -> Decimal | None:
    """Per cent with one decimal."""
    return (Decimal(number * 100) / whole).quantize(Decimal("0.1")) if whole else None


def _named(question: Question) -> tuple[str, str]:
    return bilingual(question, "label"), gettext(question.kind.label)
