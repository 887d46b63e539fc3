"""An export holds everything: no table about people is forgotten."""

import io
import re
from datetime import datetime
from enum import Enum
from zipfile import ZipFile

import orjson
import pytest

from app.accounts.models import AccountLink
from app.accounts.services import notify_user, request_code
from app.accounts.states import CodePurpose, LinkKind
from app.core import files
from app.core.clock import utcnow
from app.core.db import Model, db
from app.core.transaction import transaction
from app.intents.services import log_view
from app.messages.models import MessageRecipient, OrganiserMessage
from app.messages.states import Segment
from app.privacy import exports
from app.privacy.queries import EXCUSED, EXPORTED, gather
from app.privacy.wording import FIELDS, SECTIONS
from app.questions.states import QuestionKind
from app.registrations.models import RegistrationAnswer
from app.registrations.services import reissue_ticket
from app.students.services import keep_resume
from tests import factories as make
from tests.checkins.making import scan
from tests.factories import make_staff, make_student
from tests.factories.registrations import make_question
from tests.intents.scene import make_registration, make_scene, share, signed
from tests.intents.stand import StandPhone
from tests.statements import count_statements

# Whoever points to one of these says something about people or employers.
PEOPLE = {
    "attendance",
    "employer",
    "intent",
    "participation",
    "registration",
    "resume",
    "resume_share",
    "scan",
    "student",
    "ticket",
    "user",
}
# They name a person without a foreign key, since people live in rooms above theirs.
NAMING = {"user_id", "actor_id", "phone_hash", "ticket_hash", "student_id", "registration_id"}


def tables_about_people():
    found = set(PEOPLE)
    for table in Model.metadata.sorted_tables:
        points_to = {key.column.table.name for key in table.foreign_keys}
        if points_to & PEOPLE or NAMING & set(table.columns.keys()):
            found.add(table.name)
    return found


@pytest.fixture
def full(app, database):
    """A student about whom every exported table holds a row."""
    scene = make_scene()
    letter = signed(scene)
    kept = files.keep(b"%PDF-1.4 resume", "简历.pdf", limit=1000)
    user = scene.student.user
    scan(scene.fair, scene.registration)
    StandPhone(app.test_client(), scene).meet(step="interviewed")
    db.session.commit()
    question = make_question(scene.fair, "需要午餐吗？", kind=QuestionKind.LONG)
    answer = RegistrationAnswer(registration_id=scene.registration.id, question_id=question.id)
    answer.sealed = {"value": "不吃辣"}
    make.save(answer)
    with transaction():
        keep_resume(scene.student, kept)
        log_view(letter.intent, "phone", by=scene.recruiter)
        reissue_ticket(scene.registration, by=make_staff(), why="手机丢了")
        request_code(CodePurpose.LOGIN, user.phone, nonce="n", locale="zh_Hans")
        notify_user(user, "registrations/moved-up", fair="武汉站")
        link = AccountLink(kind=LinkKind.EMAIL_CHANGE, token_hash="x", expires_at=utcnow())
        link.user_id, link.email = user.id, "new@example.org"
        db.session.add(link)
        written = OrganiserMessage(key="k", fair_id=scene.fair.id, number=1)
        written.segment, written.sent_on = Segment.STUDENTS_ATTENDED, utcnow().date()
        written.subject_zh, written.body_zh = "谢谢参加", "请填写问卷。"
        recipient = MessageRecipient(message=written, user_id=user.id, fair_id=scene.fair.id)
        db.session.add(recipient)
    return scene


def test_every_table_about_people_is_exported_or_excused_with_a_reason(database):
    known = EXPORTED | set(EXCUSED)
    assert tables_about_people() - known == set()
    assert known - {table.name for table in Model.metadata.sorted_tables} == set()
    assert EXPORTED & set(EXCUSED) == set()
    assert all(EXCUSED.values())


