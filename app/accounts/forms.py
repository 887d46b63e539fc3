"""What people type about themselves."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import EmailField as EmailInput
from wtforms import PasswordField, TelField
from wtforms.fields.choices import SelectChoice

from app.accounts.permissions import STAFF_ROLES, Role, ScopeKind
from app.accounts.services import (
    BadEmail,
    BadPhone,
    WeakPassword,
    check_new_password,
    normalise_email,
    normalise_phone,
)
from app.web.errors import sentence
from app.web.forms import Form, Length, SelectField, StringField, ValidationError, filled, required


class Secret(PasswordField):
    """A password: never sent back to the page."""

    def __init__(self, *args: object, autocomplete: str = "current-password", **kw: object) -> None:
        super().__init__(*args, render_kw={"autocomplete": autocomplete}, **kw)


class EmailField(EmailInput):
    """An e-mail address; its data is as it is stored."""

    data: str | None

    def __init__(self, *args: object, autocomplete: str = "email", **kw: object) -> None:
        attributes = {
            "inputmode": "email",
            "autocomplete": autocomplete,
            "autocapitalize": "none",
            "spellcheck": "false",
            "maxlength": "254",
        }
        super().__init__(*args, render_kw=attributes, **kw)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
        """Keep the address in its stored form."""
        if validation_stopped or not self.data:
            return
        try:
            self.data = normalise_email(self.data)
        except BadEmail as error:
            raise ValidationError(sentence(error)) from error

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.data or ""


class PhoneField(TelField):
    """A mobile number; its data is the 11 digits."""

    data: str | None

    def __init__(self, *args: object, **kw: object) -> None:
        attributes = {"inputmode": "tel", "autocomplete": "tel", "maxlength": "30"}
        super().__init__(*args, render_kw=attributes, **kw)

    def post_validate(self, form: Form, validation_stopped: bool) -> None:
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
    """Which phone."""

    phone = PhoneField(_("Mobile number"), [filled(), Length(max=30)])


class CodeForm(Form):
    """The six digits that were sent."""

    code = StringField(_("Code"), [filled(_("Type the code from the message.")), Length(max=20)])


class PasswordLoginForm(Form):
    """Who, and the password."""

    email = EmailField(_("E-mail"), [filled(), Length(max=254)], autocomplete="username")
    password = Secret(_("Password"), [filled(), Length(max=128)])


class SecondFactorForm(Form):
    """A code of the app, or a recovery code."""

    code = StringField(
        _("Code"),
        [filled(_("Type the code from your app.")), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters"},
    )


class ForgotForm(Form):
    """Whose password."""

    email = EmailField(_("E-mail"), [filled(), Length(max=254)], autocomplete="username")


class NewPasswordForm(Form):
    """A password, typed once: it can be shown."""

    password = Secret(
        _("New password"),
        [filled()],
        description=_("At least 10 characters. A few words are easy to remember."),
        autocomplete="new-password",
    )

    def validate_password(self, field: Secret) -> None:
        """Say at once, with whatever else is wrong, that a password is too weak."""
        try:
            check_new_password(field.data or "")
        except WeakPassword as error:
            raise ValidationError(sentence(error)) from error


class InvitationForm(NewPasswordForm):
    """What an invited person adds."""

    name = StringField(
        _("Your name"), [filled(), Length(max=80)], render_kw={"autocomplete": "name"}
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the old one as proof."""

    current = Secret(_("Present password"), [filled(), Length(max=128)])


class PasswordProofForm(Form):
    """The password as proof."""

    password = Secret(_("Password"), [filled(), Length(max=128)])


class NewEmailForm(Form):
    """A new address."""

    email = EmailField(_("New e-mail address"), [filled(), Length(max=254)])


class ProvenEmailForm(NewEmailForm):
    """A new address, and the password as proof."""

    password = Secret(_("Password"), [filled(), Length(max=128)])


class SettingsForm(Form):
    """How somebody is called and how pages look to them."""

    name = StringField(_("Name"), [filled(), Length(max=80)], render_kw={"autocomplete": "name"})
    locale = SelectField(
        _("Language"), choices=[SelectChoice("zh_Hans", "中文"), SelectChoice("en", "English")]
    )
    theme = SelectField(
        _("Light or dark"),
        choices=[
            SelectChoice("", _("As the device says")),
            SelectChoice("light", _("Light")),
            SelectChoice("dark", _("Dark")),
        ],
    )


class StudentSettingsForm(SettingsForm):
    """The same for students: their name stands in their profile."""

    name = None


def staff_role_choices() -> list[tuple[str, str]]:
    """The roles of the organiser's people."""
    return [(role.value, gettext(role.label)) for role in STAFF_ROLES]


def offered_roles() -> list[SelectChoice]:
    """The same, as a form wants them."""
    return [SelectChoice(value, label) for value, label in staff_role_choices()]


class GrantForm(Form):
    """A role and how far it reaches (``scope`` is ``kind:id``)."""

    role = SelectField(_("Role"), [required()], choices=offered_roles)
    scope = SelectField(_("Reach"), [required()], choices=())

    def offer(self, choices: list[tuple[ScopeKind, int, str]]) -> None:
        """Fill in what may be chosen."""
        self.scope.choices = [
            SelectChoice(f"{kind.value}:{number}", label or gettext(kind.label))
            for kind, number, label in choices
        ]

    def to_grant(self) -> tuple[Role, ScopeKind, int]:
        """What was chosen."""
        kind, _colon, number = str(self.scope.data).partition(":")
        return Role(self.role.data), ScopeKind(kind), int(number)


class InviteForm(GrantForm):
    """Whom to invite."""

    email = EmailField(_("E-mail"), [filled(), Length(max=254)], autocomplete="off")
