"""What companies type: who they are, whom they let in, what they hire for."""

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import EmailField, PasswordField, TelField
from wtforms.validators import URL

from app.accounts.permissions import Role
from app.accounts.services import BadEmail, normalise_email
from app.core.text import N_
from app.employers.services import PositionDetails, Profile
from app.employers.states import Ownership, PillarIndustry
from app.employers.uscc import Checked, NumberRefused, PersonalNumber, check_uscc
from app.employers.wording import read_openings
from app.places.states import EducationLevel
from app.web.errors import sentence
from app.web.forms import (
    DateField,
    Form,
    HiddenField,
    Length,
    Optional,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    WordField,
    filled,
    required,
    word_choices,
)


class NumberField(StringField):
    """A credit code. What turns out to be a person's ID number is forgotten at once."""

    checked: Checked | None = None
    data: str | None
    raw_data: list[str] | None

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        """Check it, and keep what may be kept."""
        if validation_stopped or not self.data:
            return
        try:
            self.checked = check_uscc(self.data)
        except PersonalNumber as error:
            self.data, self.raw_data = "", []
            raise ValidationError(sentence(error)) from None
        except NumberRefused as error:
            raise ValidationError(sentence(error)) from None
        self.data = self.checked.uscc or self.checked.registration_number


class MailField(EmailField):
    """An e-mail address; its data is as it is stored."""

    data: str | None

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        """Keep the address in its stored form."""
        if validation_stopped or not self.data:
            return
        try:
            self.data = normalise_email(self.data)
        except BadEmail as error:
            raise ValidationError(sentence(error)) from error


class AnyPhoneField(TelField):
    """A phone of an office: mobile or landline with extension."""

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        """Digits, and the marks people put between them."""
        if validation_stopped or not self.data:
            return
        digits = re.sub(r"\D", "", self.data)
        if not re.fullmatch(r"[\d+()/#,转\s-]+", self.data) or not 6 <= len(digits) <= 20:
            raise ValidationError(_("Write a phone number such as 0577-88000000 or 13800000000."))


def upper_limit(length: int) -> Length:
    """The validator for the longest text a field takes."""
    return Length(max=length, message=_("At most %(max)d characters, please."))


