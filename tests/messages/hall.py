"""A fair with people in every segment, and the ways to write to them."""

from datetime import timedelta

from app.accounts.permissions import Role
from app.checkins.models import Attendance
from app.checkins.states import Direction, Evidence
from app.core.clock import utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.intents.models import Intent
from app.intents.states import RANK
from app.jobs import errands
from app.jobs.errands import Errand
from app.messages import queries, services
from app.messages.models import MessageRecipient, OrganiserMessage
from app.messages.placeholders import Words
from app.messages.services import Outgoing
from app.messages.states import Segment
from app.notices import services as notices
from app.notices.models import Notice
from app.notices.states import Channel
from app.notices.templates import SMS_TEMPLATES
from app.participations.states import ParticipationStatus
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from tests.factories import (
    make_employer,
    make_participation,
    make_recruiter,
    make_staff,
    make_student,
    make_user,
    save,
)

WORDS = Words("布展提醒：{fair}", "{name}，您好！\n请于{date}前往{venue}。")


def register(fair, status=RegistrationStatus.CONFIRMED, **student):
    student = make_student(**student)
    return save(Registration(fair=fair, student=student, status=status))


def come(registration):
    now = utcnow()
    save(
        Attendance(
            registration_id=registration.id,
            fair_id=registration.fair_id,
            first_at=now,
            last_at=now,
            last_direction=Direction.IN,
            evidence=next(iter(Evidence)),
        )
    )
    return registration


def employer_at(fair, status=ParticipationStatus.CONFIRMED, people=1, **given):
    employer = make_employer(**given)
    participation = make_participation(fair=fair, employer=employer, status=status)
    for _ in range(people):
        make_recruiter(employer)
    return participation


def stand(registration, step, participation=None):
    participation = participation or employer_at(registration.fair)
    return save(
        Intent(
            fair_id=registration.fair_id,
            student_id=registration.student_id,
            employer_id=participation.employer_id,
            participation=participation,
            registration_id=registration.id,
            step=step,
            reached_rank=RANK.get(step, 0),
        )
    )


def outgoing(segment=Segment.STUDENTS_REGISTERED, words=WORDS, **more):
    return Outgoing(segment=segment, words=words, **more)


def reach_of(fair, segment, **more):
    return queries.count_reach(services.audience_for(fair, outgoing(segment, **more)))


def send(fair, segment=Segment.STUDENTS_REGISTERED, *, words=WORDS, key="", by=None, **more):
    """Confirm a message with the count that is shown now."""
    wanted = outgoing(segment, words, **more)
    seen = reach_of(fair, segment, **more).key
    by = by or make_staff(Role.PLANNER)
    key = key or f"key-{db.session.query(OrganiserMessage).count()}"
    db.session.commit()
    with transaction():
        return services.send_message(fair, wanted, key=key, seen=seen, by=by)


def work():
    """Run the errands that are left, as a worker would."""
    for errand in db.session.query(Errand).filter_by(done_at=None).all():
        errands.run_errand(errand.id)


def later():
    """After the lease of a worker that died."""
    return utcnow() + errands.LEASE + timedelta(seconds=1)


def inbox(**narrowed):
    query = db.session.query(Notice).filter_by(template=services.TEMPLATE, **narrowed)
    return query.filter_by(channel=Channel.INBOX).order_by(Notice.id).all()


def mails():
    query = db.session.query(Notice).filter_by(template=services.TEMPLATE)
    return query.filter_by(channel=Channel.MAIL).order_by(Notice.id).all()


def texts():
    query = db.session.query(Notice).filter_by(channel=Channel.SMS)
    return query.order_by(Notice.id).populate_existing().all()


def allow_texts(monkeypatch, *, day=1000, fair=1000, templates=SMS_TEMPLATES):
    """An installation whose text messages arrive, with its budgets."""
    for name, value in {"sms_per_day": day, "sms_per_fair": fair}.items():
        monkeypatch.setattr(notices.LIMITS, name, value)
    monkeypatch.setattr(notices.LIMITS, "sms_templates", frozenset(templates))


def recipients(message):
    query = db.session.query(MessageRecipient).filter_by(message_id=message.id)
    return query.order_by(MessageRecipient.id).populate_existing().all()


def fresh(message):
    return db.session.get(OrganiserMessage, message.id, populate_existing=True)


def reader(**given):
    return make_user(Role.STUDENT, **given)
