"""The sample world: one bureau, a tour around today, and last years' totals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from app.accounts.models import StaffRole, User
from app.accounts.permissions import Role, ScopeKind
from app.accounts.services import hash_password
from app.checkins.models import Gate, GateStaff
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.demo.content import DELEGATIONS, PASSWORD, STAFF, ZONES
from app.demo.crowd import let_in, register_all
from app.demo.employers import EmployerMaker, take_part
from app.demo.fairs import TourWorld, build_hall, build_tour
from app.demo.hall import make_trouble
from app.demo.meetings import greet, meet, write_letters
from app.demo.people import StudentMaker
from app.demo.stands import ask_at_stands
from app.demo.voices import (
    ask_at_registration,
    survey_closed,
    survey_open,
    write_to_registered,
)
from app.employers.models import Employer, EmployerMember
from app.employers.states import EmployerStatus
from app.participations.models import Booth, Participation
from app.participations.services import index_missing
from app.participations.states import ParticipationStatus
from app.places.models import Delegation, School
from app.places.services import seed_double_first_class
from app.registrations.models import Registration
from app.reports.services import close_fair, seed_reference_years
from app.students.models import Student
from app.tours.models import Fair, FairCheck

S = ParticipationStatus
Say = Callable[[str, int, int], None]
STEPS = 9


@dataclass(frozen=True)
class Size:
    """How much of everything: 1.0 is the demo, tests take less."""

    scale: float = 1.0

    def of(self, number: int) -> int:
        """``number`` at this scale, at least 3."""
        return max(3, round(number * self.scale))


def is_loaded() -> bool:
    """Whether the sample world is there already."""
    return db.session.scalar(select(Delegation.id).limit(1)) is not None


def load(say: Say, *, scale: float = 1.0) -> None:
    """Build the world in the caller's transaction; ``say(what, done, of)`` is told each step."""
    size, rng, now = Size(scale), Random(20260315), utcnow()
    say("schools and delegations", 1, STEPS)
    seed_double_first_class()
    delegations = _delegations()
    say("tour, stops and fairs", 2, STEPS)
    with frozen(now - timedelta(days=50)):
        world = build_tour(now, list(delegations.values()))
    staff = _staff(delegations, world.fairs["wuhan"])
    say("employers and positions", 3, STEPS)
    maker = EmployerMaker(rng, delegations, now - timedelta(days=60))
    letters = [zone[0] for zone in ZONES]
    employers = [maker.make(letters[k % 6]) for k in range(size.of(104))]
    db.session.flush()
    say("applications and booths", 4, STEPS)
    coming = _applications(world, employers, rng, now, size)
    _place(world, coming, delegations)
    recruiter = _company_people(coming["wuhan"], maker, delegations, rng, now)
    say("students", 5, STEPS)
    students = StudentMaker(rng, list(db.session.scalars(select(School))), now - timedelta(days=30))
    crowd = _register(world, students, rng, now, size)
    say("scans", 6, STEPS)
    _scan(world, crowd, staff["gate"], rng, now, size)
    came = {row.id for row in crowd["wuhan-came"]}
    absent = [row for row in crowd["wuhan"] if row.id not in came and row.tickets]
    make_trouble(world.fairs["wuhan"], absent, staff=staff, now=now)
    say("resumes, intents and letters", 7, STEPS)
    _meet(crowd, coming, recruiter, rng, now, size)
    say("questions, surveys and messages", 8, STEPS)
    _speak(world, crowd, coming, recruiter, staff["planner"], now)
    say("figures of former years", 9, STEPS)
    for key in ("hangzhou", "hangzhou-digital", "nanjing"):
        with frozen(world.fairs[key].ends_at + timedelta(hours=2)):
            close_fair(world.fairs[key], by=staff["planner"])
    while index_missing():
        pass
    seed_reference_years(by=staff["admin"])


def _delegations() -> dict[str, Delegation]:
    rows = {
        code: Delegation(code=code, name_zh=zh, name_en=en, position=position)
        for position, (code, zh, en) in enumerate(DELEGATIONS)
    }
    db.session.add_all(rows.values())
    db.session.flush()
    return rows


def _staff(delegations: dict[str, Delegation], running: Fair) -> dict[str, User]:
    people = {}
    password = hash_password(PASSWORD)
    for role, scope, email, name in STAFF:
        kind, scope_id, label = ScopeKind.BUREAU, 0, ""
        if scope == "fair":
            kind, scope_id, label = ScopeKind.FAIR, running.id, running.title_zh
        elif scope:
            kind, scope_id = ScopeKind.DELEGATION, delegations[scope].id
            label = delegations[scope].name_zh
        user = User(
            role=Role.STAFF,
            name=name,
            email=f"{email}@demo.example",
            password_hash=password,
            email_verified_at=utcnow(),
        )
        user.staff_roles.append(
            StaffRole(role=Role(role), scope_kind=kind, scope_id=scope_id, scope_label=label)
        )
        people[email] = user
    db.session.add_all(people.values())
    db.session.flush()
    gates = list(db.session.scalars(select(Gate).where(Gate.fair_id == running.id)))
    for gate in gates:
        gate.staff.append(GateStaff(user=people["gate"]))
    db.session.flush()
    return people