def test_every_table_that_is_said_to_be_exported_is_read(full):
    user = full.student.user
    db.session.commit()
    db.session.expire_all()
    with count_statements() as seen:
        gather(user)
    read = set()
    for statement in seen:
        read |= {name.strip('"') for name in re.findall(r'(?:FROM|JOIN) ("?\w+"?)', statement)}
    assert EXPORTED - read == set()


def test_everything_that_was_told_is_in_it(full):
    held = gather(full.student.user)
    text = orjson.dumps(held).decode()
    for told in (
        full.student.name,
        full.student.user.phone,
        "江城理工大学",
        "简历.pdf",
        full.fair.title_zh,
        full.employer.name,
        "机械设计工程师",
        "ticket.reissue",
        "需要午餐吗？",
        "不吃辣",
        "手机丢了",
        "new@example.org",
        "武汉站",
        "周敏",
        "谢谢参加",
    ):
        assert told in text
    assert all(held[key] for key in SECTIONS)


def test_a_code_that_opens_a_door_is_not_in_it(full):
    messages = gather(full.student.user)["messages"]
    codes = [row for row in messages if row["about"] == "accounts/login-code"]
    assert codes
    assert [row["words"] for row in codes] == [None]


def test_nothing_of_another_student_is_in_it(full):
    other = make_student(name="皇甫静")
    with transaction():
        request_code(CodePurpose.LOGIN, other.user.phone, nonce="n", locale="zh_Hans")
    text = orjson.dumps(gather(full.student.user)).decode()
    assert "皇甫静" not in text
    assert other.user.phone not in text
    assert "皇甫静" in orjson.dumps(gather(other.user)).decode()


def test_every_line_has_a_name(full):
    def keys(value):
        if isinstance(value, dict):
            for name, part in value.items():
                yield name
                yield from keys(part)
        if isinstance(value, list):
            for part in value:
                yield from keys(part)

    held = gather(full.student.user)
    assert set(held) == set(SECTIONS)
    assert set(keys(list(held.values()))) == set(FIELDS)


def test_the_number_of_statements_does_not_grow(full):
    user = full.student.user

    def count():
        db.session.commit()
        db.session.expire_all()
        with count_statements() as seen:
            gather(user)
        return len(seen)

    before = count()
    for number in range(5):
        scene = make_scene(with_resume=False)
        scene.student = full.student
        make_registration(full.student, scene.fair)
        share(scene)
        with transaction():
            notify_user(user, "registrations/moved-up", fair=str(number))
    assert count() == before


def test_the_json_says_moments_in_utc_and_words_by_value(full, client, log_in):
    log_in(full.student.user)
    answer = client.get("/me/export.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    held = orjson.loads(answer.data)
    assert held["registrations"][0]["status"] == "confirmed"
    assert datetime.fromisoformat(held["export"]["made_at"]).utcoffset().total_seconds() == 0


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "谁看过"), ("en", "Who looked")])
def test_the_spreadsheet_speaks_the_readers_language(full, client, log_in, language, word):
    log_in(full.student.user)
    answer = client.get("/me/export.xlsx", headers={"Accept-Language": language})
    assert answer.status_code == 200
    with ZipFile(io.BytesIO(answer.data)) as book:
        names = book.read("xl/workbook.xml").decode()
        shared = "".join(
            book.read(name).decode() for name in book.namelist() if "worksheets" in name
        )
    assert word in names
    assert full.student.name in shared


def test_a_page_shows_words_and_moments_for_people(app):
    class Colour(Enum):
        RED = "red"

    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert exports.shown(None) == exports.shown("") == "—"
        assert exports.shown(True) == "yes"
        assert exports.shown(0) == "0"
        assert exports.shown(Colour.RED) == "red"
        assert exports.shown(datetime.fromisoformat("2026-03-15T01:00:00+00:00")) == (
            "Sun 15 Mar 2026, 09:00"
        )
