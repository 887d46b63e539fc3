"""Text in, values out: what gate pages post as JSON, and the forms of gates and the desk."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, RadioField, TelField
from wtforms.validators import Regexp

from app.accounts.services import BadPhone, normalise_phone
from app.checkins.services import IncomingScan
from app.checkins.states import Decision, Direction
from app.core.errors import DomainError
from app.core.text import N_
from app.places.states import EducationLevel, GateDirection
from app.students.services import Profile, read_name, read_words
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
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    UUIDField,
    ValidationError,
    WordField,
    ZonedDateTimeField,
    filled,
    required,
    word_choices,
)

MOST_SCANS = 200
LONGEST_CODE = 500
LONGEST_REASON = 200
SCAN_FIELDS = frozenset({"id", "code", "direction", "scanned_at", "gate"})
YEARS = range(2000, 2100)


class Malformed(DomainError):
    """A request by script that is not what was agreed on: answered 422, nothing is stored."""

    code = "malformed"
    message = N_("This request cannot be read.")


def read_scans(payload: Any) -> tuple[int, list[IncomingScan]]:
    """The gate's id and the scans of ``{"scans": [{id, code, direction, scanned_at, gate}]}``."""
    body = _mapping(payload, {"scans"})
    scans = body.get("scans")
    if not isinstance(scans, list) or not 1 <= len(scans) <= MOST_SCANS:
        raise Malformed(code="bad-scans")
    gates = {_gate(_mapping(scan, SCAN_FIELDS)) for scan in scans}
    if len(gates) != 1:
        raise Malformed(code="bad-gate")
    return gates.pop(), [_scan(scan) for scan in scans]


def read_decision(payload: Any) -> tuple[Decision, str]:
    """What was decided and why: ``{"decision": …, "reason": …}``."""
    body = _mapping(payload, {"decision", "reason"})
    try:
        return Decision(body.get("decision", "")), _reason(body)
    except ValueError as error:
        raise Malformed(code="bad-decision") from error


def read_undo(payload: Any) -> str:
    """Why a scan is taken back: ``{"reason": …}``, which may be left out."""
    return _reason(_mapping(payload, {"reason"}))


def _mapping(payload: Any, known: frozenset[str] | set[str]) -> Mapping[str, Any]:
    if not isinstance(payload, dict):
        raise Malformed(code="not-an-object")
    if not payload.keys() <= known:
        raise Malformed(code="unknown-field")
    return payload


def _gate(scan: Mapping[str, Any]) -> int:
    gate = scan.get("gate")
    if type(gate) is not int or not 0 < gate < 1 << 31:
        raise Malformed(code="bad-gate")
    return gate


