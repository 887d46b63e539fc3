"""What a student types to get a ticket."""

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectMultipleField, TelField

from app.accounts.services import BadPhone, normalise_phone
from app.core.clock import today
from app.core.text import N_
from app.places.states import EducationLevel
from app.registrations.models import FairEligibility
from app.registrations.services import Rules
from app.students.models import Student
from app.students.services import Profile, read_name, read_words
from app.web.errors import sentence
from app.web.forms import (
    BooleanField,
    FileField,
    Form,
    HiddenField,
    Length,
    Optional,
    StringField,
    TextAreaField,
    ValidationError,
    filled,
    no_control_characters,
    read_by,
    required,
    word_choices,
)

OTHER_YEAR = "other"
NEW_TERM = 9  # A new year of students begins in September.
WHY = {
    "seen": N_("Somebody else has seen or photographed it"),
    "phone": N_("I changed or lost my phone"),
    "other": N_("Another reason"),
}


def graduation_years() -> list[int]:
    """The years most who come will graduate in, likeliest first."""
    day = today()
    cohort = day.year + (day.month >= NEW_TERM)
    return [cohort, cohort + 1, cohort - 1]


def year_choices() -> list[tuple[str, str]]:
    """Tiles for the likely years and one for the rest."""
    likely = [(str(year), gettext("Class of %(year)s", year=year)) for year in graduation_years()]
    return [*likely, (OTHER_YEAR, gettext("Another year"))]


class PhoneField(TelField):
    """A mobile number; its data is the 11 digits, what was typed stays on the page."""

    data: str | None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Keep the number as its digits."""
        if validation_stopped or not self.data:
            return
        try:
            self.data = normalise_phone(self.data)
        except BadPhone as error:
            raise ValidationError(sentence(error)) from error

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.data or ""


class PhoneForm(Form):
    """Which phone gets the code."""

    phone = PhoneField(
        _("Mobile number"),
        [filled(_("Write your mobile number.")), Length(max=30)],
        render_kw={
            "inputmode": "tel",
            "autocomplete": "tel",
            "maxlength": "30",
            "autofocus": True,
        },
    )


class AboutForm(Form):
    """The code, and what is told about oneself. A view takes out what need not be asked."""

    code = StringField(_("Code"), [filled(_("Type the code from the message.")), Length(max=20)])
    name = StringField(
        _("Full name"),
        [filled(_("Write your name.")), Length(max=60), no_control_characters, read_by(read_name)],
        description=_("As on your student card"),
        render_kw={"autocomplete": "name", "maxlength": "60"},
    )
    school_name = StringField(
        _("University"),
        [
            filled(_("Write the name of your university.")),
            Length(min=2, max=80),
            no_control_characters,
            read_by(read_words, field="school_name"),
        ],
        description=_("Type a name, an abbreviation or pinyin initials, then choose"),
        render_kw={"maxlength": "80"},
    )
    school_id = HiddenField()
    school_unlisted = BooleanField(_("My university is not listed"))
    level = RadioField(
        _("Degree you will hold"),
        [required(_("Choose your degree."))],
        choices=word_choices(EducationLevel),
        description=_("The highest one, including one you are finishing now"),
    )
    major = StringField(
        _("Major"),
        [
            filled(_("Write your major.")),
            Length(max=60),
            no_control_characters,
            read_by(read_words, field="major"),
        ],
        render_kw={"maxlength": "60"},
    )
    year = RadioField(
        _("Graduation year"), [required(_("Choose your year."))], choices=year_choices
    )
    year_other = StringField(
        _("Which year"),
        [Length(max=10)],
        render_kw={"inputmode": "numeric", "maxlength": "4", "class": "xp-w-8"},
    )
    resume = FileField(
        _("CV"),
        description=_("PDF or photo, up to 10 MB. You can add it later."),
        render_kw={"accept": ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"},
    )
    agreed = BooleanField(
        validators=[required(_("Read the privacy notice and agree to it first."))]
    )
    wants_news = BooleanField()

    def validate_year_other(self, field: Any) -> None:
        """A year of its own counts only behind "another year"."""
        if self.year.data == OTHER_YEAR and not re.fullmatch("(19|20)[0-9]{2}", field.data or ""):
            raise ValidationError(gettext("Write a year such as 2026."))

    def leave_out(self, *names: str) -> None:
        """Do not ask for these."""
        for name in names:
            del self[name]

    def fill_from(self, student: Student) -> None:
        """Begin with what is known."""
        self.name.data, self.major.data = student.name, student.major
        self.school_name.data, self.school_id.data = student.school_name, student.school_id
        self.level.data = student.level.value
        if student.graduation_year in graduation_years():
            self.year.data = str(student.graduation_year)
        elif student.graduation_year:
            self.year.data, self.year_other.data = OTHER_YEAR, str(student.graduation_year)

    def to_profile(self) -> Profile:
        """What was typed; the service finds the school."""
        chosen = str(self.school_id.data or "")
        other = self.year.data == OTHER_YEAR
        return Profile(
            name=self.name.data,
            school_name=self.school_name.data,
            school_id=int(chosen) if re.fullmatch("[0-9]{1,9}", chosen) else None,
            level=EducationLevel(self.level.data),
            major=self.major.data,
            graduation_year=int(self.year_other.data if other else self.year.data),
        )


class OneTapForm(Form):
    """Nothing is missing: one button, and the privacy notice if it changed since."""

    agreed = BooleanField(
        validators=[required(_("Read the privacy notice and agree to it first."))]
    )


class ConfirmPhoneForm(PhoneForm):
    """A walk-in's phone, and the code once it has been sent."""

    code = StringField(_("Code"), [filled(_("Type the code from the message.")), Length(max=20)])


class EligibilityForm(Form):
    """Whom a fair is for; empty fields ask nothing."""

    levels = SelectMultipleField(
        _("Education"),
        choices=word_choices(EducationLevel),
        coerce=EducationLevel,
        description=_("None ticked means any."),
    )
    schools = TextAreaField(
        _("Universities"),
        [Length(max=4000)],
        description=_("One a line, by their present names; empty means any."),
        render_kw={"rows": 4},
    )
    majors = TextAreaField(
        _("Majors"),
        [Length(max=2000)],
        description=_("One a line: names of majors, or of whole categories such as 机械类."),
        render_kw={"rows": 4},
    )

    def fill_from(self, rules: FairEligibility | None) -> None:
        """Begin with the rules there are."""
        if rules is not None:
            self.levels.data = [EducationLevel(value) for value in rules.levels]
            self.schools.data = "\n".join(rules.schools)
            self.majors.data = "\n".join(rules.majors)

    def to_rules(self) -> Rules:
        """What was written."""
        return Rules(
            list(self.levels.data or []), split(self.schools.data), split(self.majors.data)
        )


def split(text: str | None) -> list[str]:
    """Names out of lines, or with commas between them, each once."""
    parts = (part.strip()[:80] for part in re.split(r"[\n、，,;；]+", text or ""))
    return [part for part in dict.fromkeys(parts) if part][:200]


class CancelForm(Form):
    """Giving a place back."""

    reason = StringField(
        _("Reason"),
        [Optional(), Length(max=200), no_control_characters],
        render_kw={"maxlength": "200"},
    )


class ReplaceForm(Form):
    """Why the old ticket shall be worthless."""

    why = RadioField(
        _("Why do you need a new one?"),
        [required(_("Choose a reason."))],
        choices=lambda: [(key, gettext(words)) for key, words in WHY.items()],
    )
