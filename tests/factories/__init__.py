"""Makers of valid things. Each takes only what its test cares about."""

from datetime import timedelta
from itertools import count

from app.accounts.models import StaffRole, User
from app.accounts.permissions import Role, ScopeKind
from app.checkins.models import Gate
from app.core.clock import utcnow
from app.core.crypto import keyed_hash
from app.core.db import db
from app.employers.models import Employer, EmployerMember, Position
from app.employers.services import index_positions
from app.employers.states import EmployerStatus
from app.participations.models import Booth, OfferedPosition, Participation
from app.participations.services import refresh_open
from app.participations.states import ParticipationStatus
from app.places.models import Delegation, School, Venue
from app.places.states import EducationLevel
from app.students.models import Student
from app.tours.models import Fair, Stop, Tour
from app.tours.states import FairStatus

_number = count(1)


def save(thing):
    db.session.add(thing)
    db.session.commit()
    return thing


def make_user(role=Role.STAFF, **given):
    n = next(_number)
    usual = {"role": role, "name": f"Person {n}"}
    if role is Role.STUDENT:
        phone = given.pop("phone", None) or f"139{n:08d}"
        usual |= {
            "phone": phone,
            "phone_hash": keyed_hash("phone", phone),
            "phone_last4": phone[-4:],
            "phone_verified_at": utcnow(),
        }
    else:
        usual["email"] = f"person{n}@example.org"
    return save(User(**usual | given))


def make_staff(role=Role.ADMINISTRATOR, scope_kind=ScopeKind.BUREAU, scope_id=0, **given):
    user = make_user(Role.STAFF, **given)
    user.staff_roles.append(StaffRole(role=role, scope_kind=scope_kind, scope_id=scope_id))
    return save(user)


def make_delegation(**given):
    n = next(_number)
    return save(Delegation(**{"code": f"d{n}", "name_zh": f"分团{n}", "name_en": f"D{n}"} | given))


def make_school(**given):
    n = next(_number)
    name = given.pop("name", None) or f"学校{n}"
    return save(School(**{"name": name, "search_text": name, "city": "武汉"} | given))


def make_venue(**given):
    n = next(_number)
    return save(Venue(**{"name_zh": f"体育馆{n}", "city": "武汉"} | given))


def make_tour(**given):
    n = next(_number)
    start = utcnow().date()
    usual = {
        "slug": f"tour-{n}",
        "title_zh": f"引才专列{n}",
        "title_en": f"Tour {n}",
        "starts_on": start - timedelta(days=10),
        "ends_on": start + timedelta(days=30),
    }
    return save(Tour(**usual | given))


def make_stop(**given):
    tour = given.pop("tour", None) or make_tour()
    today = utcnow().date()
    usual = {
        "tour": tour,
        "position": next(_number),
        "city": "武汉",
        "city_en": "Wuhan",
        "arrives_on": today,
        "leaves_on": today,
    }
    return save(Stop(**usual | given))


def make_fair(**given):
    """A published fair whose doors are open now."""
    n = next(_number)
    now = utcnow()
    usual = {
        "slug": f"fair-{n}",
        "title_zh": f"双选会{n}",
        "title_en": f"Fair {n}",
        "city": "武汉",
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(hours=7),
        "doors_at": now - timedelta(hours=2),
        "registration_opens_at": now - timedelta(days=20),
        "status": FairStatus.PUBLISHED,
        "published_at": now - timedelta(days=20),
    }
    return save(Fair(**usual | given))


def make_coming_fair(**given):
    """A published fair in ten days: registration and applications are open."""
    start = utcnow() + timedelta(days=10)
    usual = {"starts_at": start, "ends_at": start + timedelta(hours=3), "doors_at": None}
    return make_fair(**usual | given)


def make_gate(**given):
    n = next(_number)
    fair = given.pop("fair", None) or make_fair()
    return save(Gate(**{"fair": fair, "name": f"Gate {n}"} | given))


def make_employer(**given):
    n = next(_number)
    usual = {
        "slug": f"employer-{n}",
        "name": f"温州样例{n}有限公司",
        "short_name": f"样例{n}",
        "status": EmployerStatus.APPROVED,
        "city": "温州",
    }
    return save(Employer(**usual | given))


def make_recruiter(employer=None, role=Role.EMPLOYER_OWNER, **given):
    user = make_user(role, **given)
    save(EmployerMember(employer=employer or make_employer(), user=user, role=role))
    return user


def make_position(**given):
    n = next(_number)
    employer = given.pop("employer", None) or make_employer()
    levels = given.pop("levels", [EducationLevel.BACHELORS])
    title = given.pop("title", f"岗位{n}")
    usual = {"employer": employer, "title": title, "openings": 3}
    position = Position(**usual | given)
    position.levels = levels
    save(position)
    index_positions([position.id])
    db.session.commit()
    return position


def make_booth(**given):
    n = next(_number)
    fair = given.pop("fair", None) or make_fair()
    usual = {"fair": fair, "row": n, "column": 0, "code": f"A{n:02d}", "zone": "A"}
    return save(Booth(**usual | given))


def make_participation(**given):
    fair = given.pop("fair", None) or make_fair()
    employer = given.pop("employer", None) or make_employer()
    positions = given.pop("positions", [])
    usual = {
        "fair": fair,
        "employer": employer,
        "delegation_id": employer.delegation_id,
        "status": ParticipationStatus.CONFIRMED,
        "submitted_at": utcnow(),
    }
    participation = Participation(**usual | given)
    participation.offered = [
        OfferedPosition(position=position, openings=position.openings) for position in positions
    ]
    save(participation)
    refresh_open([position.id for position in positions])
    db.session.commit()
    return participation


def make_student(**given):
    n = next(_number)
    user = given.pop("user", None) or make_user(Role.STUDENT)
    usual = {
        "user": user,
        "name": f"陈思远{n}",
        "school_name": "江城理工大学",
        "level": EducationLevel.MASTERS,
        "major": "机械工程",
        "graduation_year": 2027,
        "privacy_version": "2026-01",
        "privacy_agreed_at": utcnow(),
    }
    return save(Student(**usual | given))
