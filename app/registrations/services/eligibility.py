"""Whom a fair is for: levels, schools and majors, AND across them, OR within each."""

from dataclasses import dataclass, field

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.core.text import N_
from app.places.majors import match
from app.places.queries import find_school_by_name
from app.places.states import EducationLevel
from app.registrations.models import FairEligibility
from app.registrations.queries import find_eligibility, list_confirmed_students
from app.students.models import Student
from app.tours.models import Fair

MOST_NAMED = 6


class NotEligible(DomainError):
    """A fair is not for this student; the sentence says which rule and what the profile says."""

    code = "not-eligible"

    BY_LEVEL = N_(
        "This fair is for %(wanted)s; your profile says %(own)s. If that is wrong, correct it, "
        "else look at the other fairs."
    )
    BY_SCHOOL = N_(
        "This fair is for students of %(wanted)s; your profile says %(own)s. If that is wrong, "
        "correct it, else look at the other fairs."
    )
    BY_MAJOR = N_(
        "This fair is for the majors %(wanted)s; your profile says %(own)s. If that is wrong, "
        "correct it, else look at the other fairs."
    )


class UnknownSchools(DomainError):
    """Schools in a rule that nobody could be a student of."""

    code = "unknown-school"
    message = N_("We do not know these schools: %(names)s. Write the names as in the list.")


@dataclass(frozen=True)
class Rules:
    """Whom a fair is for, as somebody writes it."""

    levels: list[EducationLevel] = field(default_factory=list)
    schools: list[str] = field(default_factory=list)
    majors: list[str] = field(default_factory=list)


def set_eligibility(fair: Fair, rules: Rules, *, by: User) -> int:
    """Say whom a fair is for; return how many with a place would get none under these rules.

    They keep what they have. Raises :class:`UnknownSchools`.
    """
    schools, unknown = [], []
    for name in dict.fromkeys(rules.schools):
        school = find_school_by_name(name)
        if school is None:
            unknown.append(name)
        else:
            schools.append(school.name)
    if unknown:
        raise UnknownSchools(field="schools", names="、".join(unknown[:MOST_NAMED]))
    row = db.session.get(FairEligibility, fair.id) or FairEligibility(fair_id=fair.id)
    before = {"levels": row.levels, "schools": row.schools, "majors": row.majors}
    row.levels = [level.value for level in EducationLevel if level in rules.levels]
    row.schools = list(dict.fromkeys(schools))
    row.majors = list(dict.fromkeys(rules.majors))
    row.updated_at = utcnow()
    db.session.add(row)
    db.session.flush()
    record(
        "fair.eligibility",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        before=before,
        after={"levels": row.levels, "schools": row.schools, "majors": row.majors},
    )
    return sum(_fault(student, row) is not None for student in list_confirmed_students(fair))


def check_eligible(student: Student, fair: Fair) -> None:
    """Raise :class:`NotEligible` where a fair's rules leave a student out."""
    rules = find_eligibility(fair)
    fault = _fault(student, rules) if rules is not None else None
    if fault is not None:
        raise fault


def _fault(student: Student, rules: FairEligibility) -> NotEligible | None:
    if rules.levels and student.level.value not in rules.levels:
        levels = tuple(EducationLevel(value) for value in rules.levels)
        return NotEligible(NotEligible.BY_LEVEL, field="level", wanted=levels, own=student.level)
    if rules.schools and not _is_of(student, rules.schools):
        return NotEligible(
            NotEligible.BY_SCHOOL,
            field="school_name",
            wanted=tuple(rules.schools[:MOST_NAMED]),
            own=student.school_name or "–",
        )
    if rules.majors and match(rules.majors, student.major) is None:
        return NotEligible(
            NotEligible.BY_MAJOR,
            field="major",
            wanted=tuple(rules.majors[:MOST_NAMED]),
            own=student.major or "–",
        )
    return None


def _is_of(student: Student, schools: list[str]) -> bool:
    present = student.school.name if student.school is not None else student.school_name
    return present in schools
