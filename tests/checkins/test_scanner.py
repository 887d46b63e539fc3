"""The gate page's door: what it takes, what it answers, whom it turns away."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.checkins import queries
from app.checkins.models import Scan
from app.checkins.states import Decision
from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.registrations.states import RegistrationStatus
from tests.checkins.making import code_of, make_registration
from tests.factories import make_coming_fair, make_fair, make_gate, make_staff
from tests.statements import count_statements

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


@pytest.fixture
def gate():
    return make_gate(name="南门 1 号口")


@pytest.fixture
def staff(gate, log_in):
    return log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, gate.fair_id))


@pytest.fixture
def send(client, gate):
    """Post one scan as the page does and return its result."""

    def send(code, *, headers=CHINESE, **given):
        scan = {"id": str(uuid7()), "code": code, "direction": "in", "gate": gate.id} | given
        answer = client.post(
            f"/staff/fairs/{gate.fair.slug}/scans", json={"scans": [scan]}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return answer.json["results"][0]

    return send


def scans():
    return db.session.scalar(select(func.count()).select_from(Scan))


def test_the_page_says_which_gate_and_how_many_are_inside(client, gate, staff):
    page = client.get(f"/staff/fairs/{gate.fair.slug}/gates/{gate.id}/online", headers=CHINESE)
    assert page.status_code == 200
    for words in ("南门 1 号口", "开始扫码", "输入短码", "没有记上", "csrf-token"):
        assert words in page.text
    assert "Start scanning" in client.get(page.request.path, headers=ENGLISH).text


def test_red_screens_show_where_to_register_until_the_fair_is_over(client, gate, staff):
    path = f"/staff/fairs/{gate.fair.slug}/gates/{gate.id}/online"
    before = client.get(path).text
    with frozen(gate.fair.ends_at):
        over = client.get(path).text
    for offer, number in (("data-join", 2), ('data-act="register"', 3)):
        assert (before.count(offer), over.count(offer)) == (number, 0), offer


def test_a_ticket_is_answered_with_verdict_person_and_words(gate, staff, send):
    registration = make_registration(gate.fair)
    result = send(f"http://localhost/t/{code_of(registration)}")
    answer = result["answer"]
    assert (answer["code"], answer["number"], result["inside"]) == ("admitted", 1, 1)
    assert answer["words"]["who"] == registration.student.masked_name
    assert answer["words"]["sub"] == "江城理工大学 硕士"
    assert answer["words"]["why"] == "第 1 位，南门 1 号口"
    again = send(code_of(registration))["answer"]
    assert again["code"] == "already_admitted"
    assert again["words"]["why"].endswith("从南门 1 号口进场")
    assert again["words"]["todo"] == "核对本人，是就放行"


def test_the_words_are_in_the_readers_language(gate, staff, send):
    answer = send("https://example.org", headers=ENGLISH)["answer"]
    assert answer["words"]["why"] == "Not a ticket code of Xunpin"
    assert answer["words"]["todo"] == "Ask them to open “My ticket” and scan again"


def test_every_refusal_says_why_and_what_next(gate, staff, send):
    fair = gate.fair
    waiting = make_registration(fair, status=RegistrationStatus.WAITLISTED)
    gone = make_registration(
        fair, status=RegistrationStatus.CANCELLED, cancelled_at=utcnow() - timedelta(days=1)
    )
    other = make_registration(make_coming_fair(title_zh="西安站"))
    told = {
        code: send(code_of(one))["answer"]
        for code, one in (("waitlisted", waiting), ("revoked", gone), ("wrong_fair", other))
    }
    assert {code: answer["code"] for code, answer in told.items()} == {c: c for c in told}
    assert told["waitlisted"]["words"]["todo"] == "请他到服务台"
    assert told["revoked"]["words"]["why"].endswith("取消了报名")
    assert told["wrong_fair"]["words"]["why"].startswith("他报的是 西安站")


def test_early_guests_hear_when_doors_open(client, log_in):
    fair = make_fair(doors_at=utcnow() + timedelta(minutes=12))
    gate = make_gate(fair=fair)
    log_in(make_staff(Role.SUPERVISOR))
    scan = {"id": str(uuid7()), "code": code_of(make_registration(fair)), "gate": gate.id}
    answer = client.post(
        f"/staff/fairs/{fair.slug}/scans", json={"scans": [scan]}, headers=CHINESE
    ).json["results"][0]["answer"]
    assert answer["code"] == "not_open"
    assert answer["words"]["why"].endswith("还有 12 分钟")


def test_an_unverified_walk_in_carries_a_strip(gate, staff, send):
    answer = send(code_of(make_registration(gate.fair, verified_at=None)))["answer"]
    assert (answer["code"], answer["unverified"]) == ("admitted", True)
    assert answer["words"]["strip"] == "手机号没验证，请看学生证"


def test_the_clock_of_the_browser_is_kept_and_not_believed(gate, staff, send):
    send(code_of(make_registration(gate.fair)), scanned_at="2031-01-01T00:00:00.000Z")
    row = db.session.scalars(select(Scan)).one()
    assert row.device_time.year == 2031
    assert abs(row.scanned_at - utcnow()) < timedelta(seconds=10)


def test_a_repeat_of_the_request_gets_the_same_answer(gate, staff, send):
    registration, id_ = make_registration(gate.fair), str(uuid7())
    first, again = (send(code_of(registration), id=id_) for _ in range(2))
    assert (first["stored"], again["stored"]) == ("new", "known")
    assert first["answer"]["code"] == again["answer"]["code"] == "admitted"
    assert scans() == 1


GOOD = {"id": "01890000-0000-7000-8000-000000000001", "code": "X", "gate": 1}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"scans": []},
        {"scans": [GOOD] * 201},
        {"scans": "x"},
        {"scans": [GOOD], "role": "administrator"},
        {"scans": [GOOD | {"answer": "admitted"}]},
        {"scans": [GOOD | {"id": "no"}]},
        {"scans": [GOOD | {"id": 7}]},
        {"scans": [GOOD | {"code": ""}]},
        {"scans": [GOOD | {"code": "x" * 501}]},
        {"scans": [GOOD | {"code": None}]},
        {"scans": [GOOD | {"direction": "sideways"}]},
        {"scans": [GOOD | {"gate": "1"}]},
        {"scans": [GOOD | {"gate": True}]},
        {"scans": [GOOD | {"gate": 1 << 40}]},
        {"scans": [GOOD, GOOD | {"gate": 2}]},
        {"scans": [GOOD | {"scanned_at": "yesterday"}]},
        {"scans": [GOOD | {"scanned_at": "2026-01-01T00:00:00"}]},
        {"scans": [GOOD | {"scanned_at": "9999-12-31T23:59:59-12:00"}]},
        {"scans": [{"code": "X", "gate": 1}]},
    ],
)
def test_what_is_not_agreed_on_is_refused_whole(client, gate, staff, body):
    answer = client.post(f"/staff/fairs/{gate.fair.slug}/scans", json=body)
    assert answer.status_code == 422
    assert answer.json["error"]["code"]
    assert scans() == 0


def test_text_of_any_kind_is_an_unknown_code(gate, staff, send):
    for text in ("\0", "😀", "' OR 1=1 --", "x" * 500):
        assert send(text + "x" if len(text) < 9 else text)["answer"]["code"] == "unknown"


def test_a_gate_of_another_fair_is_not_there(client, gate, staff):
    foreign = make_gate()
    scan = GOOD | {"gate": foreign.id}
    answer = client.post(f"/staff/fairs/{gate.fair.slug}/scans", json={"scans": [scan]})
    assert answer.status_code == 404
    assert client.get(f"/staff/fairs/{gate.fair.slug}/gates/{foreign.id}").status_code == 404
    assert client.get(f"/staff/fairs/{foreign.fair.slug}/gates/{foreign.id}").status_code == 404
    assert client.get(f"/staff/fairs/{gate.fair.slug}/gates/{10**15}").status_code == 404


def test_whoever_is_signed_out_gets_a_plain_401(client, gate):
    answer = client.post(f"/staff/fairs/{gate.fair.slug}/scans", json={"scans": [GOOD]})
    assert answer.status_code == 401


def test_a_post_without_the_token_is_refused(app, client, gate, staff):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post(f"/staff/fairs/{gate.fair.slug}/scans", json={"scans": [GOOD]})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400


def test_the_status_says_how_many_are_inside(client, gate, staff, send):
    send(code_of(make_registration(gate.fair)))
    told = client.get(f"/staff/fairs/{gate.fair.slug}/gates/{gate.id}/status").json
    assert (told["inside"], told["permitted"], told["alarm"]) == (1, None, False)


# -- afterwards ------------------------------------------------------------------------


def test_the_last_scan_can_be_undone_and_the_next_is_green(client, gate, staff, send):
    registration = make_registration(gate.fair)
    id_ = send(code_of(registration))["id"]
    address = f"/staff/fairs/{gate.fair.slug}/scans/{id_}/undo"
    assert client.post(address, json={}).json["inside"] == 0
    assert send(code_of(registration))["answer"]["code"] == "admitted"
    with frozen(utcnow() + timedelta(minutes=5)):
        last = db.session.scalars(select(Scan.id).where(Scan.voided_at.is_(None))).one()
        late = client.post(f"/staff/fairs/{gate.fair.slug}/scans/{last}/undo", json={})
    assert late.status_code == 409
    assert late.json["error"]["code"] == "undo-too-late"


def test_a_supervisor_undoes_anybodys_scan(client, gate, staff, send, log_in):
    id_ = send(code_of(make_registration(gate.fair)))["id"]
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{gate.fair.slug}/scans/{id_}/undo"
    assert client.post(address, json={"reason": "扫错人"}).status_code == 200
    assert db.session.scalars(select(Scan)).one().void_reason == "扫错人"


def test_a_decision_is_kept(client, gate, staff, send):
    registration = make_registration(gate.fair, status=RegistrationStatus.WAITLISTED)
    id_ = send(code_of(registration))["id"]
    told = client.post(
        f"/staff/fairs/{gate.fair.slug}/scans/{id_}/decision", json={"decision": "let_in"}
    )
    assert (told.json["decision"], told.json["override"], told.json["inside"]) == (
        "let_in",
        False,
        1,
    )
    row = db.session.scalars(select(Scan)).one()
    assert (row.decision, row.decided_by_id) == (Decision.LET_IN, staff.id)


def test_an_override_is_for_supervisors_and_says_why(client, log_in):
    fair = make_fair(permitted_number=0)
    gate, registration = make_gate(fair=fair), make_registration(fair)
    scan = {"id": str(uuid7()), "code": code_of(registration), "gate": gate.id}
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id))
    client.post(f"/staff/fairs/{fair.slug}/scans", json={"scans": [scan]})
    address = f"/staff/fairs/{fair.slug}/scans/{scan['id']}/decision"
    assert client.post(address, json={"decision": "let_in", "reason": "x"}).status_code == 403
    log_in(make_staff(Role.SUPERVISOR))
    assert client.post(address, json={"decision": "let_in"}).status_code == 409
    told = client.post(address, json={"decision": "let_in", "reason": "带队老师"})
    assert told.json["override"] is True
    assert queries.count_inside(fair) == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"decision": "maybe"},
        {"decision": "let_in", "x": 1},
        {"decision": "let_in", "reason": 5},
        {"decision": "let_in", "reason": "x" * 201},
    ],
)
def test_an_unreadable_decision_is_refused(client, gate, staff, send, body):
    id_ = send(code_of(make_registration(gate.fair)))["id"]
    address = f"/staff/fairs/{gate.fair.slug}/scans/{id_}/decision"
    assert client.post(address, json=body).status_code == 422


def test_a_scan_of_another_fair_is_not_there(client, gate, staff):
    for verb in ("undo", "decision"):
        address = f"/staff/fairs/{gate.fair.slug}/scans/{uuid4()}/{verb}"
        body = {"decision": "let_in"} if verb == "decision" else {}
        assert client.post(address, json=body).status_code == 404


def test_one_request_scans_in_one_transaction_and_few_statements(client, gate, staff, send):
    """Beyond the scan itself: who asks (with roles), the fair, the gate."""
    send(code_of(make_registration(gate.fair)))
    code = code_of(make_registration(gate.fair))
    db.session.expunge_all()
    with count_statements() as seen:
        send(code)
    assert len(seen) <= 4 + 5, seen
