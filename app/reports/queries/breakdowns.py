"""The same figures in parts: by ownership, industry, delegation, level, school, major, origin."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, distinct, func, select

from app.checkins.models import Attendance
from app.checkins.states import Evidence
from app.core.db import db
from app.core.states import Word
from app.core.text import N_
from app.employers.models import Employer, PositionLevel
from app.employers.states import Ownership, PillarIndustry
from app.intents.models import Intent
from app.participations.models import OfferedPosition, Participation
from app.places.models import Delegation, School
from app.places.states import EducationLevel
from app.registrations.models import Registration
from app.reports.queries.counting import Chosen, intents_by_level, reached, took_part
from app.students.models import Student

# A part without a name: no delegation, no industry stated, any level.
NOBODY = ""


class SchoolTier(Word):
    """Whether a school is on the ministry's double first-class list."""

    DOUBLE_FIRST_CLASS = "yes", N_("Double first-class universities")
    OTHER = "no", N_("Other schools")


@dataclass(frozen=True)
class Breakdown:
    """One way to cut figures into parts: what is cut (keys of the registry) and by what.

    ``words`` are the names of the parts where they are words of the domain; else the parts
    carry their own names. ``rest`` is what a part without a key is called.
    """

    key: str
    name: str
    figures: tuple[str, ...]
    words: type[StrEnum] | None = None
    rest: str = N_("Not stated")


BREAKDOWNS: dict[str, Breakdown] = {
    one.key: one
    for one in (
        Breakdown(
            "ownership", N_("Employers by ownership"), ("employers", "employer_visits"), Ownership
        ),
        Breakdown("industry", N_("Employers by industry"), ("employers", "employer_visits")),
        Breakdown(
            "pillar",
            N_("Employers by pillar industry"),
            ("employers", "employer_visits"),
            PillarIndustry,
            N_("No pillar industry"),
        ),
        Breakdown(
            "delegation",
            N_("Employers by delegation"),
            ("employers", "employer_visits"),
            rest=N_("No delegation"),
        ),
        Breakdown(
            "position_level",
            N_("Positions by lowest education level asked for"),
            ("positions", "openings"),
            EducationLevel,
            N_("Any level"),
        ),
        Breakdown(
            "attended_level",
            N_("People who came by education level"),
            ("attended",),
            EducationLevel,
        ),
        Breakdown(
            "attended_evidence",
            N_("People who came by how it is proved"),
            ("attended",),
            Evidence,
        ),
        Breakdown(
            "intent_level",
            N_("Intents by education level"),
            ("intents", "intent_pairs", "intents_current"),
            EducationLevel,
        ),
        Breakdown("intent_school", N_("Intents by school"), ("intents", "intent_pairs")),
        Breakdown(
            "intent_tier",
            N_("Intents by kind of school"),
            ("intents", "intent_pairs"),
            SchoolTier,
        ),
        Breakdown("intent_major", N_("Intents by major"), ("intents", "intent_pairs")),
        Breakdown("intent_origin", N_("Intents by place of origin"), ("intents", "intent_pairs")),
        Breakdown(
            "intent_delegation",
            N_("Intents by delegation"),
            ("intents", "intent_pairs"),
            rest=N_("No delegation"),
        ),
    )
}
# What says something about the students who came, whom no delegation can claim.
OF_STUDENTS = ("attended_level", "attended_evidence")


