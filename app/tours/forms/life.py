"""Forms of a fair's life: reasons, new times, papers."""

from typing import Any

from flask_babel import gettext, lazy_gettext

from app.tours.forms.fields import MomentField, ZonedForm, follows
from app.tours.states import DocumentKind
from app.web.forms import (
    FileField,
    Form,
    Length,
    Optional,
    StringField,
    TextAreaField,
    ValidationError,
    WordField,
    filled,
    required,
)

REASON = {"rows": 3}


class PostponeForm(ZonedForm):
    """Why a fair is put off, and until when if that is known."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [filled(lazy_gettext("Write a reason.")), Length(max=500)],
        description=lazy_gettext("Everybody concerned reads it."),
        render_kw=REASON,
    )
    starts_at = MomentField(
        lazy_gettext("New start"),
        [Optional()],
        description=lazy_gettext("Left empty while it is not known."),
    )
    ends_at = MomentField(
        lazy_gettext("New end"),
        [Optional()],
        description=lazy_gettext("Left empty, it lasts as long as before."),
    )

    def validate_ends_at(self, field: Any) -> None:
        """A fair has a length, and an end alone says nothing."""
        if self.starts_at.data is None:
            raise ValidationError(gettext("Write the new start too."))
        if not follows(self.starts_at.data, field.data):
            raise ValidationError(gettext("The end must be after the start."))


class PutBackForm(ZonedForm):
    """The new time of a postponed fair."""

    starts_at = MomentField(
        lazy_gettext("New start"), [required(lazy_gettext("Write the new start."))]
    )
    ends_at = MomentField(
        lazy_gettext("New end"),
        [Optional()],
        description=lazy_gettext("Left empty, it lasts as long as before."),
    )
    reason = TextAreaField(
        lazy_gettext("What people should know"), [Length(max=500)], render_kw=REASON
    )

    def validate_ends_at(self, field: Any) -> None:
        """A fair has a length."""
        if not follows(self.starts_at.data, field.data):
            raise ValidationError(gettext("The end must be after the start."))


class CancelForm(Form):
    """Why a fair is called off."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        [Length(max=500)],
        description=lazy_gettext("Everybody concerned reads it."),
        render_kw=REASON,
    )


class DocumentForm(Form):
    """A paper for the file."""

    kind = WordField(lazy_gettext("What it is"), [required()], enum=DocumentKind)
    file = FileField(lazy_gettext("PDF, PNG or JPEG"), [required(lazy_gettext("Choose a file."))])
    note = StringField(lazy_gettext("Remark"), [Length(max=200)])
