"""How an organiser writes a question."""

from typing import Any

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import FieldList, FormField

from app.questions.models import Question
from app.questions.services import Choice, Draft
from app.questions.states import KINDS, MOST_CHOICES, Occasion, QuestionKind
from app.web.forms import (
    BooleanField,
    Form,
    HiddenField,
    IntegerField,
    Length,
    NumberRange,
    Optional,
    SelectField,
    StringField,
    TextAreaField,
    WordField,
    filled,
    strip,
)

LONGEST_LABEL = 200
LONGEST_HELP = 400
LONGEST_CHOICE = 120


class ChoiceForm(wtforms.Form):
    """One answer offered, in both languages."""

    key = HiddenField(validators=[Length(max=8)])
    zh = StringField(filters=[strip], validators=[Length(max=LONGEST_CHOICE)])
    en = StringField(filters=[strip], validators=[Length(max=LONGEST_CHOICE)])


class QuestionForm(Form):
    """A question in both languages, its kind, and what its kind needs."""

    label_zh = StringField(
        _("Question in Chinese"),
        [filled(_("Write the question.")), Length(max=LONGEST_LABEL)],
        render_kw={"maxlength": str(LONGEST_LABEL), "lang": "zh-Hans"},
    )
    label_en = StringField(
        _("Question in English"),
        [Optional(), Length(max=LONGEST_LABEL)],
        render_kw={"maxlength": str(LONGEST_LABEL), "lang": "en"},
    )
    help_zh = TextAreaField(
        _("Explanation in Chinese"),
        [Optional(), Length(max=LONGEST_HELP)],
        description=_("One sentence under the question, where it needs one."),
        render_kw={"rows": 2, "maxlength": str(LONGEST_HELP), "lang": "zh-Hans"},
    )
    help_en = TextAreaField(
        _("Explanation in English"),
        [Optional(), Length(max=LONGEST_HELP)],
        render_kw={"rows": 2, "maxlength": str(LONGEST_HELP), "lang": "en"},
    )
    kind = WordField(_("How it is answered"), enum=QuestionKind)
    is_required = BooleanField(_("Must be answered"))
    limit = IntegerField(
        _("Characters at most"),
        [Optional(), NumberRange(min=1, max=4000)],
        description=_("Empty means 100 for a short text and 1,000 for a long one."),
        render_kw={"class": "xp-w-8", "inputmode": "numeric"},
    )
    choices = FieldList(FormField(ChoiceForm), min_entries=MOST_CHOICES, max_entries=MOST_CHOICES)

    def offer(self, occasion: Occasion) -> None:
        """Offer the kinds that may be asked at an occasion."""
        labels = [(kind.value, gettext(kind.label)) for kind in KINDS[occasion]]
        self.kind.choices = [choice for choice in self.kind.choices if choice.value in dict(labels)]

    def fill_from(self, question: Question) -> None:
        """Begin with the question as it stands."""
        for name in ("label_zh", "label_en", "help_zh", "help_en", "is_required", "limit", "kind"):
            self[name].data = getattr(question, name)
        for entry, choice in zip(self.choices, question.choices, strict=False):
            entry.form.key.data = choice["key"]
            entry.form.zh.data, entry.form.en.data = choice["zh"], choice.get("en", "")

    def to_draft(self) -> Draft:
        """What was written."""
        return Draft(
            kind=self.kind.data,
            label_zh=self.label_zh.data,
            label_en=self.label_en.data or "",
            help_zh=self.help_zh.data or "",
            help_en=self.help_en.data or "",
            is_required=bool(self.is_required.data),
            limit=self.limit.data,
            choices=[_choice(entry.form) for entry in self.choices if _is_written(entry.form)],
        )


def _choice(form: Any) -> Choice:
    return Choice(form.zh.data or "", form.en.data or "", form.key.data or "")


def _is_written(form: Any) -> bool:
    return bool(form.zh.data or form.en.data)


class CopyForm(Form):
    """Another fair whose questions are to be asked here too."""

    source = SelectField(_("Fair"), [filled(_("Choose a fair."))], choices=[])