def _applications(
    world: TourWorld, employers: list[Employer], rng: Random, now: datetime, size: Size
) -> dict[str, list[Participation]]:
    """Who comes where: everything decided in the past, half open where it is still to come."""
    plans: dict[str, tuple[int, tuple[ParticipationStatus, ...]]] = {
        "hangzhou": (70, (S.ARRIVED,) * 19 + (S.NO_SHOW,)),
        "hangzhou-digital": (24, (S.ARRIVED,)),
        "nanjing": (82, (S.ARRIVED,) * 19 + (S.NO_SHOW,)),
        "wuhan": (104, (S.ARRIVED,) * 24 + (S.CONFIRMED,)),
        "wuhan-digital": (22, (S.CONFIRMED, S.CONFIRMED, S.APPROVED, S.SUBMITTED)),
        "xian": (82, (S.CONFIRMED,) * 6 + (S.APPROVED,) * 2 + (S.SUBMITTED, S.WAITLISTED)),
        "harbin": (40, (S.CONFIRMED, S.SUBMITTED)),
    }
    coming = {}
    for key, (number, states) in plans.items():
        fair = world.fairs[key]
        chosen = (
            employers[: size.of(number)]
            if key == "wuhan"
            else rng.sample(employers, min(len(employers), size.of(number)))
        )
        at = min(now, fair.starts_at) - timedelta(days=12)
        coming[key] = [
            take_part(employer, fair, states[k % len(states)], rng, at=at)
            for k, employer in enumerate(chosen)
        ]
    db.session.flush()
    return coming


def _place(
    world: TourWorld, coming: dict[str, list[Participation]], delegations: dict[str, Delegation]
) -> None:
    """Booths: all of them where the fair began, most where it is to come, in their own zone."""
    industries = {zone[3]: zone[0] for zone in ZONES}
    for key, share in (("hangzhou", 1.0), ("nanjing", 1.0), ("wuhan", 1.0), ("xian", 0.85)):
        booths = build_hall(world.fairs[key], delegations)
        free: dict[str, list[Booth]] = {}
        for booth in booths:
            free.setdefault(booth.zone, []).append(booth)
        able = [one for one in coming[key] if one.status in (S.APPROVED, S.CONFIRMED, S.ARRIVED)]
        for participation in able[: round(len(able) * share)]:
            own = free[industries[participation.employer.industry]] or max(free.values(), key=len)
            participation.booth_id = own.pop(0).id
        db.session.flush()
    for key in ("wuhan-digital", "hangzhou-digital"):
        db.session.add(FairCheck(fair_id=world.fairs[key].id, key="venue"))
    for fair_key in ("xian", "wuhan", "nanjing", "hangzhou"):
        fair = world.fairs[fair_key]
        ticked = (
            ("venue", "permit")
            if fair_key == "xian"
            else ("venue", "permit", "emergency_plan", "security_plan")
        )
        db.session.add_all(FairCheck(fair_id=fair.id, key=name) for name in ticked)


def _company_people(
    participations: list[Participation],
    maker: EmployerMaker,
    delegations: dict[str, Delegation],
    rng: Random,
    now: datetime,
) -> User:
    """Logins for one company at the running fair and one whose papers were returned."""
    password = hash_password(PASSWORD)
    first = next(one for one in participations if one.status is S.ARRIVED).employer
    first.short_name = first.short_name or first.name
    returned = maker.make("A")
    returned.delegation = delegations["YQ"]
    returned.status, returned.status_reason = (
        EmployerStatus.RETURNED,
        "营业执照照片不清楚，请重新上传",
    )
    pending = [maker.make(letter) for letter in "ABC"]
    for one in pending:
        one.status, one.reviewed_at = EmployerStatus.PENDING, None
        one.submitted_at = now - timedelta(days=rng.randint(1, 3))
    people = [
        (first, Role.EMPLOYER_OWNER, "owner", "周敏", "人事总监"),
        (first, Role.RECRUITER, "recruiter", "叶青", "招聘主管"),
        (returned, Role.EMPLOYER_OWNER, "returned", "沈立", "人事经理"),
    ]
    made = []
    for employer, role, email, name, title in people:
        user = User(
            role=role,
            name=name,
            email=f"{email}@demo.example",
            password_hash=password,
            email_verified_at=now,
        )
        db.session.add(EmployerMember(employer=employer, user=user, role=role, job_title=title))
        made.append(user)
    db.session.flush()
    return made[0]


