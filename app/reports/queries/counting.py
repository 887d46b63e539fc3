"""Counting in a fixed number of statements, however many fairs are chosen.

Persons and employers are counted distinct over all chosen fairs together (人, 家); visits,
attendances and pairs are sums over the fairs (人次, 家次). A delegation's figures are those
of its employers; how many students came cannot be told apart by delegation and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select, text, true

from app.checkins.models import Admission, Attendance
from app.core.db import db, is_sqlite
from app.intents.models import Agreement, Intent, ResumeShare
from app.intents.states import LADDER, RANK, REACHED_RANK, AgreementStatus, Step
from app.participations.models import OfferedPosition, Participation
from app.participations.states import ParticipationStatus
from app.places.states import EducationLevel
from app.registrations.models import Registration
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair

Counts = dict[str, int | None]

# Who took part: confirmed and not marked absent (closing a fair leaves those who arrived).
TAKING_PART = (ParticipationStatus.CONFIRMED, ParticipationStatus.ARRIVED)
HIRED_RANK = RANK[Step.CONTRACT_SIGNED]
# Figures of students, which no delegation can claim for itself.
OF_STUDENTS = (
    "registered",
    "registered_before",
    "walk_ins",
    "attended",
    "attendances",
    "attended_registered",
)


@dataclass(frozen=True)
class Chosen:
    """The fairs to count, and the delegations to count alone (None: everybody)."""

    fairs: Sequence[Fair]
    delegations: frozenset[int] | None = None

    @property
    def ids(self) -> list[int]:
        """The ids of the fairs."""
        return [fair.id for fair in self.fairs]


def took_part(chosen: Chosen) -> ColumnElement[bool]:
    """Which participations count."""
    return and_(
        Participation.fair_id.in_(chosen.ids), Participation.status.in_(TAKING_PART), _own(chosen)
    )


def reached(chosen: Chosen) -> ColumnElement[bool]:
    """Which intents count as reached (of a query that joins the participation if need be)."""
    return and_(
        Intent.fair_id.in_(chosen.ids),
        Intent.reached_rank >= REACHED_RANK,
        _through(Intent.participation_id, chosen),
    )


def count_everything(chosen: Chosen) -> Counts:
    """Every count of the registry, in seven statements (five for a delegation)."""
    return {
        "fairs": len(chosen.fairs),
        **count_employers(chosen),
        **count_positions(chosen),
        **_students(chosen),
        **count_resumes(chosen),
        **summed_levels(intents_by_level(chosen)),
        "agreements": count_agreements(chosen),
        "online_visitors": _online(chosen),
    }


def intents_by_level(chosen: Chosen) -> dict[EducationLevel, dict[str, int]]:
    """People, pairs, standing people, contracts and people hired, for each education level."""
    standing = Intent.step.in_(LADDER[REACHED_RANK:])
    hired = Intent.reached_rank >= HIRED_RANK
    query = (
        select(
            Student.level,
            func.count(distinct(Intent.student_id)),
            func.count(),
            func.count(distinct(case((standing, Intent.student_id)))),
            func.count(case((hired, 1))),
            func.count(distinct(case((hired, Intent.student_id)))),
        )
        .join(Student, Student.id == Intent.student_id)
        .where(reached(chosen))
        .group_by(Student.level)
    )
    names = ("intents", "intent_pairs", "intents_current", "contracts", "graduates")
    found = {row[0]: dict(zip(names, map(int, row[1:]), strict=True)) for row in _rows(query)}
    return {level: found[level] for level in EducationLevel if level in found}


def summed_levels(levels: dict[EducationLevel, dict[str, int]]) -> Counts:
    """The figures of all levels together: a student has one level, so people add up."""
    names = ("intents", "intent_pairs", "intents_current", "contracts", "graduates")
    found: Counts = {name: sum(row[name] for row in levels.values()) for name in names}
    for level in (EducationLevel.DOCTORAL, EducationLevel.MASTERS):
        found[level.value] = levels[level]["graduates"] if level in levels else 0
    return found


def count_by(chosen: Chosen, key: Any) -> dict[Any, Counts]:
    """Employers, positions, resumes and intents for each value of a column, in four statements.

    ``key`` is a column of the participation or of the fair; both are joined.
    """
    joined = (
        select(key)
        .select_from(Participation)
        .join(Fair, Fair.id == Participation.fair_id)
        .group_by(key)
    )
    counted = (
        (
            joined.add_columns(
                func.count(distinct(Participation.fair_id)),
                func.count(distinct(Participation.employer_id)),
                func.count(),
            ).where(took_part(chosen)),
            ("fairs", "employers", "employer_visits"),
        ),
        (
            joined.add_columns(func.count(), func.sum(OfferedPosition.openings))
            .join(OfferedPosition, OfferedPosition.participation_id == Participation.id)
            .where(took_part(chosen)),
            ("positions", "openings"),
        ),
        (
            joined.add_columns(func.count(), func.count(distinct(ResumeShare.student_id)))
            .join(ResumeShare, ResumeShare.participation_id == Participation.id)
            .where(ResumeShare.fair_id.in_(chosen.ids), _own(chosen)),
            ("resumes", "resume_people"),
        ),
        (
            joined.add_columns(func.count(distinct(Intent.student_id)), func.count())
            .join(Intent, Intent.participation_id == Participation.id)
            .where(reached(chosen)),
            ("intents", "intent_pairs"),
        ),
    )
    found: dict[Any, Counts] = {}
    for query, names in counted:
        for row in _rows(query):
            found.setdefault(row[0], {}).update(
                zip(names, (int(value or 0) for value in row[1:]), strict=True)
            )
    every = [name for _, names in counted for name in names]
    return {value: {name: row.get(name, 0) for name in every} for value, row in found.items()}


def count_students_by(chosen: Chosen, key: Any) -> dict[Any, Counts]:
    """Who registered and who came, for each value of a column of the fair, in two statements."""
    names = ("registered", "walk_ins", "attended", "attendances", "attended_registered")
    found = {
        row[0]: dict(zip(names, (int(value or 0) for value in row[1:]), strict=True))
        for row in _rows(_registrations(chosen).add_columns(key).group_by(key), key_last=True)
    }
    days = _more_days(chosen)
    query = select(key, func.sum(days.c.more)).join(days, days.c.fair_id == Fair.id).group_by(key)
    for value, more in _rows(query):
        found[value]["attendances"] += int(more)
    return {value: dict(row) for value, row in found.items()}


# ---------------------------------------------------------------------------- pieces


def count_employers(chosen: Chosen) -> Counts:
    """Employers and their attendances, arrived and absent."""
    here = Participation.status.in_(TAKING_PART)
    row = _row(
        select(
            func.count(distinct(case((here, Participation.employer_id)))),
            func.count(case((here, 1))),
            func.count(case((Participation.status == ParticipationStatus.ARRIVED, 1))),
            func.count(case((Participation.status == ParticipationStatus.NO_SHOW, 1))),
        ).where(Participation.fair_id.in_(chosen.ids), _own(chosen))
    )
    names = ("employers", "employer_visits", "employers_arrived", "employers_absent")
    return dict(zip(names, row, strict=True))


def count_positions(chosen: Chosen) -> Counts:
    """Positions and openings."""
    row = _row(
        select(
            func.count(),
            func.count(distinct(OfferedPosition.position_id)),
            func.sum(OfferedPosition.openings),
            func.count(case((OfferedPosition.openings.is_(None), 1))),
        )
        .join(Participation, Participation.id == OfferedPosition.participation_id)
        .where(took_part(chosen))
    )
    names = ("positions", "positions_distinct", "openings", "openings_unknown")
    return dict(zip(names, row, strict=True))


def _students(chosen: Chosen) -> Counts:
    if chosen.delegations is not None:
        return dict.fromkeys(OF_STUDENTS)
    registered, walk_ins, people, came, came_before = _row(_registrations(chosen))
    more = _one(select(func.sum(_more_days(chosen).c.more)))
    return {
        "registered": registered,
        "registered_before": registered - walk_ins,
        "walk_ins": walk_ins,
        "attended": people,
        "attendances": came + more,
        "attended_registered": came_before,
    }


def _registrations(chosen: Chosen) -> Select[*tuple[Any, ...]]:
    """Registered, walk-ins, distinct people who came, comings, comings of the registered."""
    standing = Registration.status == RegistrationStatus.CONFIRMED
    came = Attendance.registration_id.is_not(None)
    at_the_door = or_(
        Registration.source == RegistrationSource.WALK_IN,
        Registration.registered_at >= doors_time(),
    )
    return (
        select(
            func.count(case((standing, 1))),
            func.count(case((and_(standing, at_the_door), 1))),
            func.count(distinct(case((came, Registration.student_id)))),
            func.count(case((came, 1))),
            func.count(case((and_(came, standing, ~at_the_door), 1))),
        )
        .select_from(Registration)
        .join(Fair, Fair.id == Registration.fair_id)
        .outerjoin(Attendance, Attendance.registration_id == Registration.id)
        .where(Registration.fair_id.in_(chosen.ids))
    )


def doors_time() -> ColumnElement[Any]:
    """When a fair's doors open, as ``Fair.opens_doors_at`` says it."""
    if is_sqlite():
        early: Any = func.strftime("%Y-%m-%d %H:%M:%f", Fair.starts_at, "-30 minutes")
    else:
        early = Fair.starts_at.op("-")(text("interval '30 minutes'"))
    return case((Fair.doors_at.is_not(None), Fair.doors_at), else_=early)


