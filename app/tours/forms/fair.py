"""The form of a fair, and the short one to copy it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.fields.choices import SelectChoice

from app.core.clock import DEFAULT_ZONE
from app.places.models import Delegation, School, Venue
from app.tours.forms.fields import (
    MomentField,
    ReferenceField,
    VersionedForm,
    ZonedForm,
    follows,
)
from app.tours.models import Stop, Tour
from app.tours.states import FairKind, FairMode, FairPlace, ReentryPolicy
from app.web.formatting import fmt_days
from app.web.forms import (
    HiddenField,
    IntegerField,
    Length,
    NumberRange,
    Optional,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
    WordField,
    filled,
    required,
)
from app.web.i18n import bilingual, is_english

ZONES = (
    ("Asia/Shanghai", lazy_gettext("China (Beijing time)")),
    ("Asia/Hong_Kong", lazy_gettext("Hong Kong")),
    ("Asia/Singapore", lazy_gettext("Singapore")),
    ("Asia/Tokyo", lazy_gettext("Tokyo")),
    ("Asia/Seoul", lazy_gettext("Seoul")),
    ("Europe/London", lazy_gettext("London")),
    ("Europe/Paris", lazy_gettext("Paris, Berlin")),
    ("America/New_York", lazy_gettext("New York")),
    ("America/Los_Angeles", lazy_gettext("Los Angeles")),
    ("Australia/Sydney", lazy_gettext("Sydney")),
)
PEOPLE = {"inputmode": "numeric", "class": "xp-w-12"}
MOST = 1_000_000
START_NEEDED = lazy_gettext("Write when it starts.")
TITLE = [filled(lazy_gettext("Write the title in Chinese.")), Length(max=120)]


def known_zone(name: str | None) -> str:
    """A zone of the list, else the usual one."""
    return name if name in dict(ZONES) else DEFAULT_ZONE


class FairForm(VersionedForm):
    """Everything that is planned about one fair."""

    title_zh = StringField(lazy_gettext("Title in Chinese"), TITLE)
    title_en = StringField(lazy_gettext("Title in English"), [Length(max=160)])
    summary_zh = TextAreaField(
        lazy_gettext("Summary in Chinese"), [Length(max=2000)], render_kw={"rows": 3}
    )
    summary_en = TextAreaField(
        lazy_gettext("Summary in English"), [Length(max=3000)], render_kw={"rows": 3}
    )
    kind = WordField(
        lazy_gettext("Kind"), [required()], enum=FairKind, default=FairKind.TWO_WAY_FAIR
    )
    mode = WordField(lazy_gettext("Mode"), [required()], enum=FairMode, default=FairMode.ONSITE)
    place = WordField(
        lazy_gettext("Place"), [required()], enum=FairPlace, default=FairPlace.OUTBOUND
    )
    tour_id = ReferenceField(lazy_gettext("Tour"))
    stop_id = ReferenceField(lazy_gettext("Stop"))
    city = StringField(
        lazy_gettext("City"),
        [Length(max=40)],
        description=lazy_gettext("Left empty, it is the city of the stop or the venue."),
        render_kw={"list": "cities", "autocomplete": "off"},
    )
    venue_id = ReferenceField(lazy_gettext("Venue"))
    host_school = StringField(lazy_gettext("Host university"), [Length(max=80)])
    host_school_id = HiddenField()
    delegation_id = ReferenceField(
        lazy_gettext("Delegation"), description=lazy_gettext("Only if one delegation runs it.")
    )
    time_zone = SelectField(
        lazy_gettext("Time zone"),
        [required()],
        choices=[SelectChoice(*zone) for zone in ZONES],
        default=DEFAULT_ZONE,
    )
    starts_at = MomentField(lazy_gettext("Starts"), [required(START_NEEDED)])
    ends_at = MomentField(lazy_gettext("Ends"), [required(lazy_gettext("Write when it ends."))])
    doors_at = MomentField(
        lazy_gettext("Doors open"),
        [Optional()],
        description=lazy_gettext("Left empty, half an hour before the start."),
    )
    registration_opens_at = MomentField(
        lazy_gettext("Registration opens"),
        [Optional()],
        description=lazy_gettext("Left empty, when the page is published."),
    )
    registration_closes_at = MomentField(
        lazy_gettext("Registration closes"),
        [Optional()],
        description=lazy_gettext("At the door people can register until the end."),
    )
    capacity = IntegerField(
        lazy_gettext("Places for students"),
        [Optional(), NumberRange(0, MOST)],
        description=lazy_gettext(
            "Left empty, there is no limit. Later ones go on the waiting list."
        ),
        render_kw=PEOPLE,
    )
    reentry = WordField(
        lazy_gettext("Coming in again"),
        [required()],
        enum=ReentryPolicy,
        default=ReentryPolicy.REENTRY,
    )
    expected_people = IntegerField(
        lazy_gettext("People expected in all"),
        [Optional(), NumberRange(0, MOST)],
        description=lazy_gettext("From 1,000 on, a police permit and plans are on the list."),
        render_kw=PEOPLE,
    )
    permitted_number = IntegerField(
        lazy_gettext("People permitted inside at a time"),
        [Optional(), NumberRange(1, MOST)],
        description=lazy_gettext("Left empty, as the venue says."),
        render_kw=PEOPLE,
    )
    applications_close_at = MomentField(
        lazy_gettext("Employers apply until"),
        [Optional()],
        description=lazy_gettext("Left empty, until the start."),
    )
    confirm_by = MomentField(
        lazy_gettext("Employers confirm until"),
        [Optional()],
        description=lazy_gettext("Who has not confirmed by then loses the booth."),
    )
    arrivals_from = MomentField(lazy_gettext("Employers arrive from"), [Optional()])
    arrivals_until = MomentField(lazy_gettext("Employers arrive until"), [Optional()])
    online_visitors = IntegerField(
        lazy_gettext("Visitors online"),
        [Optional(), NumberRange(0, 100_000_000)],
        description=lazy_gettext("Entered by hand after an online fair; never added to 进场."),
        render_kw=PEOPLE,
    )

    found_school: School | None = None
    _stops: dict[int, Stop]
    _venues: dict[int, Venue]

    def offer(
        self,
        *,
        tours: Sequence[Tour],
        stops: Sequence[Stop],
        venues: Sequence[Venue],
        delegations: Sequence[Delegation],
    ) -> None:
        """Give the selects what may be chosen."""
        self._stops = {stop.id: stop for stop in stops}
        self._venues = {venue.id: venue for venue in venues}
        self.tour_id.offer([(tour.id, bilingual(tour, "title")) for tour in tours])
        self.stop_id.offer([(stop.id, _stop_text(stop)) for stop in stops])
        self.venue_id.offer(
            [(venue.id, f"{venue.city} · {bilingual(venue, 'name')}") for venue in venues]
        )
        self.delegation_id.offer([(row.id, bilingual(row, "name")) for row in delegations])

    def show_school(self, school: School | None) -> None:
        """Show the host's name beside its id."""
        self.host_school.data = school.name if school else ""

    def validate_stop_id(self, field: Any) -> None:
        """A stop belongs to its tour."""
        stop = self._stops.get(field.number or 0)
        if stop is not None and self.tour_id.number not in (None, stop.tour_id):
            raise ValidationError(gettext("This stop belongs to another tour."))

    def validate_city(self, field: Any) -> None:
        """Every fair is somewhere, an online one where its host is."""
        if not self._city():
            raise ValidationError(gettext("Write a city, or choose a stop or a venue."))

    def validate_ends_at(self, field: Any) -> None:
        """A fair has a length."""
        if not follows(self.starts_at.data, field.data):
            raise ValidationError(gettext("The end must be after the start."))

    def _city(self) -> str:
        stop = self._stops.get(self.stop_id.number or 0)
        venue = self._venues.get(self.venue_id.number or 0)
        return self.city.data or (stop.city if stop else "") or (venue.city if venue else "")

    def to_values(self) -> dict[str, Any]:
        """Every field of a fair and what it should hold."""
        stop = self._stops.get(self.stop_id.number or 0)
        venue = self._venues.get(self.venue_id.number or 0)
        allowed = venue.permitted_number if venue else None
        given = {name: self._fields[name].data for name in PLAIN}
        texts = {name: self._fields[name].data or "" for name in TEXTS}
        return {
            **given,
            **texts,
            "city": self._city(),
            "tour_id": stop.tour_id if stop else self.tour_id.number,
            "stop_id": self.stop_id.number,
            "venue_id": self.venue_id.number,
            "delegation_id": self.delegation_id.number,
            "host_school_id": self.found_school.id if self.found_school else None,
            "permitted_number": self.permitted_number.data or allowed,
        }


