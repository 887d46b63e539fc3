"""A fair on its day, with an employer at its booth and a registered student."""

from dataclasses import dataclass

from app.accounts.models import User
from app.core.db import db
from app.employers.models import Employer, Position
from app.intents import services
from app.intents.models import Agreement, BoothContact, Intent
from app.intents.services import Sharing, Terms
from app.intents.states import Fault, Given, Side, Step
from app.participations.models import Participation
from app.registrations.models import Registration
from app.registrations.services import register, ticket_code
from app.registrations.states import RegistrationSource
from app.students.models import Resume, Student
from app.tours.models import Fair
from tests.factories import (
    make_booth,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_recruiter,
    make_student,
    save,
)

CONSENT = "你把简历和电话给这家单位，用于这次招聘联系。"


@dataclass
class Scene:
    fair: Fair
    employer: Employer
    recruiter: User
    participation: Participation
    position: Position
    student: Student
    registration: Registration

    @property
    def code(self) -> str:
        return ticket_code(self.registration.ticket)


def make_scene(*, with_resume: bool = True, fair: Fair | None = None, **student) -> Scene:
    fair = fair or make_fair()
    employer = make_employer(uscc=None)
    position = make_position(employer=employer, title="机械设计工程师", pay_text="18–25万/年")
    participation = make_participation(
        fair=fair, employer=employer, positions=[position], booth=make_booth(fair=fair)
    )
    person = make_student(**student)
    if with_resume:
        make_resume(person)
    return Scene(
        fair=fair,
        employer=employer,
        recruiter=make_recruiter(employer, name="周敏"),
        participation=participation,
        position=position,
        student=person,
        registration=make_registration(person, fair),
    )


def make_registration(student: Student, fair: Fair) -> Registration:
    made = register(student, fair, source=RegistrationSource.SELF, verified=True)
    db.session.commit()
    return made


def make_resume(student: Student, text: str = "三年减速器项目经验。") -> Resume:
    return save(Resume(student_id=student.id, text=text))


def share(scene: Scene, given: Given = Given.RESUME, **more) -> Intent:
    sharing = Sharing(given=given, text=CONSENT, **more)
    intent = services.share(scene.student, scene.participation, sharing, by=scene.student.user)
    db.session.commit()
    return intent


def meet(scene: Scene, typed: str | None = None) -> Intent | BoothContact | Fault:
    """The recruiter reads a ticket on the page online."""
    met = services.meet(scene.participation, typed or scene.code, by=scene.recruiter)
    db.session.commit()
    return met


def make_unshared(scene: Scene, student: Student | None = None) -> Intent:
    """An intent nobody has given anything to: no service makes one, but no page may trust that."""
    student = student or scene.student
    return save(
        Intent(
            fair_id=scene.fair.id,
            student_id=student.id,
            employer_id=scene.employer.id,
            participation_id=scene.participation.id,
            step=Step.CONTACTED,
        )
    )


def propose(intent: Intent, scene: Scene, side: Side = Side.EMPLOYER, position=None) -> Intent:
    by = scene.recruiter if side is Side.EMPLOYER else scene.student.user
    intent = services.propose(intent, side=side, by=by, position=position)
    db.session.commit()
    return intent


def reach(scene: Scene) -> Intent:
    """A preliminary intent both have confirmed."""
    intent = propose(share(scene), scene, position=scene.position)
    intent = services.confirm(
        intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key
    )
    db.session.commit()
    return intent


def draft(scene: Scene, intent: Intent | None = None, side: Side = Side.EMPLOYER) -> Agreement:
    by = scene.recruiter if side is Side.EMPLOYER else scene.student.user
    terms = Terms(position=scene.position.title, place="温州市乐清市", pay="18–25万/年")
    letter = services.draft_letter(intent or reach(scene), terms, side=side, by=by)
    db.session.commit()
    return letter


def sign(letter: Agreement, scene: Scene, side: Side) -> Agreement:
    by = scene.recruiter if side is Side.EMPLOYER else scene.student.user
    letter = services.sign_letter(letter, side=side, by=by, sha256=letter.text_sha256)
    db.session.commit()
    return letter


def signed(scene: Scene) -> Agreement:
    """A letter both have signed."""
    letter = sign(draft(scene), scene, Side.EMPLOYER)
    return sign(letter, scene, Side.STUDENT)