Crowd = dict[str, list[Registration]]


def _register(
    world: TourWorld, maker: StudentMaker, rng: Random, now: datetime, size: Size
) -> Crowd:
    """Two thousand for the running fair, fewer elsewhere; the first student holds a ticket."""
    numbers = {
        "wuhan": (2000, 0),
        "hangzhou": (420, 0),
        "nanjing": (520, 0),
        "xian": (380, 0),
        "wuhan-digital": (310, 10),
    }
    crowd = {}
    demo: list[Student] = []
    for key, (number, waiting) in numbers.items():
        fair = world.fairs[key]
        students = maker.make(size.of(number), world.hosts[key])
        if key == "wuhan":
            demo = students[:2]
            drawn = demo[0].name
            demo[0].name, demo[0].user.name = "陈思远", "陈思远"  # type: ignore[union-attr]
            for resume in demo[0].resumes:
                resume.text = (resume.text or "").replace(drawn, demo[0].name)
        if key == "xian":
            students = [demo[0], *students]
        if key == "wuhan-digital":
            # The second demo student waits for a place here.
            students = [*students, demo[1]]
        db.session.flush()
        full = key == "wuhan-digital"
        if full:
            fair.capacity = len(students) - waiting
        crowd[key] = register_all(fair, students, rng, now=now, waitlisted=waiting)
    # Early, so that what was written to everybody registered has reached the demo's student.
    first = crowd["xian"][0]
    early = (first.fair.registration_opens_at or first.fair.created_at) + timedelta(days=1)
    first.registered_at = first.verified_at = first.tickets[0].issued_at = early
    return crowd


def _scan(
    world: TourWorld, crowd: Crowd, gate_staff: User, rng: Random, now: datetime, size: Size
) -> None:
    for key, number, leaving in (
        ("wuhan", 1010, 0.1),
        ("hangzhou", 330, 1.0),
        ("nanjing", 410, 1.0),
    ):
        fair = world.fairs[key]
        gates = list(db.session.scalars(select(Gate).where(Gate.fair_id == fair.id)))
        came = [
            crowd[key][0],
            *rng.sample(crowd[key][1:], min(len(crowd[key]) - 1, size.of(number) - 1)),
        ]
        let_in(fair, came, gates, gate_staff, rng, until=min(now, fair.ends_at), leaving=leaving)
        crowd[key + "-came"] = came


def _meet(
    crowd: Crowd,
    coming: dict[str, list[Participation]],
    recruiter: User,
    rng: Random,
    now: datetime,
    size: Size,
) -> None:
    for key, number in (("wuhan", 430), ("hangzhou", 220), ("nanjing", 260)):
        present = [one for one in coming[key] if one.status is S.ARRIVED]
        first = next((one for one in present if one.employer.members), present[0])
        fair = present[0].fair
        until = min(now, fair.ends_at)
        seen: set[tuple[int, int]] = set()
        if key == "wuhan":
            demo = crowd["wuhan"][0]
            greet(demo, present, recruiter, rng, until=until)
            seen |= {(demo.id, one.id) for one in present}
        pairs = []
        for number_of_pair in range(max(20, size.of(number))):
            registration = rng.choice(crowd[key + "-came"])
            at_first = key == "wuhan" and number_of_pair < max(18, size.of(36))
            participation = first if at_first else rng.choice(present)
            if (registration.id, participation.id) in seen:
                continue
            seen.add((registration.id, participation.id))
            span = (until - fair.starts_at).total_seconds()
            at = fair.starts_at + timedelta(seconds=max(30.0, span * rng.random() * 0.8))
            pairs.append((registration, participation, min(at, until - timedelta(minutes=5))))
        made = meet(pairs, rng, until=until)
        if key == "wuhan":
            theirs = [one for one in made if one.employer_id == first.employer_id]
            write_letters(
                theirs,
                recruiter,
                wanted=4,
                at=until - timedelta(minutes=3),
                starts_on=(now + timedelta(days=120)).date(),
            )


def _speak(
    world: TourWorld,
    crowd: Crowd,
    coming: dict[str, list[Participation]],
    recruiter: User,
    planner: User,
    now: datetime,
) -> None:
    """What was asked and answered: chance of its own, so that the rest stays as it was."""
    rng = Random(20260316)
    present = [one for one in coming["wuhan"] if one.status is S.ARRIVED]
    ask_at_stands(present, crowd["wuhan-came"], recruiter, rng, until=now)
    ask_at_registration(world.fairs["xian"], crowd["xian"], rng, by=planner)
    survey_closed(world.fairs["hangzhou"], rng, by=planner)
    survey_open(world.fairs["nanjing"], rng, by=planner, now=now)
    write_to_registered(world.fairs["xian"], crowd["xian"], rng, by=planner, now=now)
