"""What served its time is removed, really, by rows counted before and after."""

import os
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import AccountLink, LoginCode
from app.accounts.permissions import Role
from app.accounts.services import notify_user, request_code
from app.accounts.states import CodePurpose, LinkKind
from app.audit.models import AuditEntry
from app.audit.services import record
from app.checkins.models import Attendance, Scan
from app.checkins.services import search_desk
from app.core import files
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.intents.models import Agreement, Intent, IntentStep, ResumeShare
from app.intents.queries import find_letter
from app.intents.states import AgreementStatus, Step
from app.notices.models import Notice
from app.notices.states import NoticeStatus
from app.participations.models import Representative
from app.privacy import services, tasks
from app.privacy.services import forget_some, months_before, remove_what_served_its_time
from app.registrations.models import Registration, Ticket
from app.reports.queries import fair_figures
from app.students.models import Resume, Student
from app.students.services import Profile, add_unlinked_student, keep_resume, link_student
from tests.checkins.making import scan
from tests.factories import make_fair, make_staff, make_student, make_user, save
from tests.intents.scene import make_scene, signed
from tests.messages.hall import fresh, recipients, register, send, work

PDF = b"%PDF-1.4 a resume"


@pytest.fixture(autouse=True)
def two_years(monkeypatch):
    monkeypatch.setattr(services.RULES, "months", 24)


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def run(**later):
    """Let the job run at a moment from now on."""
    db.session.commit()
    with frozen(utcnow() + timedelta(**later)):
        tasks.retention()
    db.session.expire_all()


def test_months_are_those_of_the_calendar():
    moment = datetime.fromisoformat
    assert months_before(moment("2026-03-31T10:00:00+00:00"), 1) == moment(
        "2026-02-28T10:00:00+00:00"
    )
    assert months_before(moment("2026-01-15T10:00:00+00:00"), 24) == moment(
        "2024-01-15T10:00:00+00:00"
    )
    assert months_before(moment("2024-02-29T10:00:00+00:00"), 12) == moment(
        "2023-02-28T10:00:00+00:00"
    )


def test_nobody_is_forgotten_too_early(database):
    make_scene()
    run(days=700)
    assert count(Student, Student.closed_at.is_not(None)) == 0


def test_after_two_years_names_are_gone_and_every_row_that_counts_stays(database):
    scene = make_scene()
    letter = signed(scene)
    scan(scene.fair, scene.registration)
    with transaction():
        keep_resume(scene.student, files.keep(PDF, "陈.pdf", limit=100))
    key = db.session.scalars(select(Resume.file_key)).one()
    tables = (
        Agreement, Attendance, Intent, IntentStep, Registration, Resume, ResumeShare, Scan, Student,
        Ticket,
    )  # fmt: skip
    before = {table: count(table) for table in tables}
    figures = fair_figures(scene.fair).values
    run(days=740)
    assert {table: count(table) for table in tables} == before
    assert fair_figures(scene.fair).values == figures
    student, user = scene.student, scene.student.user
    assert (student.name, user.phone, user.phone_hash, user.is_active) == ("–", None, None, False)
    assert (letter.student_name, letter.text) == ("–", "")
    assert not files.path_of(key).exists()
    assert count(Resume, Resume.text.is_not(None)) == 0
    assert count(ResumeShare, ResumeShare.withdrawn_at.is_(None)) == 0


def test_a_letter_is_still_known_as_valid_and_names_nobody(database, client):
    letter = signed(make_scene())
    run(days=740)
    assert letter.status is AgreementStatus.SIGNED
    assert letter.intent.step is Step.AGREEMENT_SIGNED
    assert find_letter(letter.public_code) is letter
    page = client.get(f"/a/{letter.public_code}")
    assert page.status_code == 200
    assert letter.number in page.text
    assert "陈" not in page.text


def test_who_signed_in_since_is_kept(database):
    scene = make_scene()
    scene.student.user.last_login_at = utcnow() + timedelta(days=300)
    run(days=740)
    assert scene.student.closed_at is None


def test_who_is_registered_for_a_fair_to_come_is_kept(database):
    scene = make_scene()
    later = utcnow() + timedelta(days=745)
    fair = make_fair(starts_at=later, ends_at=later + timedelta(hours=3), doors_at=None)
    save(Registration(fair=fair, student=scene.student, status="confirmed"))
    run(days=740)
    assert scene.student.closed_at is None


def test_people_without_an_account_are_forgotten_too(database):
    with transaction():
        student = add_unlinked_student(_profile("诸葛明"), phone="13900000000")
    run(days=740)
    assert (student.name, student.phone, student.phone_last4) == ("–", None, None)


def test_a_double_of_somebody_is_made_nameless_at_once(database):
    owner = make_student()
    with transaction():
        double = add_unlinked_student(_profile("诸葛明"), phone=None)
    with frozen(utcnow() + timedelta(minutes=5)), transaction():
        link_student(double, owner.user)
    run(minutes=10)
    assert (double.name, owner.name[:3]) == ("–", "陈思远")
    at = double.updated_at
    run(days=2)
    assert double.updated_at == at


def test_a_phone_that_never_registered_is_forgotten(database):
    user = make_user(Role.STUDENT)
    run(days=740)
    assert (user.phone, user.is_active) == (None, False)


def test_staff_are_not_students(database):
    staff = make_staff()
    run(days=2000)
    assert staff.is_active
    assert staff.email


