"""Extra questions: asked when somebody registers, answered, changed, shown, taken away."""

import io
from datetime import timedelta
from zipfile import ZipFile

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.audit.models import AuditEntry
from app.core import files
from app.core.clock import frozen
from app.core.db import db
from app.core.transaction import transaction
from app.privacy import services as privacy
from app.questions.answers import BadAnswer, MissingAnswer
from app.questions.states import QuestionKind
from app.registrations import queries, services
from app.registrations.models import Registration, RegistrationAnswer
from app.registrations.services import Answers, AnswersClosed
from tests.factories import make_coming_fair, make_delegation, make_fair, make_staff, make_student
from tests.factories.registrations import make_question, make_registration
from tests.registrations.test_register_pages import about, ask_code, the_registration

K = QuestionKind
PDF = b"%PDF-1.4 portfolio"
CHINESE = {"Accept-Language": "zh-CN"}


def say(registration, *pairs, files=()):
    """Answer some questions: (question, value) each."""
    asked = frozenset(q.id for q, _ in (*pairs, *files))
    with transaction():
        services.save_answers(
            registration, Answers(asked, {q.id: v for q, v in pairs}, dict(files))
        )


def stored(registration):
    return {row.question.label_zh: row.value for row in queries.list_answers(registration)}


def bring(registration, question, name="作品集.pdf"):
    kept = files.keep(PDF, name, limit=1000)
    with transaction():
        services.save_answers(
            registration, Answers(frozenset({question.id}), {}, {question.id: kept})
        )
    return kept


# ---------------------------------------------------------------------------- registering


def test_a_student_answers_while_registering(client):
    fair = make_coming_fair()
    way = make_question(fair, "怎么来？", choices=["高铁", "大巴"], is_required=True)
    meals = make_question(fair, "要哪几餐？", kind=K.ANY, choices=["早", "中", "晚"])
    why = make_question(fair, "想了解什么？", kind=K.LONG, limit=20)
    step, code = ask_code(client, fair)
    page = client.get(step).text
    assert "Only the organiser of this fair sees your answers; employers do not." in page
    assert "怎么来？" in page
    given = {way.field_name: "2", meals.field_name: ["1", "3"], why.field_name: "电气\r\n岗位"}
    sent = client.post(step, data=about(code=code, **given))
    assert sent.status_code == 303, sent.text
    assert stored(the_registration(fair)) == {
        "怎么来？": "2",
        "要哪几餐？": ["1", "3"],
        "想了解什么？": "电气\n岗位",
    }
    ticket = client.get(sent.location).text
    assert "早; 晚" in ticket


def test_a_required_answer_is_asked_for_at_its_field_and_nobody_is_registered(client):
    fair = make_coming_fair()
    way = make_question(fair, choices=["高铁", "大巴"], is_required=True)
    step, code = ask_code(client, fair)
    for given in ({}, {way.field_name: "9"}, {way.field_name: ""}):
        sent = client.post(step, data=about(code=code, **given))
        assert sent.status_code == 422
        assert f'id="{way.field_name}-e"' in sent.text or "xp-fielderr" in sent.text
    assert db.session.query(Registration).filter_by(fair_id=fair.id).count() == 0


def test_a_walk_in_at_the_poster_is_asked_only_what_must_be_and_no_file(client):
    fair = make_fair()
    must = make_question(fair, "紧急联系人？", is_required=True)
    make_question(fair, "忌口？")
    make_question(fair, "作品集", kind=K.FILE, is_required=True)
    step, code = ask_code(client, fair, gate="abc")
    page = client.get(step).text
    assert "紧急联系人？" in page
    assert "忌口？" not in page
    assert "作品集" not in page
    assert client.post(step, data=about(code=code, **{must.field_name: "母亲"})).status_code == 303
    assert stored(the_registration(fair)) == {"紧急联系人？": "母亲"}