TEXTS = ("title_zh", "title_en", "summary_zh", "summary_en")
PLAIN = (
    "kind",
    "mode",
    "place",
    "time_zone",
    "starts_at",
    "ends_at",
    "doors_at",
    "registration_opens_at",
    "registration_closes_at",
    "capacity",
    "reentry",
    "expected_people",
    "applications_close_at",
    "confirm_by",
    "arrivals_from",
    "arrivals_until",
    "online_visitors",
)


def _stop_text(stop: Stop) -> str:
    city = (stop.city_en or stop.city) if is_english() else stop.city
    return f"{city} {fmt_days(stop.arrives_on, stop.leaves_on)} · {bilingual(stop.tour, 'title')}"


class CopyForm(ZonedForm):
    """What is new about the copy of a fair."""

    title_zh = StringField(lazy_gettext("Title in Chinese"), TITLE)
    title_en = StringField(lazy_gettext("Title in English"), [Length(max=160)])
    starts_at = MomentField(lazy_gettext("Starts"), [required(START_NEEDED)])
    ends_at = MomentField(
        lazy_gettext("Ends"),
        [Optional()],
        description=lazy_gettext("Left empty, it lasts as long as the first one."),
    )

    def validate_ends_at(self, field: Any) -> None:
        """A fair has a length."""
        if not follows(self.starts_at.data, field.data):
            raise ValidationError(gettext("The end must be after the start."))
