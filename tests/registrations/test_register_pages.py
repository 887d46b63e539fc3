"""From a phone number to a ticket, as a browser does it."""

import re
from datetime import timedelta
from io import BytesIO

import pytest

from app.accounts.models import LoginCode, User
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.notices import services as notices
from app.notices.models import Notice
from app.places.states import EducationLevel
from app.registrations import queries
from app.registrations.forms import graduation_years
from app.registrations.models import Registration
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students import queries as students
from app.students.models import Student
from app.tours.states import FairStatus
from tests.factories import make_coming_fair, make_fair, make_school, make_staff, make_student
from tests.factories.registrations import make_registration

PHONE = "13800005678"
R = RegistrationStatus


def about(**given):
    usual = {
        "name": "陈思远",
        "school_name": "江城理工大学",
        "level": "masters",
        "major": "机械工程",
        "year": str(graduation_years()[0]),
        "agreed": "y",
    }
    return usual | given


def ask_code(client, fair, phone=PHONE, gate=""):
    """Send the phone; return the address of the next step and the code of the message."""
    query = {"gate": gate} if gate else None
    page = client.post(f"/fairs/{fair.slug}/register", data={"phone": phone}, query_string=query)
    assert page.status_code == 303, page.text
    notice = db.session.query(Notice).order_by(Notice.id.desc()).first()
    return page.location, notice.payload["code"]


def the_registration(fair):
    return db.session.query(Registration).filter_by(fair_id=fair.id).one()


def test_from_the_phone_to_the_ticket_in_two_pages(client):
    fair = make_coming_fair()
    make_school(name="江城理工大学", search_text="|江城理工大学|")
    assert "Mobile number" in client.get(f"/fairs/{fair.slug}/register").text
    step, code = ask_code(client, fair, "+86 138-0000-5678")
    page = client.get(step)
    assert "138****5678" in page.text
    assert "checked" not in page.text
    answer = client.post(step, data=about(code=code, wants_news="y"))
    registration = the_registration(fair)
    assert answer.status_code == 303
    assert answer.location == f"/me/tickets/{registration.uid}"
    student = registration.student
    assert (student.name, student.school.name, student.major) == (
        "陈思远",
        "江城理工大学",
        "机械工程",
    )
    assert student.level is EducationLevel.MASTERS
    assert student.wants_news
    assert registration.verified_at is not None
    assert registration.source is RegistrationSource.SELF
    ticket = client.get(answer.location)
    assert ticket.status_code == 200
    assert "陈思远" in ticket.text
    # The session stays on this phone when the browser is closed.
    cookie = answer.headers["Set-Cookie"]
    assert "Expires" in cookie


def test_the_whole_way_reads_chinese(client):
    fair = make_coming_fair()
    headers = {"Accept-Language": "zh-CN"}
    page = client.get(f"/fairs/{fair.slug}/register", headers=headers)
    assert "手机号" in page.text
    step, code = ask_code(client, fair)
    page = client.post(step, data=about(code=code, name=""), headers=headers)
    assert page.status_code == 422
    assert "请填写姓名" in page.text
    assert "领取参会码" in page.text


def test_a_wrong_code_keeps_everything_typed(client):
    fair = make_coming_fair()
    step, code = ask_code(client, fair)
    wrong = "000000" if code != "000000" else "111111"
    page = client.post(step, data=about(code=wrong))
    assert page.status_code == 422
    assert "陈思远" in page.text
    assert "江城理工大学" in page.text
    assert db.session.query(Registration).count() == 0
    assert db.session.query(LoginCode).one().tries == 1
    assert client.post(step, data=about(code=code)).status_code == 303


def test_a_fault_elsewhere_does_not_use_up_the_code(client):
    fair = make_coming_fair()
    step, code = ask_code(client, fair)
    page = client.post(step, data=about(code=code, name="", agreed=""))
    assert page.status_code == 422
    assert "2 things to change" in page.text
    assert client.post(step, data=about(code=code)).status_code == 303


def test_nobody_is_registered_without_agreeing(client):
    fair = make_coming_fair()
    step, code = ask_code(client, fair)
    data = about(code=code)
    del data["agreed"]
    page = client.post(step, data=data)
    assert page.status_code == 422
    assert "agree to it first" in page.text
    assert db.session.query(Student).count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "😀"},
        {"name": "陈\x00思"},
        {"name": "陈" * 10_000},
        {"name": "12345"},
        {"name": "   "},
        {"school_name": "大学🎓"},
        {"school_name": "大" * 10_000},
        {"major": "机械\x07工程"},
        {"level": "emperor"},
        {"year": "1815"},
        {"year": "other"},
        {"year": "other", "year_other": "99999999999999999999"},
        {"year": "other", "year_other": "soon"},
        {"agreed": ""},
        {"code": "12345678901234567890123"},
    ],
)
def test_bad_input_is_answered_with_a_summary_and_keeps_the_rest(client, typed):
    fair = make_coming_fair()
    step, code = ask_code(client, fair)
    page = client.post(step, data=about(code=code, major="机械设计") | typed)
    assert page.status_code == 422
    assert "xp-errors" in page.text
    assert "机械设计" in page.text or "major" in typed
    assert db.session.query(Registration).count() == 0


