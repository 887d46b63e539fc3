"""Reading over several rooms, and whether this installation is well."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, distinct, func, select, text
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounts.models import User
from app.accounts.permissions import Scope
from app.checkins.models import Attendance, Gate, GateStaff
from app.checkins.states import Direction
from app.core.clock import local, utcnow
from app.core.db import db, is_sqlite
from app.core.errors import NotFound
from app.core.text import N_
from app.employers.models import Employer
from app.employers.states import EmployerStatus
from app.notices.models import Notice
from app.notices.states import NoticeStatus
from app.participations.models import Booth, OfferedPosition, Participation
from app.participations.states import COMING, BoothKind, ParticipationStatus
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair, FairCheck, FairDocument, Stop, Tour
from app.tours.services import ReadinessFacts
from app.tours.states import DocumentKind, FairPhase, FairStatus

# --------------------------------------------------------------------------- public pages


@dataclass(frozen=True)
class RouteStop:
    """A stop as the route map shows it; ``phase`` is past, now, or empty for to come."""

    stop: Stop
    fairs: Sequence[Fair]
    phase: str
    state: FairPhase | None


def route_of(tour: Tour, now: datetime) -> list[RouteStop]:
    """The stops of a tour in order, with their public fairs and where they are in time."""
    today = local(now).date()
    stops = []
    for stop in tour.stops:
        fairs = [fair for fair in stop.fairs if fair.is_public]
        phases = [fair.phase_at(now) for fair in fairs]
        if FairPhase.ONGOING in phases or stop.arrives_on <= today <= stop.leaves_on:
            phase = "now"
        else:
            phase = "past" if stop.leaves_on < today else ""
        wanted = (
            FairPhase.ONGOING,
            FairPhase.OPEN,
            FairPhase.UPCOMING,
            FairPhase.REGISTRATION_CLOSED,
            FairPhase.POSTPONED,
            FairPhase.ENDED,
        )
        state = next((one for one in wanted if one in phases), None)
        stops.append(RouteStop(stop, fairs, phase, state))
    return stops


@dataclass(frozen=True)
class TourFigures:
    """What a tour brings: stops, fairs, employer attendances 家次, openings 需求人数."""

    stops: int
    fairs: int
    employers: int
    openings: int


def count_tour(tour: Tour) -> TourFigures:
    """Count a tour's public fairs and what employers bring to them; two statements."""
    public = select(Fair.id).where(
        Fair.tour_id == tour.id,
        Fair.published_at.is_not(None),
        Fair.status.in_((FairStatus.PUBLISHED, FairStatus.CLOSED, FairStatus.POSTPONED)),
    )
    fairs = db.session.scalar(select(func.count()).select_from(public.subquery())) or 0
    query = (
        select(
            func.count(distinct(Participation.id)),
            func.coalesce(func.sum(OfferedPosition.openings), 0),
        )
        .outerjoin(OfferedPosition, OfferedPosition.participation_id == Participation.id)
        .where(Participation.fair_id.in_(public), Participation.status.in_(COMING))
    )
    employers, openings = db.session.execute(query).one()
    return TourFigures(len(tour.stops), fairs, int(employers), int(openings or 0))


@dataclass
class OfferGroup:
    """One employer of a fair with those of its offers a search found."""

    participation: Participation
    offers: list[OfferedPosition] = field(default_factory=list)


def group_offers(offers: Sequence[OfferedPosition]) -> list[OfferGroup]:
    """Offers in their order, gathered by employer."""
    groups: dict[int, OfferGroup] = {}
    for offer in offers:
        group = groups.setdefault(offer.participation_id, OfferGroup(offer.participation))
        group.offers.append(offer)
    return list(groups.values())


def get_coming(fair: Fair, employer_slug: str) -> Participation:
    """The participation of an employer that comes to a fair, with what it offers there."""
    query = (
        select(Participation)
        .join(Participation.employer)
        .where(
            Participation.fair_id == fair.id,
            Participation.status.in_(COMING),
            Employer.slug == employer_slug,
        )
        .options(
            contains_eager(Participation.employer),
            joinedload(Participation.booth),
            selectinload(Participation.offered).joinedload(OfferedPosition.position),
        )
    )
    participation = db.session.scalars(query).one_or_none()
    if participation is None:
        raise NotFound()
    return participation


def count_coming(fair: Fair) -> int:
    """How many employers come to a fair."""
    return _count(
        select(func.count(Participation.id)).where(
            Participation.fair_id == fair.id, Participation.status.in_(COMING)
        )
    )


