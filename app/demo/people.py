"""Invented students, in bulk."""

from datetime import datetime
from random import Random

from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.services import phone_hash
from app.core.codes import CROCKFORD
from app.core.db import db
from app.demo.content import GIVEN, MAJORS, SURNAMES
from app.places.models import School
from app.places.states import EducationLevel
from app.students.models import Resume, Student
from app.students.services import PRIVACY_VERSION

LEVELS = (
    [EducationLevel.DOCTORAL] * 4
    + [EducationLevel.MASTERS] * 34
    + [EducationLevel.BACHELORS] * 52
    + [EducationLevel.JUNIOR_COLLEGE] * 10
)
ORIGINS = ("浙江温州", "浙江", "湖北", "江西", "安徽", "福建", "河南", "湖南", "陕西", "四川")


def code(rng: Random, length: int = 26) -> str:
    """A code like :func:`app.core.codes.random_code`, but the same in every demo."""
    return "".join(rng.choice(CROCKFORD) for _ in range(length))


def person_name(rng: Random) -> str:
    """A name nobody was asked for."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


class StudentMaker:
    """Makes students with phones 138 0000 0001 and up; remembers the last number."""

    def __init__(self, rng: Random, schools: list[School], joined_at: datetime) -> None:
        self.rng = rng
        self.schools = schools
        self.joined_at = joined_at
        self.last = 0

    def make(self, number: int, home: School) -> list[Student]:
        """``number`` students, two of three from the host school, added to the session."""
        students = [self._one(home) for _ in range(number)]
        db.session.add_all(students)
        return students

    def _one(self, home: School) -> Student:
        rng = self.rng
        self.last += 1
        phone = f"138{self.last:08d}"
        name = person_name(rng)
        school = home if rng.random() < 0.66 else rng.choice(self.schools)
        user = User(
            uid=code(rng),
            role=Role.STUDENT,
            name=name,
            phone=phone,
            phone_hash=phone_hash(phone),
            phone_last4=phone[-4:],
            phone_verified_at=self.joined_at,
            created_at=self.joined_at,
        )
        student = Student(
            uid=code(rng),
            user=user,
            name=name,
            school=school,
            school_name=school.name,
            level=rng.choice(LEVELS),
            major=rng.choice(MAJORS[rng.choice("AABBCDEEF")]),
            graduation_year=self.joined_at.year + rng.choice((0, 1, 1, 1, 2)),
            origin=rng.choice(ORIGINS),
            privacy_version=PRIVACY_VERSION,
            privacy_agreed_at=self.joined_at,
            created_at=self.joined_at,
            updated_at=self.joined_at,
        )
        if rng.random() < 0.6:
            student.resumes.append(
                Resume(
                    uid=code(rng),
                    created_at=self.joined_at,
                    text=f"{name}，{school.name}{student.major}专业。做过课程设计和两段实习，"
                    "希望到温州工作。",
                )
            )
        return student