def _more_days(chosen: Chosen) -> Any:
    """For people who came on several days of one fair: how many days beyond the first."""
    days = func.count(distinct(Admission.day))
    return (
        select(Admission.fair_id, (days - 1).label("more"))
        .where(Admission.fair_id.in_(chosen.ids))
        .group_by(Admission.fair_id, Admission.registration_id)
        .having(days > 1)
        .subquery()
    )


def count_resumes(chosen: Chosen) -> Counts:
    """Resumes and the people who shared them."""
    row = _row(
        select(func.count(), func.count(distinct(ResumeShare.student_id))).where(
            ResumeShare.fair_id.in_(chosen.ids), _through(ResumeShare.participation_id, chosen)
        )
    )
    return dict(zip(("resumes", "resume_people"), row, strict=True))


def count_agreements(chosen: Chosen) -> int:
    """Letters of intent that are valid."""
    return _one(
        select(func.count())
        .select_from(Agreement)
        .join(Intent, Intent.id == Agreement.intent_id)
        .where(
            Intent.fair_id.in_(chosen.ids),
            Agreement.status == AgreementStatus.SIGNED,
            _through(Intent.participation_id, chosen),
        )
    )


def _online(chosen: Chosen) -> int | None:
    if chosen.delegations is not None:
        return None
    return sum(fair.online_visitors or 0 for fair in chosen.fairs)


def _own(chosen: Chosen) -> ColumnElement[bool]:
    """Which participations belong to the delegations counted."""
    if chosen.delegations is None:
        return true()
    return Participation.delegation_id.in_(chosen.delegations)


def _through(participation_id: Any, chosen: Chosen) -> ColumnElement[bool]:
    """The same for a row that points at a participation."""
    if chosen.delegations is None:
        return true()
    found: ColumnElement[bool] = participation_id.in_(
        select(Participation.id).where(
            Participation.fair_id.in_(chosen.ids),
            Participation.delegation_id.in_(chosen.delegations),
        )
    )
    return found


def _rows(query: Select[*tuple[Any, ...]], *, key_last: bool = False) -> list[tuple[Any, ...]]:
    rows = [tuple(row) for row in db.session.execute(query)]
    return [(row[-1], *row[:-1]) for row in rows] if key_last else rows


def _row(query: Select[*tuple[Any, ...]]) -> list[int]:
    return [int(value or 0) for value in db.session.execute(query).one()]


def _one(query: Select[*tuple[Any, ...]]) -> int:
    return int(db.session.scalar(query) or 0)
