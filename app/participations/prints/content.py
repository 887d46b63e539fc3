"""What stands on the pages: plain values, read once, so that drawing asks no database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext, pgettext

from app.core.masking import mask_phone
from app.participations.models import OfferedPosition, Participation
from app.participations.plan import PlanView
from app.participations.states import Bundle
from app.tours.models import Fair
from app.web.formatting import fmt_count, fmt_pay, fmt_span
from app.web.i18n import bilingual

# Who answers for the students, whom this room does not know: the factory says.
_students: list[Callable[[Fair], Sequence[tuple[str, str, str, str]]]] = []


def know_students(find: Callable[[Fair], Sequence[tuple[str, str, str, str]]]) -> None:
    """Take the question "which students are expected?" (code, name, school, phone; masked)."""
    _students[:] = [find]


@dataclass(frozen=True)
class Event:
    """The fair as every page names it."""

    title: str
    other_title: str
    when: str
    place: str
    host: str


@dataclass(frozen=True)
class Person:
    """Somebody who wears a badge; ``place`` is the booth or the role, ``of`` the company."""

    name: str
    title: str
    of: str
    place: str = ""
    is_staff: bool = False


@dataclass(frozen=True)
class Post:
    """A position as printed."""

    title: str
    people: str
    pay: str
    wanted: str
    where: str
    text: str


@dataclass(frozen=True)
class Stall:
    """One employer at its booth. ``address`` is what its QR code leads to."""

    booth: str
    zone: str
    zone_name: str
    name: str
    short_name: str
    name_en: str
    about: str
    introduction: str
    address: str
    posts: tuple[Post, ...] = ()
    people: tuple[Person, ...] = ()
    contact: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a sign-in sheet; ``share`` is its part of the width, 0 to be written in."""

    title: str
    share: float


@dataclass(frozen=True)
class Sheet:
    """A sign-in sheet: columns, rows of texts; what is shorter than the columns stays blank."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Content:
    """Everything a bundle may need."""

    event: Event
    stalls: tuple[Stall, ...] = ()
    staff: tuple[Person, ...] = ()
    plan: PlanView = field(default_factory=PlanView)
    sheet: Sheet | None = None

    @property
    def people(self) -> list[Person]:
        """Everybody who wears a badge: employers' people by booth, then the organiser's."""
        return [*(person for stall in self.stalls for person in stall.people), *self.staff]


def read_event(fair: Fair, host: str) -> Event:
    """The fair in the reader's language, with its other title where there is one."""
    title = bilingual(fair, "title")
    other = fair.title_en if title == fair.title_zh else fair.title_zh
    venue = bilingual(fair.venue, "name") if fair.venue else ""
    return Event(
        title,
        other or "",
        fmt_span(fair.starts_at, fair.ends_at, fair.time_zone),
        " ".join(part for part in (fair.city, venue) if part),
        host,
    )


def read_stall(one: Participation, plan: PlanView, address: str) -> Stall:
    """An employer, its booth, what it brings, and who comes."""
    employer, booth = one.employer, one.booth
    code = (booth.code or "") if booth else ""
    drawn = plan.find(code) if code else None
    zone = next((zone for zone in plan.zones if drawn and zone.key == drawn.zone), None)
    return Stall(
        booth=code,
        zone=drawn.zone if drawn else "",
        zone_name=zone.name if zone else "",
        name=employer.name,
        short_name=employer.display_name,
        name_en=employer.name_en,
        about=" · ".join(
            part
            for part in (gettext(employer.ownership.label), employer.industry, employer.city)
            if part
        ),
        introduction=employer.introduction,
        address=address,
        posts=tuple(_post(row) for row in one.offered),
        people=tuple(
            Person(person.name, person.job_title, employer.name, code)
            for person in one.representatives
        ),
        contact=", ".join(
            part
            for part in (
                person.name + (f" {mask_phone(person.phone)}" if person.phone else "")
                for person in one.representatives
            )
        ),
    )


def _post(row: OfferedPosition) -> Post:
    position = row.position
    comma = str(pgettext("list", ", "))
    levels = comma.join(gettext(level.label) for level in position.levels)
    if position.pay_low or position.pay_high:
        per = position.pay_period.value if position.pay_period else "month"
        pay = str(fmt_pay(position.pay_low, position.pay_high, per))
    else:
        pay = position.pay_text
    return Post(
        title=position.title,
        people=gettext("%(n)s people", n=fmt_count(row.openings)),
        pay=pay,
        wanted=" · ".join(part for part in (levels, comma.join(position.majors)) if part),
        where=position.place,
        text=position.requirements or position.description,
    )


def employer_sheet(stalls: Sequence[Stall]) -> Sheet:
    """Employers by booth, to sign when they arrive."""
    return Sheet(
        gettext("Sign-in sheet of the employers"),
        (
            Column(gettext("Booth"), 0.08),
            Column(gettext("Employer"), 0.34),
            Column(gettext("Who comes"), 0.28),
            Column(gettext("Time"), 0.1),
            Column(gettext("Signature"), 0.2),
        ),
        tuple((stall.booth, stall.name, stall.contact) for stall in stalls),
    )


def student_sheet(fair: Fair) -> Sheet:
    """Students by short code, nothing on them that a helper at the door may not see."""
    rows: Sequence[tuple[Any, ...]] = _students[0](fair) if _students else ()
    return Sheet(
        gettext("Sign-in sheet of the students"),
        (
            Column(gettext("Short code"), 0.14),
            Column(gettext("Name"), 0.14),
            Column(gettext("School"), 0.32),
            Column(gettext("Phone"), 0.14),
            Column(gettext("Time"), 0.1),
            Column(gettext("Signature"), 0.16),
        ),
        tuple(tuple(row) for row in rows),
    )


# Which bundles name people or are for the door; the rest may hang on a wall.
PERSONAL = frozenset({Bundle.BADGES, Bundle.EMPLOYER_SHEET, Bundle.STUDENT_SHEET})