def test_somebody_known_answers_on_the_page_of_one_tap(client, log_in):
    fair = make_coming_fair()
    way = make_question(fair, choices=["高铁", "大巴"], is_required=True)
    folio = make_question(fair, "作品集", kind=K.FILE)
    log_in(make_student().user)
    step = f"/fairs/{fair.slug}/register/about"
    assert client.post(step, data={}).status_code == 422
    file = (io.BytesIO(PDF), "作品集.pdf")
    sent = client.post(step, data={way.field_name: "1", folio.field_name: file})
    assert sent.status_code == 303, sent.text
    rows = {row.question.label_zh: row for row in queries.list_answers(the_registration(fair))}
    assert rows["作品集"].file_name == "作品集.pdf"
    assert files.path_of(rows["作品集"].file_key).read_bytes() == PDF


@pytest.mark.parametrize(
    "body",
    [b"", b"MZ\x90 a program", b"<html><script>", b"PK\x03\x04 a zip", b"%PDF-" + b"0" * 1000],
)
def test_a_file_of_another_kind_or_size_is_refused_and_none_is_left_on_the_disk(
    client, log_in, monkeypatch, body
):
    monkeypatch.setattr("app.registrations.views.asking.FILE_LIMIT", 1000)
    fair = make_coming_fair()
    folio = make_question(fair, "作品集", kind=K.FILE, is_required=True)
    log_in(make_student().user)
    before = set(files._root[0].glob("??/*"))
    sent = client.post(
        f"/fairs/{fair.slug}/register/about",
        data={folio.field_name: (io.BytesIO(body), "作品集.pdf")},
    )
    assert sent.status_code == 422
    assert set(files._root[0].glob("??/*")) == before
    assert db.session.query(Registration).filter_by(fair_id=fair.id).count() == 0


def test_a_refused_answer_leaves_no_file_behind(client, log_in):
    fair = make_coming_fair()
    folio = make_question(fair, "作品集", kind=K.FILE)
    second = make_question(fair, "成绩单", kind=K.FILE, is_required=True)
    log_in(make_student().user)
    before = set(files._root[0].glob("??/*"))
    sent = client.post(
        f"/fairs/{fair.slug}/register/about",
        data={folio.field_name: (io.BytesIO(PDF), "a.pdf"), second.field_name: ""},
    )
    assert sent.status_code == 422
    assert "Answer this question." in sent.text
    assert set(files._root[0].glob("??/*")) == before


def test_five_megabytes_of_answer_are_turned_away(client, log_in):
    fair = make_coming_fair()
    why = make_question(fair, "想了解什么？", kind=K.LONG)
    log_in(make_student().user)
    step = f"/fairs/{fair.slug}/register/about"
    assert client.post(step, data={why.field_name: "长" * 1_700_000}).status_code == 413
    too_long = client.post(step, data={why.field_name: "长" * 1001})
    assert too_long.status_code == 422
    assert "at most 1000 characters" in too_long.text


# ---------------------------------------------------------------------------- services


def test_a_foreign_choice_or_kind_is_no_answer():
    fair = make_coming_fair()
    one = make_question(fair, choices=["高铁", "大巴"])
    many = make_question(fair, "餐？", kind=K.ANY, choices=["早", "中"])
    text = make_question(fair, "忌口？", limit=5)
    person = make_registration(fair)
    for question, value in (
        (one, "3"),
        (one, ["1"]),
        (one, 1),
        (many, ["1", "7"]),
        (many, "1"),
        (text, "六个字的答案"),
        (text, ["1"]),
    ):
        with pytest.raises(BadAnswer) as refused:
            say(person, (question, value))
        assert refused.value.field == question.field_name
    assert stored(person) == {}


def test_a_question_of_another_fair_is_not_answered_here():
    person, foreign = make_registration(), make_question(make_coming_fair())
    say(person, (foreign, "答"))
    assert stored(person) == {}


