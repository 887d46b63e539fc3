"""One of everything, for tests that walk all pages: who may enter what, what a GET may change."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from app.accounts.models import AccountLink, User
from app.accounts.permissions import Role, ScopeKind
from app.accounts.services import messages_off_token
from app.accounts.states import LinkKind
from app.checkins.models import Device, DisplayLink, GateStaff, PaperList, Ruling
from app.checkins.services.screens import live_code, step_at
from app.checkins.states import RulingKind
from app.core.clock import utcnow
from app.core.codes import fingerprint
from app.core.files import attach, keep
from app.imports.models import ImportBatch, ImportRow
from app.imports.states import ImportKind, ImportStatus, RowVerdict
from app.intents.models import Agreement, BoothContact, Consent, Intent, IntentStep, ResumeShare
from app.intents.states import Act, ConsentPurpose, Side, Step
from app.messages.models import OrganiserMessage
from app.messages.states import Segment
from app.notices.models import Notice
from app.notices.states import Channel, NoticeStatus
from app.participations.models import BoothMove, Participation, PrintJob, Rivalry
from app.participations.states import Bundle, PrintStatus
from app.places.models import VenueGate, VenueLayout
from app.questions.models import Question
from app.questions.states import Occasion, QuestionKind
from app.registrations.models import Registration, RegistrationAnswer
from app.registrations.services import register, ticket_code
from app.registrations.states import RegistrationSource
from app.reports.models import ExternalFigure
from app.reports.states import Measure
from app.students.models import Resume
from app.students.services import PRIVACY_VERSION
from app.surveys.models import Survey
from app.tours.models import Fair, FairDocument
from app.tours.states import DocumentKind
from tests import factories as make

ROLES = (
    "anonymous",
    "student",
    "recruiter",
    "owner",
    "gate_staff",
    "help_desk",
    "supervisor",
    "reviewer",
    "planner",
    "administrator",
)


@dataclass
class World:
    """The users by role, and the value of every name that stands in an address."""

    users: dict[str, User | None]
    fair: Fair
    coming: Fair
    participation: Participation
    registration: Registration
    intent: Intent
    by_endpoint: dict[str, dict[str, object]] = field(default_factory=dict)
    by_prefix: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def arguments(self, rule) -> dict[str, object]:
        """Values for the places of a rule: by endpoint, else by the longest fitting prefix."""
        found: dict[str, object] = {}
        for prefix, values in self.by_prefix:
            if rule.rule.startswith(prefix):
                found |= values
        found |= self.by_endpoint.get(rule.endpoint, {})
        return {name: found[name] for name in rule.arguments}


def make_world() -> World:
    """A running fair and a coming one of a tour, with people of every role around them."""
    tour = make.make_tour()
    stop = make.make_stop(tour=tour)
    venue = make.make_venue()
    venue.gates.append(VenueGate(name="South", position=0))
    delegation = make.make_delegation()
    fair = make.make_fair(tour=tour, stop=stop, venue=venue)
    coming = make.make_coming_fair(tour=tour, stop=stop)
    employer = make.make_employer(delegation=delegation)
    owner = make.make_recruiter(employer)
    recruiter = make.make_recruiter(employer, Role.RECRUITER)
    position = make.make_position(employer=employer)
    booth = make.make_booth(fair=fair)
    participation = make.make_participation(
        fair=fair, employer=employer, positions=[position], booth=booth
    )
    make.make_participation(fair=coming, employer=employer, positions=[position])
    placed = make.save(
        BoothMove(
            fair_id=fair.id,
            participation=participation,
            to_booth_id=booth.id,
            because=[["for-anybody", {"zone": "A"}]],
        )
    )
    printed = make.save(
        with_file(
            PrintJob(
                fair_id=fair.id,
                bundle=Bundle.SIGNS,
                status=PrintStatus.DONE,
                finished_at=utcnow(),
                expires_at=utcnow() + timedelta(days=3),
            )
        )
    )
    hall = {"name": "", "rows": 1, "columns": 1, "squares": []}
    template = make.save(VenueLayout(venue_id=venue.id, name="Usual", layout={"halls": [hall]}))
    rival = make.make_employer()
    pair = make.save(Rivalry(first_id=employer.id, second_id=rival.id))
    student = make.make_student()
    registration = register(student, fair, source=RegistrationSource.SELF, verified=True)
    question = make.save(
        Question(
            fair_id=fair.id,
            occasion=Occasion.REGISTRATION,
            kind=QuestionKind.FILE,
            position=1,
            label_zh="作品集",
            choices=[],
        )
    )
    make.save(
        with_file(RegistrationAnswer(registration_id=registration.id, question_id=question.id))
    )
    written = make.save(
        Question(
            fair_id=fair.id,
            occasion=Occasion.STUDENTS,
            kind=QuestionKind.LONG,
            position=1,
            label_zh="建议",
            choices=[],
        )
    )
    make.save(
        Survey(fair_id=fair.id, occasion=Occasion.STUDENTS, closes_at=utcnow() + timedelta(days=7))
    )
    intent = _meet(registration, participation)
    gate = make.make_gate(fair=fair)
    gate_staff = make.make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id)
    make.save(GateStaff(gate=gate, user=gate_staff))
    planner = make.make_staff(Role.PLANNER)
    document = make.save(
        with_file(
            FairDocument(fair=fair, kind=DocumentKind.OTHER, note="", uploaded_by_id=planner.id)
        )
    )
    figure = make.save(
        ExternalFigure(
            measure=Measure.FAIRS, first_on=date(2025, 1, 1), last_on=date(2025, 12, 31), value=3
        )
    )
    display = make.save(DisplayLink(fair_id=fair.id, token_hash=fingerprint("display")))
    phone = make.save(Device(fair_id=fair.id, name="Redmi 9"))
    paper = make.save(
        PaperList(fair_id=fair.id, came_at=utcnow(), reason="No power", lines={"lines": []})
    )
    ruling = make.save(Ruling(fair_id=fair.id, kind=RulingKind.ALL_RIGHT))
    users: dict[str, User | None] = {
        "anonymous": None,
        "student": student.user,
        "recruiter": recruiter,
        "owner": owner,
        "gate_staff": gate_staff,
        "help_desk": make.make_staff(Role.HELP_DESK),
        "supervisor": make.make_staff(Role.SUPERVISOR),
        "reviewer": make.make_staff(Role.REVIEWER),
        "planner": planner,
        "administrator": make.make_staff(Role.ADMINISTRATOR),
    }
    ticket = registration.tickets[-1]
    resume = make.save(with_file(Resume(student=student, text="Resume")))
    make.save(with_file(intent.steps[0]))
    letter = _write_letter(intent)
    batch = make.save(
        ImportBatch(
            kind=ImportKind.SCHOOLS,
            file_name="a.xls",
            file_sha256="0",
            totals={verdict.value: 0 for verdict in RowVerdict} | {"rows": 0},
        )
    )
    sheet = {"name": "Sheet1", "columns": {"0": "name"}, "headings": ["单位名称"], "width": 1}
    listed = make.save(
        ImportBatch(
            kind=ImportKind.EMPLOYERS,
            status=ImportStatus.CHECKED,
            file_name="companies.xlsx",
            file_sha256="1",
            mapping={"sheets": [sheet]},
            totals={verdict.value: 0 for verdict in RowVerdict} | {"rows": 1},
        )
    )
    make.save(
        ImportRow(batch=listed, number=2, verdict=RowVerdict.REFUSED, cells={"cells": ["瓯屿"]})
    )
    asked = make.save(
        BoothContact(
            participation=participation,
            registration=registration,
            step=Step.INTERVIEWED,
            scanned_at=utcnow(),
            scan_id=uuid4(),
            lapses_at=utcnow() + timedelta(days=14),
        )
    )
    notice = make.save(
        Notice(
            channel=Channel.MAIL,
            recipient="a@example.org",
            recipient_label="a***",
            template="accounts/invitation",
            status=NoticeStatus.FAILED,
            payload={},
        )
    )
    invitation = make.save(
        AccountLink(
            kind=LinkKind.INVITATION,
            token_hash=fingerprint("invitation"),
            email="new@example.org",
            expires_at=utcnow() + timedelta(days=7),
        )
    )
    message = make.save(
        OrganiserMessage(
            key="a key",
            fair_id=fair.id,
            sent_on=date(2026, 3, 1),
            number=1,
            segment=Segment.EMPLOYERS_CONFIRMED,
            subject_zh="布展提醒",
            body_zh="请提前到场。",
            created_by_id=planner.id,
        )
    )
    world = World(users, fair, coming, participation, registration, intent)
    world.by_prefix = [
        (
            "/",
            {
                "slug": fair.slug,
                "employer_slug": employer.slug,
                "year": 2026,
                "token": "no-such-token",
                "version": PRIVACY_VERSION,
                "step": "shortlisted",
                "step_id": intent.steps[0].id,
                "occasion": "registration",
                "question_uid": question.uid,
            },
        ),
        ("/tours/", {"slug": tour.slug}),
        ("/staff/tours/", {"slug": tour.slug, "number": stop.id}),
        ("/staff/employers/", {"slug": employer.slug, "action": "suspend"}),
        ("/staff/venues/", {"number": venue.id, "layout_id": template.id}),
        ("/staff/delegations/", {"code": delegation.code}),
        (
            "/staff/people/",
            {
                "uid": users["help_desk"].uid,
                "role_id": users["help_desk"].staff_roles[0].id,
                "link_id": invitation.id,
            },
        ),
        ("/staff/outbox/", {"uid": notice.uid}),
        ("/staff/import/", {"uid": batch.uid}),
        ("/staff/import/<uid>/rows/", {"uid": listed.uid, "sheet": 0, "number": 2}),
        ("/staff/import/<uid>/columns", {"uid": listed.uid}),
        ("/staff/import/<uid>/result.xlsx", {"uid": listed.uid}),
        ("/staff/import/<uid>/shift-back", {"uid": listed.uid}),
        ("/staff/totals/", {"total_id": figure.id}),
        (
            "/staff/fairs/",
            {
                "gate_id": gate.id,
                "number": document.id,
                "uid": registration.uid,
                "code": booth.code,
                "link_id": display.id,
                "zone": "A",
                "batch": placed.batch,
                "pair_id": pair.id,
                "scan_id": uuid4(),
                "ruling_uid": ruling.uid,
                "device_uid": phone.uid,
                "list_uid": paper.uid,
                "user_id": gate_staff.id,
            },
        ),
        (
            "/staff/fairs/<slug>/survey/",
            {"occasion": "students", "question_uid": written.uid, "kind": "xlsx"},
        ),
        ("/staff/fairs/<slug>/print/", {"bundle": "signs"}),
        ("/staff/fairs/<slug>/print-jobs/", {"uid": printed.uid}),
        ("/staff/fairs/<slug>/intents/", {"uid": intent.uid}),
        ("/staff/fairs/<slug>/messages/", {"uid": message.uid}),
        ("/messages-off/", {"token": messages_off_token(planner)}),
        ("/employer/apply/", {"slug": tour.slug}),
        ("/employer/apply/fairs/", {"slug": coming.slug}),
        ("/employer/posts/", {"uid": position.uid}),
        ("/employer/members/", {"uid": recruiter.uid}),
        ("/employer/candidates/", {"uid": intent.uid}),
        ("/employer/contacts/", {"uid": asked.uid}),
        ("/employer/agreements/", {"code": letter.public_code}),
        ("/me/agreements/", {"code": letter.public_code}),
        ("/a/", {"code": letter.public_code}),
        ("/me/intents/", {"uid": intent.uid}),
        ("/me/tickets/", {"uid": registration.uid}),
        ("/me/resume/", {"uid": resume.uid}),
        ("/t/", {"code": ticket_code(ticket)}),
        ("/g/", {"code": gate.code}),
        ("/l/", {"code": live_code(gate.id, step_at(utcnow()))}),
        ("/fairs/", {"gate_id": gate.id}),
        ("/scanner/", {"size": 192}),
        ("/b/", {"code": participation.public_code}),
    ]
    return world


def with_file(row):
    """A row that owns a kept file."""
    attach(row, keep(b"%PDF-1.4 a paper", "paper.pdf", limit=1000), at=utcnow())
    return row


def _meet(registration: Registration, participation: Participation) -> Intent:
    """A resume left at a booth, and a preliminary intent of both."""
    consent = make.save(
        Consent(
            student_id=registration.student_id,
            employer_id=participation.employer_id,
            fair_id=participation.fair_id,
            purpose=ConsentPurpose.SHARE,
            text_version="1",
        )
    )
    make.save(
        ResumeShare(
            fair_id=participation.fair_id,
            student_id=registration.student_id,
            employer_id=participation.employer_id,
            participation=participation,
            consent=consent,
        )
    )
    intent = Intent(
        fair_id=participation.fair_id,
        student_id=registration.student_id,
        employer_id=participation.employer_id,
        participation=participation,
        registration_id=registration.id,
        step=Step.PRELIMINARY,
        reached_rank=4,
        reached_at=utcnow(),
    )
    intent.steps.append(IntentStep(step=Step.RESUME_RECEIVED, act=Act.SET, side=Side.STUDENT))
    return make.save(intent)


def _write_letter(intent: Intent) -> Agreement:
    """A letter that waits for both signatures."""
    return make.save(
        Agreement(
            intent=intent,
            live_intent_id=intent.id,
            student_name="陈思远",
            employer_name="样例",
            position_title="工程师",
            text="意向书",
            text_sha256=fingerprint("意向书"),
        )
    )
