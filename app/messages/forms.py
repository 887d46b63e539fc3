"""What an organiser writes, and to whom."""

from collections.abc import Iterable

from flask_babel import lazy_gettext

from app.core.codes import random_code
from app.messages.placeholders import Words
from app.messages.services import Outgoing
from app.messages.states import Segment
from app.web.forms import (
    BooleanField,
    Form,
    HiddenField,
    Length,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    WordField,
    filled,
    required,
)

SUBJECT, BODY = 60, 2000
_LONG_SUBJECT = lazy_gettext("At most 60 characters.")
_LONG_BODY = lazy_gettext("At most 2,000 characters.")


class MessageForm(Form):
    """Group, words, ways. ``key`` and ``seen`` are what the last page before sending showed."""

    segment = WordField(
        lazy_gettext("To whom"),
        enum=Segment,
        empty="",
        validators=[required(lazy_gettext("Choose who gets it."))],
    )
    delegation = SelectField(lazy_gettext("Delegation"), default="")
    whole_stop = BooleanField(lazy_gettext("Employers of all fairs of this stop"))
    by_mail = BooleanField(lazy_gettext("Also by mail to whoever has an address"), default=True)
    by_text = BooleanField(lazy_gettext("Text messages"))
    subject_zh = StringField(
        lazy_gettext("Subject in Chinese"),
        validators=[filled(), Length(max=SUBJECT, message=_LONG_SUBJECT)],
    )
    body_zh = TextAreaField(
        lazy_gettext("Text in Chinese"),
        validators=[filled(), Length(max=BODY, message=_LONG_BODY)],
        render_kw={"rows": 8},
    )
    subject_en = StringField(
        lazy_gettext("Subject in English"),
        validators=[Length(max=SUBJECT, message=_LONG_SUBJECT)],
    )
    body_en = TextAreaField(
        lazy_gettext("Text in English"),
        validators=[Length(max=BODY, message=_LONG_BODY)],
        render_kw={"rows": 6},
    )
    key = HiddenField(validators=[Length(max=40)])
    seen = HiddenField(validators=[Length(max=60)])

    def offer(self, delegations: Iterable[tuple[int, str]], *, everybody: str | None) -> None:
        """Say whose employers may be chosen; ``everybody`` is the choice of all, if there is."""
        choices = [SelectChoice(str(number), name) for number, name in delegations]
        if everybody is not None:
            choices.insert(0, SelectChoice("", everybody))
        self.delegation.choices = choices
        if everybody is None and not self.delegation.data and choices:
            self.delegation.data = choices[0].value

    def to_outgoing(self) -> Outgoing:
        """What was filled in."""
        words = Words(
            self.subject_zh.data or "",
            self.body_zh.data or "",
            self.subject_en.data or "",
            self.body_en.data or "",
        )
        return Outgoing(
            segment=self.segment.data,
            words=words,
            delegation_id=int(self.delegation.data) if self.delegation.data else None,
            whole_stop=bool(self.whole_stop.data),
            by_mail=bool(self.by_mail.data),
            by_text=bool(self.by_text.data),
        )

    def renew(self, seen: str) -> None:
        """Make this the page that asks for the last time."""
        self.key.data, self.seen.data = random_code(), seen