def test_answers_change_until_the_fair_starts_and_not_after():
    fair = make_coming_fair()
    question = make_question(fair, is_required=True)
    person = make_registration(fair)
    say(person, (question, "高铁"))
    say(person, (question, "大巴"))
    assert stored(person) == {"怎么来？": "大巴"}
    with pytest.raises(MissingAnswer):
        say(person, (question, None))
    with frozen(fair.starts_at), pytest.raises(AnswersClosed):
        say(person, (question, "自驾"))
    assert stored(person) == {"怎么来？": "大巴"}


def test_an_optional_answer_can_be_taken_back():
    fair = make_coming_fair()
    question = make_question(fair)
    person = make_registration(fair)
    say(person, (question, "高铁"))
    say(person, (question, None))
    assert stored(person) == {}


def test_a_new_file_takes_the_place_of_the_old_one_and_no_file_keeps_it():
    fair = make_coming_fair()
    folio = make_question(fair, "作品集", kind=K.FILE, is_required=True)
    person = make_registration(fair)
    old = bring(person, folio)
    new = bring(person, folio, "新作品集.pdf")
    assert not files.path_of(old.key).exists()
    say(person, (folio, None))
    (row,) = queries.list_answers(person)
    assert row.file_key == new.key


def test_what_was_answered_is_sealed_in_the_database():
    fair = make_coming_fair()
    question = make_question(fair)
    say(make_registration(fair), (question, "坐轮椅，需要帮助"))
    raw = db.session.connection().exec_driver_sql("SELECT sealed FROM registration_answer").scalar()
    assert "轮椅".encode() not in bytes(raw)


# ---------------------------------------------------------------------------- pages


def test_a_student_changes_answers_and_takes_a_file_back(client, log_in):
    fair = make_coming_fair()
    question = make_question(fair)
    folio = make_question(fair, "作品集", kind=K.FILE)
    student = make_student()
    person = make_registration(fair, student)
    kept = bring(person, folio)
    log_in(student.user)
    mine = f"/me/tickets/{person.uid}/answers"
    sent = client.post(mine, data={question.field_name: "大巴"})
    assert sent.status_code == 303, sent.text
    page = client.get(mine).text
    assert 'value="大巴"' in page
    assert "作品集.pdf" in page
    with client.get(f"{mine}/{folio.uid}") as file:
        assert (file.data, file.headers["Cache-Control"]) == (PDF, "no-store")
        assert file.headers["Content-Disposition"].startswith("attachment")
    client.post(f"{mine}/{folio.uid}/remove")
    assert client.get(f"{mine}/{folio.uid}").status_code == 404
    assert not files.path_of(kept.key).exists()
    with frozen(fair.starts_at + timedelta(minutes=1)):
        log_in(student.user)
        late = client.post(mine, data={question.field_name: "自驾"})
        assert late.status_code == 422
        assert "until the fair starts" in client.get(mine).text


def test_nobody_else_opens_an_answer_or_its_file(client, log_in):
    fair = make_coming_fair()
    folio = make_question(fair, "作品集", kind=K.FILE)
    person = make_registration(fair)
    bring(person, folio)
    log_in(make_student().user)
    assert client.get(f"/me/tickets/{person.uid}/answers").status_code == 404
    assert client.get(f"/me/tickets/{person.uid}/answers/{folio.uid}").status_code == 404
    other = make_coming_fair()
    log_in(make_staff(Role.PLANNER))
    own = f"/staff/fairs/{fair.slug}/registrations/{person.uid}"
    with client.get(f"{own}/answers/{folio.uid}") as file:
        assert file.data == PDF
    foreign = f"/staff/fairs/{other.slug}/registrations/{person.uid}"
    assert client.get(foreign).status_code == 404
    assert client.get(f"{foreign}/answers/{folio.uid}").status_code == 404
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, make_delegation().id))
    assert client.get(own).status_code == 403
    assert client.get(f"{own}/answers/{folio.uid}").status_code == 403


def test_a_question_that_came_later_is_asked_on_the_ticket(client, log_in):
    fair, student = make_coming_fair(), make_student()
    person = make_registration(fair, student)
    make_question(fair, "紧急联系人？", is_required=True)
    log_in(student.user)
    page = client.get(f"/me/tickets/{person.uid}").text
    assert "The organiser still needs an answer: 紧急联系人？" in page