@pytest.mark.parametrize("name", ["欧阳娜娜", "古丽·买买提", "Zoë O'Neill", "Mary-Jane", "𠮷野"])
def test_real_names_are_taken_as_they_are(client, name):
    fair = make_coming_fair()
    step, code = ask_code(client, fair)
    assert client.post(step, data=about(code=code, name=name)).status_code == 303
    assert the_registration(fair).student.name == name


@pytest.mark.parametrize("phone", ["", "123", "1380000567x", "😀", "1" * 10_000, "138\x000000"])
def test_what_is_no_phone_number_is_said_so(client, phone):
    fair = make_coming_fair()
    page = client.post(f"/fairs/{fair.slug}/register", data={"phone": phone})
    assert page.status_code == 422
    assert db.session.query(Notice).count() == 0


def test_a_school_that_is_not_known_is_chosen_or_ticked_as_not_listed(client):
    fair = make_coming_fair()
    make_school(name="江城理工大学", search_text="|江城理工大学|")
    step, code = ask_code(client, fair)
    page = client.post(step, data=about(code=code, school_name="海外学院"))
    assert page.status_code == 422
    assert "We do not know “海外学院”" in page.text
    page = client.post(step, data=about(code=code, school_name="海外学院", school_unlisted="y"))
    assert page.status_code == 303
    student = the_registration(fair).student
    assert (student.school_id, student.school_name) == (None, "海外学院")


