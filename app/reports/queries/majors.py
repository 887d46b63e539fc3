"""Which majors a tour's positions want, by pillar industry, beside the students who come."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.core.db import db
from app.employers.models import Employer, Position, PositionEntry
from app.participations.models import OfferedPosition, Participation
from app.participations.states import COMING
from app.places.majors import categories_of
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair, Tour
from app.tours.queries import is_public

ANY_MAJOR = "any"
OTHER = ""


@dataclass
class MajorLine:
    """One category of majors: what is wanted, and who is registered.

    ``code`` is a category's, ``any`` for positions that take all majors, empty for majors of
    no known category. ``positions`` and ``openings`` are by pillar industry (empty: none of
    them); positions that say 若干 are in ``unknown`` and in no openings. ``students`` are distinct
    people with a place at a fair of the tour.
    """

    code: str
    positions: dict[str, int] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)
    unknown: int = 0
    students: int = 0

    @property
    def all_positions(self) -> int:
        """Positions over all industries."""
        return sum(self.positions.values())

    @property
    def all_openings(self) -> int:
        """Known openings over all industries."""
        return sum(self.openings.values())


def count_majors(tour: Tour) -> Sequence[MajorLine]:
    """Majors wanted by the positions of a tour's public fairs, the most openings first.

    Each position counts once however many fairs show it, and under every category it
    names: lines must not be added up.
    """
    fairs = select(Fair.id).where(Fair.tour_id == tour.id, is_public())
    lines: dict[str, MajorLine] = {}
    offered = (
        select(OfferedPosition.position_id)
        .join(OfferedPosition.participation)
        .where(Participation.fair_id.in_(fairs), Participation.status.in_(COMING))
    )
    wanted = (
        select(
            PositionEntry.categories,
            PositionEntry.majors,
            Position.openings,
            Employer.pillar_industry,
        )
        .join(Position, Position.id == PositionEntry.position_id)
        .join(Position.employer)
        .where(PositionEntry.position_id.in_(offered))
    )
    for categories, majors, openings, pillar in db.session.execute(wanted):
        codes = categories.split() or [OTHER if majors else ANY_MAJOR]
        for code in codes:
            _add(lines.setdefault(code, MajorLine(code)), openings, pillar.value if pillar else "")
    _count_students(fairs, lines)
    return sorted(
        lines.values(), key=lambda line: (-line.all_openings, -line.all_positions, line.code)
    )


def _add(line: MajorLine, openings: int | None, pillar: str) -> None:
    line.positions[pillar] = line.positions.get(pillar, 0) + 1
    if openings is None:
        line.unknown += 1
    else:
        line.openings[pillar] = line.openings.get(pillar, 0) + openings


def _count_students(fairs: object, lines: dict[str, MajorLine]) -> None:
    query = (
        select(Student.id, Student.major)
        .join(Registration, Registration.student_id == Student.id)
        .where(
            Registration.fair_id.in_(fairs),  # type: ignore[arg-type]
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .distinct()
    )
    for _, major in db.session.execute(query):
        for code in categories_of(major) or {OTHER}:
            lines.setdefault(code, MajorLine(code)).students += 1