def test_the_organiser_reads_answers_at_the_registration_with_a_masked_name(client, log_in):
    fair = make_coming_fair()
    question = make_question(fair, choices=["高铁", "大巴"])
    person = make_registration(fair, make_student(name="皇甫静怡"))
    say(person, (question, "1"))
    log_in(make_staff(Role.PLANNER))
    listed = client.get(f"/staff/fairs/{fair.slug}/registrations").text
    assert "1 of 1" in listed
    page = client.get(f"/staff/fairs/{fair.slug}/registrations/{person.uid}").text
    assert "高铁" in page
    assert "皇甫静怡" not in listed + page


def export(client, fair, kind, **headers):
    address = f"/staff/fairs/{fair.slug}/registrations/export"
    answer = client.post(address, data={"as": kind}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer


def test_the_table_has_a_column_a_question_and_no_cell_is_a_formula(client, log_in):
    fair = make_coming_fair()
    way = make_question(fair, "怎么来？", choices=["高铁", "大巴"])
    why = make_question(fair, "=1+1", kind=K.SHORT)
    folio = make_question(fair, "作品集", kind=K.FILE)
    person = make_registration(fair, make_student(name="皇甫静怡"))
    say(person, (way, "2"), (why, '=HYPERLINK("http://evil")'))
    bring(person, folio, "=cmd.pdf")
    log_in(make_staff(Role.PLANNER))
    text = export(client, fair, "csv").data.decode("utf-8-sig")
    heads, row = text.splitlines()
    assert "怎么来？" in heads
    assert ",'=1+1," in heads
    assert "皇甫静怡" in row
    assert "大巴" in row
    assert "'=HYPERLINK" in row.replace('"', "")
    assert "'=cmd.pdf" in row
    assert f"/registrations/{person.uid}/answers/{folio.uid}" in row
    book = export(client, fair, "xlsx", **CHINESE)
    with ZipFile(io.BytesIO(book.data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "大巴" in sheet
    taken = db.session.query(AuditEntry).filter_by(action="registration.export").all()
    assert [row.after["people"] for row in taken] == [1, 1]


def test_a_retired_question_keeps_its_column_and_who_cancelled_is_left_out(client, log_in):
    fair = make_coming_fair()
    question = make_question(fair)
    person, gone = make_registration(fair), make_registration(fair)
    say(person, (question, "高铁"))
    say(gone, (question, "大巴"))
    with transaction():
        services.cancel(gone, by=None)
    question.position = None
    db.session.commit()
    log_in(make_staff(Role.PLANNER))
    text = export(client, fair, "csv").data.decode("utf-8-sig")
    assert "高铁" in text
    assert "大巴" not in text


# ---------------------------------------------------------------------------- forgetting


def test_closing_an_account_deletes_its_answers_and_files():
    fair = make_coming_fair()
    question, folio = make_question(fair), make_question(fair, "作品集", kind=K.FILE)
    mine, other = make_registration(fair), make_registration(fair)
    for person in (mine, other):
        say(person, (question, "高铁"))
    kept = bring(mine, folio)
    with transaction():
        privacy.close_account(mine.student.user)
    assert not files.path_of(kept.key).exists()
    left = db.session.query(RegistrationAnswer).all()
    assert [row.registration_id for row in left] == [other.id]


def test_answers_of_fairs_long_over_are_deleted_though_the_student_still_comes():
    old, new = make_coming_fair(), make_coming_fair()
    student = make_student()
    for fair in (old, new):
        say(make_registration(fair, student), (make_question(fair), "高铁"))
    old.starts_at, old.ends_at = (
        old.starts_at - timedelta(days=900),
        old.ends_at - timedelta(days=900),
    )
    db.session.commit()
    with transaction():
        counts = privacy.remove_what_served_its_time()
    assert counts["answers"] == 1
    (left,) = db.session.query(RegistrationAnswer).all()
    assert left.registration.fair_id == new.id