@dataclass(frozen=True)
class Part:
    """One part: its key, its own names where it has some, its figures."""

    key: str
    counts: dict[str, int]
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Parts:
    """All breakdowns of one choice of fairs."""

    by: dict[str, list[Part]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values, to be kept in a snapshot."""
        return {name: [asdict(part) for part in parts] for name, parts in self.by.items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Parts":
        """What :meth:`to_json` wrote; breakdowns that exist no more are left out."""
        return cls(
            {
                name: [Part(**part) for part in parts]
                for name, parts in kept.items()
                if name in BREAKDOWNS
            }
        )


def break_down(chosen: Chosen) -> Parts:
    """Every breakdown of the registry, in eleven statements (nine for a delegation)."""
    by = {
        "ownership": _worded(Ownership, _employers(chosen, Employer.ownership)),
        "industry": _named(_employers(chosen, Employer.industry)),
        "pillar": _worded(PillarIndustry, _employers(chosen, Employer.pillar_industry)),
        "delegation": _delegations(
            _employers_by_delegation(chosen), ("employers", "employer_visits")
        ),
        "position_level": _worded(EducationLevel, _positions(chosen)),
        "intent_level": [
            Part(level.value, {name: row[name] for name in BREAKDOWNS["intent_level"].figures})
            for level, row in intents_by_level(chosen).items()
        ],
        "intent_major": _named(_intents(chosen, Student.major)),
        "intent_origin": _named(_intents(chosen, Student.origin)),
        "intent_delegation": intents_by_delegation(chosen),
        **_schools(chosen),
    }
    if chosen.delegations is None:
        by["attended_level"] = _worded(EducationLevel, _attended(chosen, Student.level))
        by["attended_evidence"] = _worded(Evidence, _attended(chosen, Attendance.evidence))
    return Parts({name: by[name] for name in BREAKDOWNS if name in by})


# ---------------------------------------------------------------------------- statements

Row = tuple[Any, dict[str, int]]


def _employers(chosen: Chosen, column: Any) -> list[Row]:
    query = (
        select(column, func.count(distinct(Participation.employer_id)), func.count())
        .join(Employer, Employer.id == Participation.employer_id)
        .where(took_part(chosen))
        .group_by(column)
    )
    return _read(query, ("employers", "employer_visits"))


def _employers_by_delegation(chosen: Chosen) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Delegation.code,
            Delegation.name_zh,
            Delegation.name_en,
            Delegation.position,
            func.count(distinct(Participation.employer_id)),
            func.count(),
        )
        .select_from(Participation)
        .outerjoin(Delegation, Delegation.id == Participation.delegation_id)
        .where(took_part(chosen))
        .group_by(Delegation.code, Delegation.name_zh, Delegation.name_en, Delegation.position)
    )


def intents_by_delegation(chosen: Chosen) -> list[Part]:
    """People and pairs for each delegation: somebody with employers of two counts in both."""
    query = (
        select(
            Delegation.code,
            Delegation.name_zh,
            Delegation.name_en,
            Delegation.position,
            func.count(distinct(Intent.student_id)),
            func.count(),
        )
        .select_from(Intent)
        .join(Participation, Participation.id == Intent.participation_id)
        .outerjoin(Delegation, Delegation.id == Participation.delegation_id)
        .where(reached(chosen))
        .group_by(Delegation.code, Delegation.name_zh, Delegation.name_en, Delegation.position)
    )
    return _delegations(query, ("intents", "intent_pairs"))


def _positions(chosen: Chosen) -> list[Row]:
    """By the lowest level a position asks for: "master's or doctorate" stands under master's."""
    levels = list(EducationLevel)
    rank = case({level: n for n, level in enumerate(levels)}, value=PositionLevel.level)
    lowest = (
        select(PositionLevel.position_id, func.max(rank).label("rank"))
        .group_by(PositionLevel.position_id)
        .subquery()
    )
    query = (
        select(lowest.c.rank, func.count(), func.sum(OfferedPosition.openings))
        .select_from(OfferedPosition)
        .join(Participation, Participation.id == OfferedPosition.participation_id)
        .outerjoin(lowest, lowest.c.position_id == OfferedPosition.position_id)
        .where(took_part(chosen))
        .group_by(lowest.c.rank)
    )
    found = _read(query, ("positions", "openings"))
    return [(None if rank is None else levels[rank], counts) for rank, counts in found]


def _attended(chosen: Chosen, column: Any) -> list[Row]:
    query = (
        select(column, func.count(distinct(Student.id)))
        .select_from(Attendance)
        .join(Registration, Registration.id == Attendance.registration_id)
        .join(Student, Student.id == Registration.student_id)
        .where(Attendance.fair_id.in_(chosen.ids))
        .group_by(column)
    )
    return _read(query, ("attended",))


def _intents(chosen: Chosen, column: Any) -> list[Row]:
    query = (
        select(column, func.count(distinct(Intent.student_id)), func.count())
        .select_from(Intent)
        .join(Student, Student.id == Intent.student_id)
        .where(reached(chosen))
        .group_by(column)
    )
    return _read(query, ("intents", "intent_pairs"))


def _schools(chosen: Chosen) -> dict[str, list[Part]]:
    """By school and, from the same rows, by kind of school; a student has one school."""
    name = func.coalesce(School.name, Student.school_name)
    listed = func.coalesce(School.is_double_first_class, False)
    query = (
        select(name, listed, func.count(distinct(Intent.student_id)), func.count())
        .select_from(Intent)
        .join(Student, Student.id == Intent.student_id)
        .outerjoin(School, School.id == Student.school_id)
        .where(reached(chosen))
        .group_by(name, listed)
    )
    rows = [(row[0], bool(row[1]), int(row[2]), int(row[3])) for row in db.session.execute(query)]
    tiers = {tier: {"intents": 0, "intent_pairs": 0} for tier in SchoolTier}
    for _, first_class, people, pairs in rows:
        tier = tiers[SchoolTier.DOUBLE_FIRST_CLASS if first_class else SchoolTier.OTHER]
        tier["intents"] += people
        tier["intent_pairs"] += pairs
    return {
        "intent_school": _named(
            (row[0], {"intents": row[2], "intent_pairs": row[3]}) for row in rows
        ),
        "intent_tier": [Part(tier.value, counts) for tier, counts in tiers.items() if rows],
    }


# ---------------------------------------------------------------------------- shaping


def _read(query: Select[*tuple[Any, ...]], names: tuple[str, ...]) -> list[Row]:
    return [
        (row[0], dict(zip(names, (int(value or 0) for value in row[1:]), strict=True)))
        for row in db.session.execute(query)
    ]


def _worded(words: type[StrEnum], rows: Iterable[Row]) -> list[Part]:
    """Parts in the order of their words, the part without a key last."""
    found = dict(rows)
    parts = [Part(word.value, found[word]) for word in words if word in found]
    return parts + ([Part(NOBODY, found[None])] if None in found else [])


def _named(rows: Iterable[Row]) -> list[Part]:
    """Parts with names of their own, the largest first, the part without a name last."""
    summed: dict[str, dict[str, int]] = {}
    for name, counts in rows:
        row = summed.setdefault((name or "").strip(), dict.fromkeys(counts, 0))
        for key, value in counts.items():
            row[key] += value
    ordered = sorted(summed.items(), key=lambda item: (not item[0], *_down(item[1]), item[0]))
    return [Part(name, counts, name_zh=name) for name, counts in ordered]


def _delegations(query: Select[*tuple[Any, ...]], names: Sequence[str]) -> list[Part]:
    rows = sorted(db.session.execute(query), key=lambda row: (row[0] is None, row[3] or 0))
    return [
        Part(
            row[0] or NOBODY,
            dict(zip(names, map(int, row[4:]), strict=True)),
            name_zh=row[1] or "",
            name_en=row[2] or "",
        )
        for row in rows
    ]


def _down(counts: dict[str, int]) -> list[int]:
    return [-value for value in counts.values()]
