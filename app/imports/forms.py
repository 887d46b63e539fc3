"""Forms of this room."""

from typing import Any

from flask_babel import gettext, lazy_gettext

from app.accounts.permissions import Scope
from app.imports.kinds import KINDS, OF_A_FAIR
from app.imports.states import ImportKind
from app.places.models import Delegation
from app.places.queries import list_delegations
from app.tours.models import Fair
from app.tours.queries import is_within, list_fairs, may_change
from app.web.forms import (
    BooleanField,
    FileField,
    Form,
    Length,
    SelectField,
    StringField,
    ValidationError,
    WordField,
    required,
)
from app.web.i18n import bilingual

# A delegation brings its employers to everybody's fair; halls and students are its own fairs' only.
OF_A_HALL = frozenset({ImportKind.BOOTHS, ImportKind.REGISTRATIONS})


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class UploadForm(Form):
    """A file, what it holds, from whom it comes."""

    kind = WordField(
        lazy_gettext("What the file holds"),
        [required()],
        enum=ImportKind,
        default=ImportKind.EMPLOYERS,
    )
    file = FileField(
        lazy_gettext("Table"),
        [required(lazy_gettext("Choose a file."))],
        description=lazy_gettext(
            "xlsx, xls, ods or csv, as it came. Drop it here. Nothing is changed before you have"
            " looked."
        ),
    )
    delegation_id = SelectField(lazy_gettext("Delegation"), coerce=_number)
    fair_id = SelectField(lazy_gettext("Fair"), coerce=_number)
    sender = StringField(
        lazy_gettext("From whom"),
        [Length(max=60)],
        description=lazy_gettext("What their columns mean is remembered for the next file."),
    )

    def __init__(self, *args: Any, scope: Scope, **given: Any) -> None:
        super().__init__(*args, **given)
        mine = [one for one in list_delegations() if scope.bureau or one.id in scope.delegations]
        self._delegations = {one.id: one for one in mine}
        self._scope = scope
        reached = [one for one in reversed(list_fairs()) if is_within(one, scope)]
        self._fairs = {one.id: one for one in reached} if OF_A_FAIR else {}
        listed = [(str(one.id), bilingual(one, "name")) for one in mine]
        none = [("", gettext("As the file says"))] if scope.bureau else []
        self.delegation_id.choices = [*none, *listed]
        self.fair_id.choices = [
            ("", gettext("Choose one")),
            *((str(one.id), bilingual(one, "title")) for one in self._fairs.values()),
        ]

    @property
    def has_fairs(self) -> bool:
        """Whether any kind asks for a fair."""
        return bool(OF_A_FAIR)

    def validate_fair_id(self, field: Any) -> None:
        """What belongs to a fair needs one."""
        if self.kind.data in OF_A_FAIR and field.data is None:
            raise ValidationError(gettext("Choose the fair these rows are for."))
        fair = self.chosen_fair()
        if fair is not None and self.kind.data in OF_A_HALL and not may_change(fair, self._scope):
            raise ValidationError(gettext("Choose a fair you plan yourself for this kind of file."))

    def validate_kind(self, field: Any) -> None:
        """Only what there is an importer for."""
        if field.data is not ImportKind.SCHOOLS and field.data not in KINDS:
            raise ValidationError(gettext("Choose what the file holds."))

    def chosen_delegation(self) -> Delegation | None:
        """The delegation the file is imported for."""
        return self._delegations.get(self.delegation_id.data or 0)

    def chosen_fair(self) -> Fair | None:
        """The fair the rows are for."""
        return self._fairs.get(self.fair_id.data or 0) if self.kind.data in OF_A_FAIR else None


class ApplyForm(Form):
    """Go on; where a file contradicts itself, only on purpose."""

    despite_problems = BooleanField(
        lazy_gettext("I have looked at the problems. Import all the same.")
    )
    insist = BooleanField(
        lazy_gettext("Import now, although people are being let in and may wait at the doors.")
    )