def test_codes_live_a_day_and_links_thirty(database):
    with transaction():
        request_code(CodePurpose.LOGIN, "13900000000", nonce="n", locale="zh_Hans")
        for token, days in (("a", 1), ("b", 50)):
            expires = utcnow() + timedelta(days=days)
            db.session.add(
                AccountLink(kind=LinkKind.INVITATION, token_hash=token, expires_at=expires)
            )
    run(hours=12)
    assert (count(LoginCode), count(AccountLink)) == (1, 2)
    run(hours=36)
    assert (count(LoginCode), count(AccountLink)) == (0, 2)
    run(days=32)
    assert (count(LoginCode), count(AccountLink)) == (0, 1)


def test_messages_are_emptied_after_thirty_days_but_not_while_they_wait(database):
    user = make_student().user
    with transaction():
        notify_user(user, "registrations/moved-up", fair="武汉")
        request_code(CodePurpose.LOGIN, "13900000000", nonce="n", locale="zh_Hans")
    waiting = count(Notice, Notice.status == NoticeStatus.QUEUED)
    everything = count(Notice)
    for notice in db.session.scalars(select(Notice).filter_by(channel="inbox")):
        assert notice.payload
    run(days=29)
    assert count(Notice, Notice.payload.is_not(None)) == everything
    run(days=31)
    assert count(Notice) == everything
    assert count(Notice, Notice.payload.is_not(None)) == waiting
    for notice in db.session.scalars(select(Notice)):
        assert (notice.recipient == "") is (notice.status is not NoticeStatus.QUEUED)


def test_an_address_goes_even_where_the_words_went_before(database):
    with transaction():
        request_code(CodePurpose.LOGIN, "13900000000", nonce="n", locale="zh_Hans")
    notice = db.session.scalars(select(Notice)).one()
    notice.payload, notice.is_wiped, notice.status = None, True, NoticeStatus.SENT
    db.session.commit()
    with transaction():
        assert remove_what_served_its_time(utcnow() + timedelta(days=31))["messages"] == 1
    db.session.expire_all()
    assert notice.recipient == ""
    with transaction():
        assert remove_what_served_its_time(utcnow() + timedelta(days=32))["messages"] == 0


def test_names_of_representatives_go_and_their_number_stays(database):
    scene = make_scene()
    save(Representative(participation=scene.participation, name="周敏", phone="13900000000"))
    run(days=700)
    assert count(Representative, Representative.name == "周敏") == 1
    run(days=740)
    assert count(Representative) == 1
    assert db.session.scalars(select(Representative)).one().phone is None
    assert count(Representative, Representative.name == "周敏") == 0


def test_words_of_searches_go_and_the_search_stays_on_record(database):
    desk, fair = make_staff(Role.HELP_DESK), make_fair()
    with transaction():
        search_desk(fair, "诸葛", by=desk)
        record("fair.publish", by=desk, on="fair", after={"status": "published"})
    run(days=740)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="desk.search")).one()
    assert entry.after == {"text": "", "found": 0}
    assert entry.actor_label == desk.label
    other = db.session.scalars(select(AuditEntry).filter_by(action="fair.publish")).one()
    assert other.after == {"status": "published"}


def test_files_nobody_points_to_are_dropped_after_a_day(database):
    student = make_student()
    wanted = files.keep(PDF, "a.pdf", limit=100)
    with transaction():
        keep_resume(student, wanted)
    lost, young = files.keep(PDF, "b.pdf", limit=100), files.keep(PDF, "c.pdf", limit=100)
    old = (utcnow() - timedelta(days=2)).timestamp()
    for kept in (wanted, lost):
        os.utime(files.path_of(kept.key), (old, old))
    run(minutes=0)
    there = [files.path_of(kept.key).exists() for kept in (wanted, lost, young)]
    assert there == [True, False, True]


def test_the_job_runs_once_a_day_and_says_what_it_did(database):
    make_student()
    ran = AuditEntry.action == "retention.run"
    run(days=740)
    run(days=740, hours=1)
    run(days=740, hours=22)
    assert count(AuditEntry, ran) == 1
    run(days=741, hours=1)
    assert count(AuditEntry, ran) == 2
    first = db.session.scalars(select(AuditEntry).where(ran).order_by(AuditEntry.id)).first()
    assert first.after["people"] == 1
    assert set(first.after) == {
        "people", "files", "codes", "contacts", "links", "paper", "messages", "recipients",
            "answers", "representatives", "searches", "survey_texts",
    }  # fmt: skip


def test_more_than_a_batch_is_forgotten_in_one_night(database, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    for _ in range(5):
        make_student()
    run(days=740)
    assert count(Student, Student.closed_at.is_(None)) == 0
    with transaction():
        assert forget_some(utcnow() + timedelta(days=740)) == 0


def _profile(name):
    from app.places.states import EducationLevel

    return Profile(name=name, school_name="江城理工大学", level=EducationLevel.BACHELORS)


def test_who_belonged_to_a_group_is_forgotten_a_month_after_it_was_written_to(database):
    fair, other = make_fair(), make_fair()
    register(fair)
    register(other)
    message = send(fair)
    work()
    waiting = send(other)
    run(days=29)
    assert len(recipients(message)) == 1
    run(days=31)
    assert recipients(message) == []
    assert fresh(message).written == 1
    assert len(recipients(waiting)) == 1, "it has not been sent"
