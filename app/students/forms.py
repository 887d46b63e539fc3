"""What a student changes about themselves."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import EmailField, RadioField

from app.accounts.services import BadEmail, normalise_email
from app.places.states import EducationLevel
from app.students.models import Student
from app.students.services import TEXT_LIMIT, Profile, read_name, read_words
from app.web.errors import sentence
from app.web.forms import (
    BooleanField,
    FileField,
    Form,
    HiddenField,
    IntegerField,
    Length,
    NumberRange,
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


class ProfileForm(Form):
    """Everything an employer is told after consent, and where to write to."""

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
    graduation_year = IntegerField(
        _("Graduation year"),
        [
            required(_("Write a year such as 2026.")),
            NumberRange(1970, 2099, _("Write a year such as 2026.")),
        ],
        render_kw={"inputmode": "numeric", "class": "xp-w-8"},
    )
    origin = StringField(
        _("Home town"),
        [Optional(), Length(max=60), no_control_characters, read_by(read_words, field="origin")],
        description=_("Province and city; helps employers who look for people from there"),
        render_kw={"maxlength": "60"},
    )
    email = EmailField(
        _("E-mail"),
        [Optional(), Length(max=254), no_control_characters],
        description=_("Employers you give your CV to can write to you there"),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": "254"},
    )
    wants_news = BooleanField()
    agreed = BooleanField(
        validators=[required(_("Read the privacy notice and agree to it first."))]
    )

    def validate_email(self, field: Any) -> None:
        """Keep the address as it is stored."""
        if field.data:
            try:
                field.data = normalise_email(field.data)
            except BadEmail as error:
                raise ValidationError(sentence(error)) from error

    def fill_from(self, student: Student) -> None:
        """Begin with what is known."""
        for name in ("name", "school_name", "school_id", "major", "graduation_year"):
            self[name].data = getattr(student, name)
        self.level.data = student.level.value
        self.origin.data, self.email.data = student.origin, student.email
        self.wants_news.data = student.wants_news
        self.school_unlisted.data = bool(student.school_name) and student.school_id is None

    def to_profile(self) -> Profile:
        """What was typed; the service finds the school."""
        chosen = str(self.school_id.data or "")
        is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
        return Profile(
            name=self.name.data,
            school_name=self.school_name.data,
            school_id=int(chosen) if is_number else None,
            level=EducationLevel(self.level.data),
            major=self.major.data,
            graduation_year=self.graduation_year.data,
            origin=self.origin.data or "",
            email=self.email.data or "",
        )


class ResumeForm(Form):
    """A file, a text, or both."""

    file = FileField(
        _("File"),
        description=_("PDF, PNG or JPEG, up to 10 MB"),
        render_kw={"accept": ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"},
    )
    text = TextAreaField(
        _("In your own words"),
        [Optional(), Length(max=TEXT_LIMIT)],
        description=_("What you can do, what you are looking for"),
        render_kw={"rows": 8, "data-count-max": TEXT_LIMIT},
    )