def find_ticket_of(user: User, fair: Fair) -> Registration | None:
    """The registration of whoever looks at a fair's page, if they are a student with one."""
    return find_tickets_of(user, [fair]).get(fair.id)


def find_tickets_of(user: User, fairs: Sequence[Fair]) -> dict[int, Registration]:
    """By fair: the registrations of whoever looks at these fairs, if they are a student."""
    if not getattr(user, "is_student", False):
        return {}
    query = (
        select(Registration)
        .join(Student, Student.id == Registration.student_id)
        .where(
            Student.user_id == user.id,
            Registration.fair_id.in_([fair.id for fair in fairs]),
            Registration.status != RegistrationStatus.CANCELLED,
        )
    )
    return {row.fair_id: row for row in db.session.scalars(query)}


def list_fairs_of(student: Student, moment: datetime) -> Sequence[Fair]:
    """The fairs a student is registered for that take place and are not over, by date."""
    query = (
        select(Fair)
        .join(Registration, Registration.fair_id == Fair.id)
        .where(
            Registration.student_id == student.id,
            Registration.status != RegistrationStatus.CANCELLED,
            Fair.status == FairStatus.PUBLISHED,
            Fair.ends_at > moment,
        )
        .order_by(Fair.starts_at, Fair.id)
    )
    return db.session.scalars(query).all()


# --------------------------------------------------------------------------- organiser


@dataclass(frozen=True)
class FairFacts:
    """The counts behind a fair's workspace and its readiness list."""

    employers: int = 0
    to_review: int = 0
    to_confirm: int = 0
    booths: int = 0
    booths_taken: int = 0
    positions: int = 0
    openings: int = 0
    registered: int = 0
    registered_yesterday: int = 0
    waitlisted: int = 0
    attended: int = 0
    inside: int = 0
    gates: int = 0
    gates_staffed: int = 0
    checks: frozenset[str] = frozenset()
    papers: frozenset[DocumentKind] = frozenset()

    @property
    def without_booth(self) -> int:
        """Employers that come and have no booth yet."""
        return self.employers - self.booths_taken

    @property
    def for_readiness(self) -> ReadinessFacts:
        """What the readiness list asks for."""
        return ReadinessFacts(
            checks=self.checks,
            papers=self.papers,
            employers=self.employers,
            employers_waiting=self.to_review,
            booths=self.booths,
            booths_missing=self.without_booth,
            gates=self.gates,
            gates_unstaffed=self.gates - self.gates_staffed,
        )


def count_fair(fair: Fair) -> FairFacts:
    """Count everything one fair's workspace shows."""
    return count_fairs([fair])[fair.id]


def count_fairs(fairs: Sequence[Fair]) -> dict[int, FairFacts]:
    """Count for many fairs at once: a dozen statements, however many they are."""
    ids = [fair.id for fair in fairs]
    found: dict[int, dict[str, Any]] = {fair_id: {} for fair_id in ids}
    for status, fair_id, number, placed in db.session.execute(
        select(
            Participation.status,
            Participation.fair_id,
            func.count(),
            func.count(Participation.booth_id),
        )
        .where(Participation.fair_id.in_(ids))
        .group_by(Participation.status, Participation.fair_id)
    ):
        counts = found[fair_id]
        if status in COMING:
            counts["employers"] = counts.get("employers", 0) + number
            counts["booths_taken"] = counts.get("booths_taken", 0) + placed
        if status is ParticipationStatus.SUBMITTED:
            counts["to_review"] = number
        if status is ParticipationStatus.APPROVED:
            counts["to_confirm"] = number
    for name, query in _grouped_counts(fairs).items():
        for fair_id, number in db.session.execute(query):
            found[fair_id][name] = int(number)
    checks = select(FairCheck.fair_id, FairCheck.key).where(FairCheck.fair_id.in_(ids))
    for fair_id, key in db.session.execute(checks):
        found[fair_id]["checks"] = found[fair_id].get("checks", frozenset()) | {key}
    papers = select(FairDocument.fair_id, FairDocument.kind).where(FairDocument.fair_id.in_(ids))
    for fair_id, kind in db.session.execute(papers):
        found[fair_id]["papers"] = found[fair_id].get("papers", frozenset()) | {kind}
    return {fair_id: FairFacts(**counts) for fair_id, counts in found.items()}