def _scan(scan: Mapping[str, Any]) -> IncomingScan:
    code = scan.get("code")
    if not isinstance(code, str) or not 0 < len(code.strip()) <= LONGEST_CODE:
        raise Malformed(code="bad-code")
    try:
        return IncomingScan(
            id=UUID(scan["id"]),
            code=code,
            direction=Direction(scan.get("direction", Direction.IN)),
            device_time=_moment(scan.get("scanned_at")),
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise Malformed(code="bad-scan") from error


def _moment(text: str | None) -> datetime | None:
    """The browser's own clock: kept, never trusted."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError(text)
    return moment


def _reason(body: Mapping[str, Any]) -> str:
    reason = body.get("reason", "")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
        raise Malformed(code="bad-reason")
    return "".join(ch for ch in reason if ch.isprintable()).strip()


def no_signs(form: Form, field: Any) -> None:
    """Refuse what no keyboard types, rather than keep half of it."""
    if any(ord(ch) < 32 or ord(ch) == 127 for raw in field.raw_data or () for ch in str(raw)):
        raise ValidationError(gettext("Use words only here, without emoji or unusual signs."))


class GateForm(Form):
    """A gate: its name, which way it goes, and who stands there."""

    name = StringField(
        _("Gate's name"), [filled(_("Write the gate's name.")), Length(max=40), no_signs]
    )
    direction = WordField(_("Direction"), enum=GateDirection)
    staff = SelectMultipleField(_("Who stands here"), [Optional()], coerce=int)


class DisplayForm(Form):
    """A link for a screen."""

    label = StringField(
        _("Where the screen stands"),
        [filled(_("Say where the screen stands.")), Length(max=60), no_signs],
    )


class ScanForm(Form):
    """One scan by a button: the page minted its id, so a double click is one scan."""

    id = UUIDField(validators=[required()])
    gate = HiddenField(validators=[Optional(), Regexp(r"[0-9]{1,9}")])
    direction = WordField(enum=Direction)


class SelfForm(Form):
    """A student's own check-in at a poster."""

    id = UUIDField(validators=[required()])


class KeepForm(Form):
    """Which of several scans of one ticket stays."""

    scan = UUIDField(validators=[required()])


class MomentField(ZonedDateTimeField):
    """A moment of a fair; years nobody means are refused in words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it in the fair's zone."""
        try:
            super().process_formdata(valuelist)
        except OverflowError:
            self.data = None
        if self.data is not None and self.data.year not in YEARS:
            self.data = None
        if self.data is None and valuelist and valuelist[0].strip():
            raise ValidationError(gettext("Write the date and time like 2026-03-15 09:00."))


class EnrolForm(Form):
    """Which gate a borrowed phone is for."""

    gate = SelectField(_("Which gate"), [Optional()])


class PinForm(Form):
    """The number a supervisor types at a gate."""

    pin = PasswordField(
        _("New PIN"),
        [filled(_("Write a PIN.")), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "new-password", "class": "xp-w-8"},
    )


class RangeForm(Form):
    """A span of time at a phone, and why its scans are void."""

    first_at = MomentField(_("From"), [required(_("Write when it begins."))])
    last_at = MomentField(_("Until"), [required(_("Write when it ends."))])
    reason = StringField(
        _("Reason"),
        [filled(_("Please write down the reason.")), Length(max=LONGEST_REASON), no_signs],
        render_kw={"maxlength": str(LONGEST_REASON)},
    )

    def __init__(self, *args: Any, zone: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.first_at.zone = self.last_at.zone = zone


class PaperForm(Form):
    """What stood on paper: one person a line."""

    lines = TextAreaField(
        _("Short codes or last four digits, with names"),
        [Optional(), Length(max=200_000)],
        render_kw={"rows": "10", "spellcheck": "false", "autocomplete": "off"},
    )
    file = FileField(_("Or a text or CSV file"), render_kw={"accept": ".csv,.txt,text/*"})
    gate = SelectField(_("Which gate"), [Optional()])
    came_at = MomentField(_("When they came in"), [required(_("Write when they came in."))])
    reason = StringField(
        _("Reason"),
        [filled(_("Please write down the reason.")), Length(max=LONGEST_REASON), no_signs],
        render_kw={"maxlength": str(LONGEST_REASON)},
    )

    def __init__(self, *args: Any, zone: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.came_at.zone = zone


class SearchForm(Form):
    """Whom the desk looks for."""

    text = StringField(
        _("Name, code or last four digits of the phone"),
        [filled(_("Write a name, a code or four digits.")), Length(max=100)],
        render_kw={"autocomplete": "off", "maxlength": "100", "autofocus": True},
    )


class ReasonForm(Form):
    """Why something is done for somebody."""

    reason = StringField(
        _("Reason"),
        [filled(_("Please write down the reason.")), Length(max=LONGEST_REASON), no_signs],
        render_kw={"maxlength": str(LONGEST_REASON)},
    )


class SaidPhoneField(TelField):
    """A mobile number somebody says; its data is the 11 digits."""

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


def _kept_as(read: Any, **given: Any) -> Any:
    """A validator that keeps a text as a service reads it, or shows why it is refused."""

    def validate(form: Form, field: Any) -> None:
        try:
            field.data = read(field.data or "", **given)
        except DomainError as error:
            raise ValidationError(sentence(error)) from error

    return validate


class DeskForm(Form):
    """Somebody who stands at the help desk, as they say."""

    name = StringField(
        _("Full name"),
        [filled(_("Write the name.")), Length(max=60), no_signs, _kept_as(read_name)],
        render_kw={"maxlength": "60", "autocomplete": "off"},
    )
    school_name = StringField(
        _("University"),
        [
            filled(_("Write the university.")),
            Length(max=80),
            no_signs,
            _kept_as(read_words, field="school_name"),
        ],
        render_kw={"maxlength": "80"},
    )
    school_id = HiddenField()
    level = RadioField(
        _("Degree"), [required(_("Choose a degree."))], choices=word_choices(EducationLevel)
    )
    major = StringField(
        _("Major"),
        [Optional(), Length(max=60), no_signs, _kept_as(read_words, field="major")],
        render_kw={"maxlength": "60"},
    )
    year = IntegerField(
        _("Graduation year"),
        [Optional(), NumberRange(1970, 2099, _("Write a year such as 2026."))],
        render_kw={"inputmode": "numeric", "class": "xp-w-8"},
    )
    phone = SaidPhoneField(
        _("Mobile number"),
        [Optional(), Length(max=30)],
        description=_("As they say it, to be confirmed later. Leave it empty without a phone."),
        render_kw={"inputmode": "tel", "autocomplete": "off", "maxlength": "30"},
    )
    agreed = BooleanField(
        _("They have read the privacy notice at the desk and agree to it"),
        validators=[required(_("Let them read the privacy notice first."))],
    )
    check_in = BooleanField(_("Let them in now"))

    def to_profile(self) -> Profile:
        """What was said; the service finds the school."""
        chosen = str(self.school_id.data or "")
        return Profile(
            name=self.name.data,
            school_name=self.school_name.data,
            school_id=int(chosen) if re.fullmatch("[0-9]{1,9}", chosen) else None,
            level=EducationLevel(self.level.data),
            major=self.major.data or "",
            graduation_year=self.year.data,
        )