class SignUpForm(Form):
    """A company comes, brought by one of its people."""

    company = StringField(
        _("Full name of the company"),
        [filled(), Length(min=4, max=100)],
        description=_("As on the business licence."),
        render_kw={"autocomplete": "organization"},
    )
    uscc = NumberField(
        _("Unified social credit code"),
        [filled(), upper_limit(40)],
        description=_("18 characters; an old registration number has 15 digits."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"},
    )
    contact_name = StringField(
        _("Your name"), [filled(), upper_limit(40)], render_kw={"autocomplete": "name"}
    )
    contact_phone = AnyPhoneField(
        _("Telephone"),
        [filled(), upper_limit(40)],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    email = MailField(
        _("E-mail"),
        [filled(), upper_limit(254)],
        description=_("You sign in with it; we send a link to confirm it."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _("Password"),
        [required(), upper_limit(128)],
        description=_("At least 10 characters."),
        render_kw={"autocomplete": "new-password"},
    )


class ProfileForm(Form):
    """What a company says about itself."""

    version = HiddenField()
    name = StringField(_("Full name of the company"), [filled(), Length(min=4, max=100)])
    uscc = NumberField(
        _("Unified social credit code"),
        [filled(), upper_limit(40)],
        description=_("18 characters; an old registration number has 15 digits."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"},
    )
    name_en = StringField(_("English name"), [Optional(), upper_limit(120)])
    short_name = StringField(
        _("Short name"),
        [Optional(), upper_limit(12)],
        description=_("For the booth sign and the floor plan: four to six characters read best."),
    )
    ownership = WordField(_("Ownership"), enum=Ownership, validators=[required()])
    industry = StringField(_("Industry"), [Optional(), upper_limit(40)])
    pillar_industry = WordField(_("Pillar industry"), enum=PillarIndustry, empty=N_("None of them"))
    delegation_id = SelectField(
        _("Delegation"),
        description=_("The county your company is registered in."),
        coerce=lambda value: int(value) if value not in (None, "", "None") else None,
    )
    city = StringField(_("City"), [Optional(), upper_limit(40)])
    address = StringField(_("Address"), [Optional(), upper_limit(120)])
    headcount = StringField(
        _("Number of staff"), [Optional(), upper_limit(20)], description=_("For example 200–500.")
    )
    website = StringField(
        _("Website"),
        [
            Optional(),
            upper_limit(200),
            URL(message=_("Write an address such as https://example.com.")),
        ],
        render_kw={"inputmode": "url", "autocapitalize": "none"},
    )
    introduction = TextAreaField(
        _("Introduction"),
        [Optional(), upper_limit(2000)],
        render_kw={"rows": 6, "data-count-max": "2000"},
    )
    contact_name = StringField(_("Contact person"), [filled(), upper_limit(40)])
    contact_phone = AnyPhoneField(
        _("Telephone"), [filled(), upper_limit(40)], render_kw={"inputmode": "tel"}
    )
    contact_email = MailField(
        _("E-mail for questions"), [Optional(), upper_limit(254)], render_kw={"inputmode": "email"}
    )

    def to_profile(self) -> Profile:
        """The values for :func:`app.employers.services.edit_profile`."""
        texts = (
            "name",
            "name_en",
            "short_name",
            "industry",
            "city",
            "address",
            "headcount",
            "website",
            "introduction",
            "contact_name",
            "contact_phone",
            "contact_email",
        )
        return Profile(
            number=self.uscc.checked or Checked(),
            ownership=self.ownership.data,
            pillar_industry=self.pillar_industry.data,
            delegation_id=self.delegation_id.data,
            **{name: self[name].data or "" for name in texts},
        )


class LicenceForm(Form):
    """The business licence as a file."""

    licence = FileField(
        _("Business licence"),
        description=_("PDF, PNG or JPEG, at most 10 MB."),
        render_kw={"accept": ".pdf,.png,.jpg,.jpeg"},
    )
    valid_until = DateField(
        _("Valid until"),
        [Optional()],
        description=_("Leave it empty if the licence has no end."),
    )


class MemberForm(Form):
    """A colleague to be let in."""

    email = MailField(_("E-mail"), [filled(), upper_limit(254)])
    name = StringField(_("Name"), [filled(), upper_limit(40)])
    role = SelectField(
        _("Role"),
        [required()],
        choices=lambda: [
            SelectChoice(Role.RECRUITER.value, _("Recruiter: positions, booth, candidates")),
            SelectChoice(Role.EMPLOYER_OWNER.value, _("Owner: also applications and colleagues")),
        ],
        default=Role.RECRUITER.value,
        coerce=Role,
    )


class LevelsField(SelectMultipleField):
    """Several education levels as tick boxes; none means any."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, choices=word_choices(EducationLevel), coerce=EducationLevel, **kw)


class PositionForm(Form):
    """A position."""

    version = HiddenField()
    title = StringField(_("Position"), [filled(), upper_limit(60)])
    category = StringField(_("Category"), [Optional(), upper_limit(40)])
    openings = StringField(
        _("Openings"),
        [upper_limit(12)],
        description=_("How many people. Leave it empty for several."),
        render_kw={"inputmode": "numeric", "class": "xp-w-8"},
    )
    levels = LevelsField(_("Education"), description=_("Tick all that fit; none means any."))
    majors = StringField(
        _("Majors"),
        [Optional(), upper_limit(300)],
        description=_("Several with a comma between them; empty means any."),
    )
    place = StringField(
        _("Place of work"), [filled(), upper_limit(60)], description=_("City and district.")
    )
    pay_text = StringField(
        _("Pay"),
        [filled(_("Write a pay, or that it is negotiable.")), upper_limit(60)],
        description=_("As you would write it: 8千-1.2万, 20-40万/年, 面议."),
    )
    description = TextAreaField(_("Work"), [filled(), upper_limit(3000)], render_kw={"rows": 6})
    requirements = TextAreaField(
        _("Requirements"), [Optional(), upper_limit(3000)], render_kw={"rows": 5}
    )
    benefits = TextAreaField(_("Benefits"), [Optional(), upper_limit(1000)], render_kw={"rows": 3})
    valid_until = DateField(_("Valid until"), [Optional()])

    def validate_openings(self, typed: StringField) -> None:
        """A number or 若干."""
        try:
            read_openings(typed.data or "")
        except ValueError:
            raise ValidationError(_("Write a number, or leave it empty for several.")) from None

    def to_details(self) -> PositionDetails:
        """The values for the services."""
        last: date | None = self.valid_until.data
        return PositionDetails(
            title=self.title.data or "",
            openings=read_openings(self.openings.data or ""),
            category=self.category.data or "",
            levels=[level for level in EducationLevel if level in (self.levels.data or [])],
            majors=split_majors(self.majors.data or ""),
            place=self.place.data or "",
            pay_text=self.pay_text.data or "",
            description=self.description.data or "",
            requirements=self.requirements.data or "",
            benefits=self.benefits.data or "",
            valid_until=last,
        )


def split_majors(text: str) -> list[str]:
    """Majors out of one line; 不限 alone means any, that is none."""
    parts = [part.strip() for part in re.split(r"[、,，;；/\n]+", text)]
    return [
        part[:40]
        for part in dict.fromkeys(parts)
        if part and part not in ("不限", "专业不限", "any")
    ][:20]


class ReasonForm(Form):
    """Why something is returned, refused or suspended."""

    reason = TextAreaField(
        _("Reason"),
        [filled(_("Say why, so that the company knows what to do.")), upper_limit(500)],
        render_kw={"rows": 3},
    )


__all__ = [
    "LicenceForm",
    "MemberForm",
    "PositionForm",
    "ProfileForm",
    "ReasonForm",
    "SignUpForm",
    "split_majors",
]