def _grouped_counts(fairs: Sequence[Fair]) -> dict[str, Select[Any]]:
    """One grouped count for each figure: rows of (fair id, number)."""
    ids = [fair.id for fair in fairs]
    midnight = local(utcnow()).replace(hour=0, minute=0, second=0, microsecond=0)
    offers = (
        select(Participation.fair_id)
        .join(OfferedPosition)
        .where(Participation.fair_id.in_(ids), Participation.status.in_(COMING))
        .group_by(Participation.fair_id)
    )
    registered = (
        select(Registration.fair_id, func.count())
        .where(Registration.fair_id.in_(ids))
        .group_by(Registration.fair_id)
    )
    confirmed = registered.where(Registration.status == RegistrationStatus.CONFIRMED)
    attended = (
        select(Attendance.fair_id, func.count())
        .where(Attendance.fair_id.in_(ids))
        .group_by(Attendance.fair_id)
    )
    gates = (
        select(Gate.fair_id)
        .where(Gate.fair_id.in_(ids), Gate.closed_at.is_(None))
        .group_by(Gate.fair_id)
    )
    return {
        "positions": offers.add_columns(func.count(OfferedPosition.id)),
        "openings": offers.add_columns(func.coalesce(func.sum(OfferedPosition.openings), 0)),
        "booths": select(Booth.fair_id, func.count())
        .where(Booth.fair_id.in_(ids), Booth.kind == BoothKind.BOOTH)
        .group_by(Booth.fair_id),
        "registered": confirmed,
        "registered_yesterday": confirmed.where(
            Registration.registered_at >= midnight - timedelta(days=1),
            Registration.registered_at < midnight,
        ),
        "waitlisted": registered.where(Registration.status == RegistrationStatus.WAITLISTED),
        "attended": attended,
        "inside": attended.where(Attendance.last_direction == Direction.IN),
        "gates": gates.add_columns(func.count()),
        "gates_staffed": gates.join(GateStaff).add_columns(func.count(distinct(Gate.id))),
    }


def count_employers_to_review(scope: Scope) -> int:
    """Companies that wait for their own review, as far as a reviewer's scope reaches."""
    query = select(func.count(Employer.id)).where(Employer.status == EmployerStatus.PENDING)
    if not scope.bureau:
        query = query.where(Employer.delegation_id.in_(scope.delegations))
    return _count(query)


def count_failed_notices() -> int:
    """Messages that were given up."""
    return _count(select(func.count(Notice.id)).where(Notice.status == NoticeStatus.FAILED))


def _count(query: object) -> int:
    return int(db.session.scalar(query) or 0)  # type: ignore[call-overload]


# --------------------------------------------------------------------------- health


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``is_well`` False is a warning, not an outage."""

    key: str
    title: str
    is_well: bool
    detail: str = ""


def database_answers() -> bool:
    """Whether the database answers a question; raises what it raises otherwise."""
    return bool(db.session.scalar(text("SELECT 1")) == 1)


def list_findings(folder: Path) -> list[Finding]:
    """Everything that is looked at; ``folder`` is where the data lies."""
    return [durable_commits(), disk_space(folder), stuck_notices()]


def durable_commits() -> Finding:
    """Whether an acknowledged commit survives a power cut."""
    if is_sqlite():
        mode = db.session.scalar(text("PRAGMA journal_mode"))
        level = db.session.scalar(text("PRAGMA synchronous"))
        well, detail = (mode == "wal" and level == 2), f"journal_mode={mode}, synchronous={level}"
    else:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        found = {name: db.session.scalar(text(f"SHOW {name}")) for name in names}
        well = all(value == "on" for value in found.values())
        detail = ", ".join(f"{name}={value}" for name, value in found.items())
    return Finding("durable", N_("Commits are durable"), well, detail)


def disk_space(folder: Path) -> Finding:
    """Whether a tenth of the disk is free."""
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    return Finding("disk", N_("Free disk space"), share >= 0.1, f"{share:.0%}")


def stuck_notices() -> Finding:
    """Whether messages wait longer than ten minutes: then the worker is probably down."""
    late = utcnow() - timedelta(minutes=10)
    waiting = _count(
        select(func.count(Notice.id)).where(
            Notice.status == NoticeStatus.QUEUED,
            Notice.created_at < late,
            Notice.next_attempt_at < late,
        )
    )
    return Finding("notices", N_("Messages leave in time"), waiting == 0, str(waiting))