def test_a_resume_comes_along_and_a_wrong_one_is_refused_before_the_code_is_used(client):
    fair = make_coming_fair()
    step, code = ask_code(client, fair)
    bad = about(code=code, resume=(BytesIO(b"MZ not a paper"), "cv.pdf"))
    page = client.post(step, data=bad, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "PDF, PNG or JPEG" in page.text
    good = about(code=code, resume=(BytesIO(b"%PDF-1.7 me"), "简历.pdf"))
    page = client.post(step, data=good, content_type="multipart/form-data")
    assert page.status_code == 303
    assert students.current_resume(the_registration(fair).student).file_name == "简历.pdf"


def test_a_file_beyond_the_limit_gets_a_readable_page(client):
    fair = make_coming_fair()
    step, _code = ask_code(client, fair)
    head = 'Content-Disposition: form-data; name="resume"; filename="cv.pdf"'
    body = f"--b\r\n{head}\r\n\r\n%PDF-{'x' * 11_000_000}\r\n--b--\r\n".encode()
    page = client.post(step, data=body, content_type="multipart/form-data; boundary=b")
    assert page.status_code == 413
    assert "<h1" in page.text


def test_another_code_keeps_what_was_typed(client):
    fair = make_coming_fair()
    step, _first = ask_code(client, fair)
    page = client.post(step, data=about(resend="1"))
    assert "less than a minute ago" in page.text
    assert "陈思远" in page.text
    with frozen(utcnow() + timedelta(seconds=90)):
        page = client.post(step, data=about(resend="1"))
        assert "A new code is on its way" in page.text
    assert db.session.query(LoginCode).count() == 2


def test_going_back_within_the_minute_does_not_end_in_a_refusal(client):
    fair = make_coming_fair()
    step, _code = ask_code(client, fair)
    page = client.post(f"/fairs/{fair.slug}/register", data={"phone": PHONE})
    assert (page.status_code, page.location) == (303, step)


def test_known_and_unknown_phones_see_the_same_pages(client, new_client):
    fair = make_coming_fair()
    known = make_student()
    seen = []
    for browser, phone in ((client, known.user.phone), (new_client(), "13800009999")):
        step, _code = ask_code(browser, fair, phone)
        text = browser.get(step).text.replace(phone[:3] + "****" + phone[-4:], "PHONE")
        seen.append(re.sub(r'value="[^"]{40,}"', "", text))
    assert seen[0] == seen[1]


def test_somebody_who_forgot_that_they_have_an_account_gets_their_ticket_there(client):
    fair = make_coming_fair()
    known = make_student(name="旧名字")
    step, code = ask_code(client, fair, known.user.phone)
    client.post(step, data=about(code=code))
    assert the_registration(fair).student_id == known.id
    assert db.session.query(User).filter_by(phone_hash=known.user.phone_hash).count() == 1


def test_the_second_step_without_the_first_leads_back(client):
    fair = make_coming_fair()
    page = client.get(f"/fairs/{fair.slug}/register/about")
    assert page.location == f"/fairs/{fair.slug}/register"


def test_a_code_for_one_fair_does_not_open_the_form_of_another(client):
    ask_code(client, make_coming_fair())
    other = make_coming_fair()
    assert client.get(f"/fairs/{other.slug}/register/about").status_code == 302


def test_a_signed_in_student_needs_one_tap(client, log_in):
    fair = make_coming_fair()
    student = make_student()
    log_in(student.user)
    page = client.get(f"/fairs/{fair.slug}/register", follow_redirects=True)
    assert student.name in page.text
    assert 'name="phone"' not in page.text
    answer = client.post(f"/fairs/{fair.slug}/register/about")
    assert answer.location == f"/me/tickets/{the_registration(fair).uid}"


def test_a_signed_in_student_is_asked_only_for_what_is_missing(client, log_in):
    fair = make_coming_fair()
    student = make_student(major="")
    log_in(student.user)
    page = client.get(f"/fairs/{fair.slug}/register/about")
    assert student.name in page.text
    assert 'name="code"' not in page.text
    assert 'name="agreed"' not in page.text
    data = about(major="材料")
    del data["agreed"]
    assert client.post(f"/fairs/{fair.slug}/register/about", data=data).status_code == 303
    assert student.major == "材料"


def test_a_newer_privacy_notice_is_agreed_to_again(client, log_in):
    fair = make_coming_fair()
    student = make_student(privacy_version="2024-01")
    log_in(student.user)
    assert client.post(f"/fairs/{fair.slug}/register/about").status_code == 422
    page = client.post(f"/fairs/{fair.slug}/register/about", data={"agreed": "y"})
    assert page.status_code == 303
    assert student.privacy_version != "2024-01"


def test_whoever_is_registered_is_led_to_their_ticket(client, log_in):
    registration = make_registration()
    log_in(registration.student.user)
    page = client.get(f"/fairs/{registration.fair.slug}/register")
    assert page.location == f"/me/tickets/{registration.uid}"


def test_staff_are_told_that_the_page_is_for_students(client, log_in):
    fair = make_coming_fair()
    log_in(make_staff())
    page = client.get(f"/fairs/{fair.slug}/register")
    assert "This page is for students" in page.text
    assert client.post(f"/fairs/{fair.slug}/register", data={"phone": PHONE}).status_code == 200
    assert db.session.query(LoginCode).count() == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"registration_opens_at": utcnow() + timedelta(days=2)}, "has not opened yet"),
        ({"registration_closes_at": utcnow() - timedelta(days=1)}, "is closed"),
        ({"status": FairStatus.CANCELLED, "status_reason": "台风"}, "台风"),
        ({"status": FairStatus.POSTPONED, "status_reason": "台风"}, "postponed"),
    ],
)
def test_a_fair_that_takes_nobody_says_why(client, given, words):
    fair = make_coming_fair(**given)
    assert words in client.get(f"/fairs/{fair.slug}/register").text
    page = client.post(f"/fairs/{fair.slug}/register", data={"phone": PHONE})
    assert words in page.text
    assert db.session.query(LoginCode).count() == 0


def test_a_draft_is_not_found(client):
    fair = make_coming_fair(status=FairStatus.DRAFT, published_at=None)
    assert client.get(f"/fairs/{fair.slug}/register").status_code == 404


def test_a_full_fair_says_so_before_and_puts_one_on_the_waiting_list(client):
    fair = make_coming_fair(capacity=0)
    assert "waiting list" in client.get(f"/fairs/{fair.slug}/register").text
    step, code = ask_code(client, fair)
    assert "Join the waiting list" in client.get(step).text
    page = client.post(step, data=about(code=code), follow_redirects=True)
    assert the_registration(fair).status is R.WAITLISTED
    assert "Your place on the waiting list" in page.text
    assert "code.png" not in page.text


def test_the_code_goes_from_the_purse_of_the_fair(client):
    fair = make_coming_fair()
    ask_code(client, fair)
    assert db.session.query(Notice).one().budget_key == f"fair:{fair.id}"


def test_before_the_doors_open_a_spent_purse_is_said_plainly(client, monkeypatch):
    monkeypatch.setattr(notices.LIMITS, "sms_per_fair", 0)
    fair = make_coming_fair()
    page = client.post(
        f"/fairs/{fair.slug}/register", data={"phone": PHONE}, query_string={"gate": "ABC"}
    )
    assert page.status_code == 422
    assert "Text messages cannot be sent" in page.text


def test_a_later_walk_in_is_counted_as_one(client):
    fair = make_fair()
    step, code = ask_code(client, fair)
    client.post(step, data=about(code=code))
    registration = the_registration(fair)
    assert registration.source is RegistrationSource.WALK_IN
    assert queries.seats_taken(fair) == 1
