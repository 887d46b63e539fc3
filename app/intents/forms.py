"""What people type and tap between a student and an employer."""

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext
from wtforms import RadioField
from wtforms.validators import Regexp

from app.employers.models import Position
from app.intents.models import Agreement
from app.intents.services import Terms
from app.intents.states import LADDER, LATER, TAGS, Given, Step, Warmth
from app.web.forms import (
    DateField,
    FileField,
    Form,
    HiddenField,
    Length,
    Optional,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    WordField,
    filled,
    required,
)


def listed(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Values and their words as a select wants them."""
    return [SelectChoice(value, words) for value, words in pairs]


class ShareForm(Form):
    """Give, or give a little, and for which position."""

    given = WordField(enum=Given, validators=[required()])
    position = SelectField(lazy_gettext("Position"), default="")

    def offer(self, positions: list[tuple[str, str]], none: str) -> None:
        """Say which positions there are to choose from."""
        self.position.choices = [SelectChoice("", none), *listed(positions)]


class ScanForm(Form):
    """A ticket: scanned, or its short code typed."""

    code = StringField(
        lazy_gettext("Short code or ticket address"),
        validators=[
            filled(),
            Length(max=500, message=lazy_gettext("This is too long for a code.")),
        ],
    )


class KeyForm(Form):
    """An answer to the proposal that was shown."""

    key = HiddenField(validators=[Length(max=200)])


class PositionForm(Form):
    """One of the employer's positions, kept or proposed at once."""

    position = RadioField(
        lazy_gettext("Position"), validators=[required(lazy_gettext("Choose a position."))]
    )
    then = HiddenField(default="")


class WishForm(Form):
    """The position a student proposes."""

    position = RadioField(lazy_gettext("Position"), default="", validators=[Optional()])


class ReasonForm(Form):
    """Why somebody gives up; may be left out."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[Length(max=300)],
        description=lazy_gettext("The other side reads this."),
        render_kw={"rows": 3, "data-count-max": "300"},
    )


class WhyForm(ReasonForm):
    """Why somebody gives up a letter; must be said."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[filled(), Length(max=300)],
        description=lazy_gettext("The other side reads this."),
        render_kw={"rows": 3, "data-count-max": "300"},
    )


class NoteForm(Form):
    """Somebody's own note on a candidate."""

    text = TextAreaField(
        lazy_gettext("Note"), validators=[Length(max=2000)], render_kw={"rows": 3}, default=""
    )
    tags = SelectMultipleField(
        lazy_gettext("Tags"), choices=lambda: listed((tag, gettext(tag)) for tag in TAGS)
    )
    warmth = SelectField(
        lazy_gettext("How much do you want them?"),
        choices=lambda: listed(
            [("", gettext("Not said")), *((one.value, gettext(one.label)) for one in Warmth)]
        ),
        default="",
    )
    seen = HiddenField(validators=[Length(max=64)])


class LetterForm(Form):
    """What a letter of intent says beyond who and where."""

    position = StringField(lazy_gettext("Position"), validators=[filled(), Length(max=80)])
    place = StringField(lazy_gettext("Place of work"), validators=[Length(max=120)])
    pay = StringField(
        lazy_gettext("Pay"),
        validators=[Length(max=60)],
        description=lazy_gettext(
            "As it is to stand in the letter, such as 180,000–250,000 yuan a year."
        ),
    )
    starts_on = DateField(lazy_gettext("Expected start"), validators=[Optional()])
    terms = TextAreaField(
        lazy_gettext("Further terms"),
        validators=[Length(max=1000)],
        description=lazy_gettext("One agreement a line: lodging, probation, training."),
        render_kw={"rows": 4},
    )

    def to_terms(self) -> Terms:
        """The values, for the text to be composed from."""
        return Terms(
            position=self.position.data or "",
            place=self.place.data or "",
            pay=self.pay.data or "",
            starts_on=self.starts_on.data,
            text=self.terms.data or "",
        )

    @staticmethod
    def from_position(position: Position | None) -> dict[str, object]:
        """What the position says already."""
        if position is None:
            return {}
        return {"position": position.title, "place": position.place, "pay": position.pay_text}

    @staticmethod
    def from_letter(letter: Agreement) -> dict[str, object]:
        """What the letter says now."""
        return {
            "position": letter.position_title,
            "place": letter.place,
            "pay": letter.pay_text,
            "starts_on": letter.starts_on,
            "terms": letter.terms,
        }


class SignForm(Form):
    """A signature under the text with a hash: the one the page showed."""

    sha256 = HiddenField(validators=[required(), Regexp(r"^[0-9a-f]{64}$")])


class CodeForm(Form):
    """The code a student read out."""

    code = StringField(lazy_gettext("Code"), validators=[filled(), Length(max=20)])


class LaterForm(Form):
    """What came of it later, with a paper."""

    step = SelectField(
        lazy_gettext("Step"),
        choices=lambda: listed((one.value, gettext(one.label)) for one in LADDER if one in LATER),
    )
    file = FileField(
        lazy_gettext("Paper"),
        description=lazy_gettext("PDF, PNG or JPEG, at most 10 MB: the signed page or the notice."),
    )
    remark = StringField(lazy_gettext("Remark"), validators=[Length(max=200)])

    def to_step(self) -> Step:
        """The step that was chosen."""
        return Step(self.step.data)
