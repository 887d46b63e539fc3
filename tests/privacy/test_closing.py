"""Closing an account: everything ends at once, the figures stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import AccountLink, LoginCode, User
from app.accounts.services import get_or_create_student_user, notify_user, request_code
from app.accounts.states import CodePurpose, LinkKind
from app.checkins.models import Attendance
from app.checkins.states import Verdict
from app.core import files
from app.core.clock import utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.intents.models import Consent, ResumeShare
from app.intents.states import AgreementStatus, Side, Step
from app.notices.models import Notice
from app.notices.states import NoticeStatus
from app.privacy.services import close_account
from app.registrations.states import RegistrationStatus
from app.reports.queries import fair_figures
from app.students.models import Student
from app.students.services import keep_resume
from tests.checkins.making import scan
from tests.factories import make_coming_fair, make_student
from tests.factories.registrations import make_registration
from tests.intents.scene import make_scene, share, signed
from tests.messages.hall import fresh, recipients, send, work

PDF = b"%PDF-1.4 nobody else needs to read this"


def come_in(registration):
    assert scan(registration.fair, registration).code is Verdict.ADMITTED
    db.session.commit()


def close(student):
    with transaction():
        close_account(student.user)


def close_and_fail(user):
    with transaction():
        close_account(user)
        raise RuntimeError


def test_a_place_to_come_is_given_up_and_whoever_waits_moves_up(database):
    fair = make_coming_fair(capacity=1)
    leaving, waiting = make_registration(fair), make_registration(fair)
    assert waiting.status is RegistrationStatus.WAITLISTED
    close(leaving.student)
    assert leaving.status is RegistrationStatus.CANCELLED
    assert leaving.ticket is None
    assert waiting.status is RegistrationStatus.CONFIRMED


def test_somebody_who_waits_leaves_the_queue(database):
    fair = make_coming_fair(capacity=1)
    make_registration(fair)
    leaving = make_registration(fair)
    close(leaving.student)
    assert leaving.status is RegistrationStatus.CANCELLED


def test_what_could_name_them_is_gone_and_what_counts_them_stays(database):
    student = make_student(name="欧阳菲菲", origin="四川", email="f@example.org", wants_news=True)
    user = student.user
    close(student)
    assert (student.name, student.email, student.wants_news) == ("–", "", False)
    assert student.closed_at is not None
    assert (student.school_name, student.major, student.origin) == (
        "江城理工大学",
        "机械工程",
        "四川",
    )
    assert (user.phone, user.phone_hash, user.phone_last4, user.email) == (None,) * 4
    assert not user.is_active


def test_employers_lose_sight_and_ladders_end(database):
    scene = make_scene()
    intent = share(scene)
    close(scene.student)
    assert intent.is_taken_back
    assert intent.step is Step.WITHDRAWN
    assert all(row.withdrawn_at for row in db.session.scalars(select(ResumeShare)))
    assert all(row.withdrawn_at for row in db.session.scalars(select(Consent)))


def test_a_letter_of_intent_is_withdrawn_and_names_nobody(database):
    scene = make_scene()
    letter = signed(scene)
    close(scene.student)
    assert letter.status is AgreementStatus.WITHDRAWN
    assert letter.withdrawn_by is Side.STUDENT
    assert (letter.student_name, letter.text) == ("–", "")
    assert letter.number is not None


def test_the_resumes_file_goes_after_the_commit_and_not_before(database):
    student = make_student()
    kept = files.keep(PDF, "陈思远的简历.pdf", limit=10_000)
    with transaction():
        resume = keep_resume(student, kept, text="三年经验")
    path = files.path_of(kept.key)
    with pytest.raises(RuntimeError):
        close_and_fail(student.user)
    assert path.exists()
    close(student)
    assert not path.exists()
    assert (resume.text, resume.file_key, resume.file_name, resume.file_size) == (None,) * 4


def test_papers_of_a_contract_go_with_the_account(database):
    scene = make_scene()
    intent = share(scene)
    kept = files.keep(PDF, "劳动合同.pdf", limit=10_000)
    files.attach(intent.steps[-1], kept, at=utcnow())
    db.session.commit()
    close(scene.student)
    assert not files.path_of(kept.key).exists()
    assert intent.steps[0].file_key is None


def test_codes_links_and_messages_are_emptied(database):
    student = make_student()
    user, phone = student.user, student.user.phone
    with transaction():
        request_code(CodePurpose.LOGIN, phone, nonce="n", locale="zh_Hans")
        notify_user(user, "registrations/moved-up", fair="武汉")
        db.session.add(
            AccountLink(
                kind=LinkKind.EMAIL_CHANGE,
                token_hash="x",
                user_id=user.id,
                email="s@example.org",
                expires_at=utcnow(),
            )
        )
    close(student)
    assert db.session.scalars(select(LoginCode)).all() == []
    assert db.session.scalars(select(AccountLink)).all() == []
    notices = db.session.scalars(select(Notice)).all()
    assert len(notices) >= 2
    assert {(row.recipient, row.recipient_label, row.payload) for row in notices} == {
        ("", "–", None)
    }
    assert NoticeStatus.QUEUED not in {row.status for row in notices}


def test_no_list_says_any_more_to_which_group_they_belonged(database):
    student, fair = make_student(), make_coming_fair()
    make_registration(fair, student)
    make_registration(fair)
    message = send(fair)
    close(student)
    assert [one.user_id for one in recipients(message)] != []
    assert student.user_id not in {one.user_id for one in recipients(message)}
    work()
    assert (fresh(message).written, fresh(message).left_out) == (1, 0)


def test_messages_of_others_are_left_alone(database):
    student, other = make_student(), make_student()
    with transaction():
        notify_user(other.user, "registrations/moved-up", fair="武汉")
        request_code(CodePurpose.LOGIN, other.user.phone, nonce="n", locale="zh_Hans")
    close(student)
    assert all(row.payload for row in db.session.scalars(select(Notice)))
    assert len(db.session.scalars(select(LoginCode)).all()) == 1


def test_figures_of_a_fair_they_were_at_stay_the_same(database):
    scene = make_scene()
    signed(scene)
    come_in(scene.registration)
    before = fair_figures(scene.fair).values
    close(scene.student)
    after = fair_figures(scene.fair).values
    changed = {key for key in before if before[key] != after[key]}
    # What stands now falls, as it does when somebody withdraws; what was reached stays.
    assert changed <= {"intents_current", "agreements"}
    assert after["attended"] == after["registered"] == after["intents"] == 1
    assert db.session.get(Attendance, scene.registration.id) is not None


def test_a_place_at_a_running_fair_where_they_have_been_inside_stays_counted(database):
    scene = make_scene()
    come_in(scene.registration)
    close(scene.student)
    assert scene.registration.status is RegistrationStatus.CONFIRMED


def test_a_fair_that_is_over_is_not_touched(database):
    registration = make_registration()
    registration.fair.starts_at = utcnow() - timedelta(days=2)
    registration.fair.ends_at = utcnow() - timedelta(days=1)
    db.session.commit()
    close(registration.student)
    assert registration.status is RegistrationStatus.CONFIRMED


def test_the_same_phone_may_begin_again(database):
    student = make_student()
    phone = student.user.phone
    close(student)
    with transaction():
        fresh = get_or_create_student_user(phone, locale="zh_Hans")
    assert fresh.id != student.user_id
    assert db.session.query(User).filter_by(phone_hash=fresh.phone_hash).count() == 1


def test_closing_twice_is_closing_once(database):
    student = make_student()
    close(student)
    at = student.closed_at
    close(student)
    assert student.closed_at == at
    assert db.session.query(Student).count() == 1
