"""The code on a gate's screen, the pass it is swapped for, and links that open screens."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.checkins import queries, services
from app.checkins.models import Attendance, Scan
from app.checkins.services import screens
from app.checkins.states import Evidence, HallState, ScanSource, Verdict, hall_state
from app.core.clock import frozen, utcnow
from app.core.codes import decode_crockford, encode_crockford
from app.core.db import db
from app.notices import services as notices
from app.tours.models import Fair
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_gate, make_staff, make_student
from tests.registrations.test_register_pages import PHONE, about

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}
# A moment at the very beginning of a step.
START = datetime(2026, 3, 15, 2, 0, tzinfo=UTC)


@pytest.fixture
def gate():
    times = {"starts_at": START, "doors_at": START, "ends_at": START + timedelta(hours=6)}
    return make_gate(fair=make_fair(registration_opens_at=START - timedelta(days=9), **times))


@pytest.fixture
def student(gate, log_in):
    person = make_student()
    make_registration(gate.fair, student=person)
    log_in(person.user)
    return person


def code_at(gate, moment=START):
    return screens.live_code(gate.id, screens.step_at(moment))


def open_code(client, gate, *, shown=START, after=timedelta(seconds=5)):
    """Scan what the screen showed at ``shown`` some time later."""
    with frozen(shown + after):
        return client.get(f"/l/{code_at(gate, shown)}", headers=ENGLISH)


def tap(client, address, *, at):
    with frozen(at):
        form = {"id": "01890000-0000-7000-8000-000000000001"}
        return client.post(f"{address}/check-in", data=form, headers=ENGLISH)


def scans():
    return db.session.scalars(select(Scan).order_by(Scan.received_at)).all()


# -- the arithmetic of steps -----------------------------------------------------------


def test_a_step_is_thirty_seconds_and_begins_on_the_half_minute():
    step = screens.step_at(START)
    assert screens.step_at(START + timedelta(seconds=29.999)) == step
    assert screens.step_at(START + timedelta(seconds=30)) == step + 1


@pytest.mark.parametrize(
    ("seconds", "is_current"),
    [(-31, False), (-30, True), (0, True), (29, True), (59.9, True), (60, False), (3600, False)],
)
def test_a_code_is_good_in_its_step_and_in_one_before_and_after(seconds, is_current):
    code = screens.read_live_code(screens.live_code(7, screens.step_at(START)))
    assert (code.gate_id, code.step) == (7, screens.step_at(START))
    assert code.is_current(START + timedelta(seconds=seconds)) is is_current


def test_every_gate_and_every_step_has_a_code_of_its_own():
    codes = {screens.live_code(gate, step) for gate in range(1, 20) for step in range(100, 150)}
    assert len(codes) == 19 * 50


def test_the_codes_of_ten_minutes_are_given_at_once_and_then_only_the_new_ones():
    step = screens.step_at(START)
    whole = screens.next_codes(7, START)
    assert [number for number, _ in whole] == list(range(step, step + 21))
    more = screens.next_codes(7, START + timedelta(minutes=1), after=step + 20)
    assert [number for number, _ in more] == [step + 21, step + 22]
    # A screen that slept through them all is given the whole again.
    late = screens.next_codes(7, START + timedelta(hours=1), after=step + 20)
    assert len(late) == 21


def test_what_was_never_made_by_us_is_no_code():
    good = screens.live_code(7, screens.step_at(START))
    other = screens.live_code(8, screens.step_at(START))
    # Another gate's number on this gate's proof.
    mixed = other[:8] + good[8:]
    for text in (mixed, good[:-1], good + "0", "", "0" * 26, "x\0", "码" * 26, "\U0001f600" * 26):
        assert screens.read_live_code(text) is None, text
    assert screens.read_live_code(good.lower().upper()) is not None


@pytest.mark.parametrize("length", [1, 5, 11, 16])
def test_what_is_written_in_base_32_is_read_back(length):
    data = bytes(range(250 - length, 250))
    assert decode_crockford(encode_crockford(data), length) == data
    assert decode_crockford(encode_crockford(data) + "0", length) is None


# -- the pass --------------------------------------------------------------------------


def test_who_scans_the_screen_in_time_checks_in_with_one_tap(client, gate, student):
    answer = open_code(client, gate)
    assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"
    assert gate.code not in answer.location
    with frozen(START + timedelta(seconds=20)):
        page = client.get(answer.location, headers=ENGLISH)
    assert "I am here, check in" in page.text
    page = tap(client, answer.location, at=START + timedelta(seconds=25))
    assert 'data-result="admitted"' in page.text
    [scan] = scans()
    assert (scan.evidence, scan.source, scan.gate_id) == (
        Evidence.SCREEN_CODE,
        ScanSource.SELF,
        gate.id,
    )
    assert db.session.scalar(select(Attendance.evidence)) is Evidence.SCREEN_CODE


def test_opening_a_code_changes_no_row(client, gate, student):
    address = open_code(client, gate).location
    with frozen(START + timedelta(seconds=20)):
        client.get(address)
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_a_photograph_of_the_screen_is_worth_nothing_after_a_minute(client, gate, student):
    answer = open_code(client, gate, after=timedelta(seconds=61))
    assert answer.status_code == 410
    assert "This code has changed" in answer.text
    assert "Set-Cookie" not in answer.headers or screens_cookie(answer) is None
    page = open_code(client, gate, after=timedelta(days=1))
    assert page.status_code == 410


def screens_cookie(answer):
    found = [text for text in answer.headers.getlist("Set-Cookie") if "xunpin-screen" in text]
    return found[0] if found else None


def test_a_forged_code_or_one_of_another_gate_opens_nothing(client, gate, student):
    other = make_gate(fair=gate.fair)
    good = code_at(gate)
    mixed = code_at(other)[:8] + good[8:]
    unknown = screens.live_code(999_999, screens.step_at(START))
    with frozen(START):
        for code in (mixed, "0" * 26, "nonsense", unknown, good[:-2]):
            assert client.get(f"/l/{code}").status_code == 404


def test_the_pass_stays_with_the_browser_that_scanned(client, new_client, gate, student, log_in):
    address = open_code(client, gate).location
    friend = make_student()
    make_registration(gate.fair, student=friend)
    far_away = new_client()
    log_in(friend.user, far_away)
    with frozen(START + timedelta(seconds=20)):
        assert far_away.get(address).status_code == 410
    assert tap(far_away, address, at=START + timedelta(seconds=20)).status_code == 410
    assert scans() == []


def test_a_copied_pass_is_good_for_one_person_only(client, new_client, gate, student, log_in):
    address = open_code(client, gate).location
    friend = make_student()
    make_registration(gate.fair, student=friend)
    thief = new_client()
    log_in(friend.user, thief)
    cookie = client.get_cookie("xunpin-screen", path="/g/")
    thief.set_cookie("xunpin-screen", cookie.value, path="/g/")
    tap(client, address, at=START + timedelta(seconds=20))
    page = tap(thief, address, at=START + timedelta(seconds=21))
    assert 'data-result="cannot_record"' in page.text
    assert len(scans()) == 1


def test_a_pass_lasts_fifteen_minutes_and_one_check_in(client, gate, student):
    address = open_code(client, gate).location
    with frozen(START + timedelta(minutes=14)):
        assert client.get(address).status_code == 200
    assert tap(client, address, at=START + timedelta(minutes=16)).status_code == 410
    assert tap(client, address, at=START + timedelta(minutes=14)).status_code == 200
    with frozen(START + timedelta(minutes=14)):
        assert client.get(address).status_code == 410
    assert len(scans()) == 1


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "e30.AAAA", "é.x", "." * 2000])
def test_a_made_up_pass_is_no_pass(client, gate, student, cookie):
    address = f"/g/{screens.gate_ref(gate.id)}"
    client.set_cookie("xunpin-screen", cookie, path="/g/")
    with frozen(START):
        assert client.get(address).status_code == 410
    assert tap(client, address, at=START).status_code == 410


def test_a_pass_of_one_gate_opens_no_other(client, gate, student):
    other = make_gate(fair=gate.fair)
    open_code(client, gate)
    with frozen(START + timedelta(seconds=20)):
        assert client.get(f"/g/{screens.gate_ref(other.id)}").status_code == 410


def test_signing_in_does_not_outlive_the_pass(client, gate, log_in):
    address = open_code(client, gate).location
    person = make_student()
    make_registration(gate.fair, student=person)
    # Signing in begins a new session: the pass is not kept in it.
    log_in(person.user)
    page = tap(client, address, at=START + timedelta(minutes=10))
    assert 'data-result="admitted"' in page.text


def test_who_is_not_registered_registers_and_comes_back_to_the_screen(client, gate):
    address = open_code(client, gate).location
    ref = screens.gate_ref(gate.id)
    with frozen(START + timedelta(seconds=20)):
        page = client.get(address, headers=ENGLISH)
    assert f"/register?gate={ref}" in page.text
    assert gate.code not in page.text


def test_from_a_photographed_address_nobody_learns_the_posters_code(gate):
    ref = screens.gate_ref(gate.id)
    assert gate.code not in ref
    assert screens.read_gate_ref(ref) == gate.id
    assert screens.read_gate_ref(gate.code) is None
    assert screens.read_gate_ref(ref[:-1] + ("0" if ref[-1] != "0" else "4")) is None


def test_a_full_hall_asks_to_scan_the_screen_again(client, student, gate):
    gate.fair.permitted_number = 0
    address = open_code(client, gate).location
    page = tap(client, address, at=START + timedelta(seconds=20))
    assert 'data-result="capacity"' in page.text
    assert "scan the screen again" in page.text
    gate.fair.permitted_number = 10
    address = open_code(client, gate, shown=START + timedelta(minutes=2)).location
    page = tap(client, address, at=START + timedelta(minutes=2, seconds=9))
    assert 'data-result="admitted"' in page.text


# -- walk-ins whose phone is not confirmed ---------------------------------------------


@pytest.mark.parametrize("at_screen", [False, True])
def test_a_walk_in_without_a_text_message_ends_checked_in(client, gate, monkeypatch, at_screen):
    monkeypatch.setattr(notices.LIMITS, "sms_per_fair", 0)
    fair, code = gate.fair, gate.code
    if at_screen:
        code = open_code(client, gate).location.removeprefix("/g/")
    query = {"gate": code}
    with frozen(START + timedelta(minutes=1)):
        client.post(f"/fairs/{fair.slug}/register", data={"phone": PHONE}, query_string=query)
        step = f"/fairs/{fair.slug}/register/about"
        page = client.post(step, data=about(), query_string=query)
        assert page.location == f"/g/{code}"
        assert "I am here, check in" in client.get(page.location, headers=ENGLISH).text
    page = tap(client, f"/g/{code}", at=START + timedelta(minutes=1))
    assert 'data-result="admitted"' in page.text
    assert "student card" in page.text
    assert f"/fairs/{fair.slug}/ticket" in page.text
    [scan] = scans()
    assert scan.evidence is (Evidence.SCREEN_CODE if at_screen else Evidence.POSTER)
    assert scan.actor_id is None
    assert queries.count_people(fair).attended == 1


def test_a_stranger_without_a_ticket_is_asked_to_sign_in(client, gate):
    answer = tap(client, f"/g/{gate.code}", at=START)
    assert answer.status_code == 303
    assert "/login" in answer.location
    assert scans() == []


# -- the screen ------------------------------------------------------------------------


def test_the_screen_speaks_both_languages_and_shows_fair_gate_and_people(client, log_in, gate):
    gate.fair.permitted_number = 1200
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/fairs/{gate.fair.slug}/gates/{gate.id}/screen"
    for language in (CHINESE, ENGLISH):
        page = client.get(address, headers=language)
        assert "扫码签到" in page.text
        assert "Scan to check in" in page.text
        assert gate.name in page.text
        assert "1,200" in page.text


def test_the_screen_is_given_drawings_of_ten_minutes_and_the_state_of_the_hall(
    client, log_in, gate
):
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/fairs/{gate.fair.slug}/gates/{gate.id}/screen/codes"
    gate.fair.permitted_number = 0
    said = client.get(address).json
    assert len(said["codes"]) == 21
    step, size, drawing = said["codes"][0]
    assert step == screens.step_at(utcnow())
    assert size > 20
    assert drawing.startswith("M")
    assert said["hall"] == {"inside": "0", "permitted": "0", "state": "full"}
    more = client.get(address, query_string={"after": said["codes"][-2][0]}).json
    assert len(more["codes"]) in (1, 2)
    assert client.get(address, query_string={"after": "x"}).json["codes"]


def test_a_closed_gate_shows_no_code(client, log_in, gate):
    by = log_in(make_staff(Role.SUPERVISOR))
    services.close_gate(gate, by=by)
    page = client.get(f"/fairs/{gate.fair.slug}/gates/{gate.id}/screen", headers=ENGLISH)
    assert 'data-state="closed"' in page.text
    said = client.get(f"/fairs/{gate.fair.slug}/gates/{gate.id}/screen/codes").json
    assert (said["closed"], said["codes"]) == (True, [])


def test_one_display_link_opens_the_board_and_all_screens_of_its_fair(client, new_client, gate):
    fair = gate.fair
    second = make_gate(fair=fair)
    link, token = services.make_display_link(fair, "Foyer", by=make_staff(Role.SUPERVISOR))
    screen = f"/fairs/{fair.slug}/gates/{gate.id}/screen"
    answer = client.get(screen, query_string={"display": token})
    assert (answer.status_code, answer.location) == (303, screen)
    assert client.get(screen).status_code == 200
    assert client.get(f"{screen}/codes").status_code == 200
    assert client.get(f"/fairs/{fair.slug}/gates/{second.id}/screen").status_code == 200
    assert client.get(f"/fairs/{fair.slug}/board").status_code == 200
    other = make_gate()
    assert client.get(f"/fairs/{other.fair.slug}/gates/{other.id}/screen").status_code == 410
    assert client.get(f"/fairs/{fair.slug}/gates/{other.id}/screen").status_code == 404
    services.revoke_display_link(link, by=make_staff(Role.SUPERVISOR))
    assert client.get(screen).status_code == 410
    assert client.get(f"{screen}/codes").status_code == 410
    stranger = new_client()
    assert "/login" in stranger.get(screen).location
    assert stranger.get(f"{screen}/codes").status_code == 401


def test_making_a_link_names_all_it_opens(client, log_in, gate):
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{gate.fair.slug}/display-links"
    page = client.post(address, data={"label": "Foyer"}, headers=ENGLISH)
    assert f"/fairs/{gate.fair.slug}/board?display=" in page.text
    assert f"/gates/{gate.id}/screen?display=" in page.text


def test_gate_staff_and_other_supervisors_see_no_screen(client, log_in, gate):
    address = f"/fairs/{gate.fair.slug}/gates/{gate.id}/screen"
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, gate.fair_id))
    assert client.get(address).status_code == 403
    log_in(make_staff(Role.SUPERVISOR, ScopeKind.FAIR, make_fair().id))
    assert client.get(address).status_code == 404


# -- how full the hall is --------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "permitted", "state"),
    [
        (0, None, None),
        (94, 100, HallState.FREE),
        (95, 100, HallState.NEAR),
        (99, 100, HallState.NEAR),
        (100, 100, HallState.FULL),
        (130, 100, HallState.FULL),
        (0, 0, HallState.FULL),
        (1139, 1200, HallState.FREE),
        (1140, 1200, HallState.NEAR),
    ],
)
def test_a_hall_warns_at_95_and_stops_at_100_per_cent(inside, permitted, state):
    assert hall_state(inside, permitted) is state


def test_the_gates_page_says_that_the_hall_is_nearly_full_and_full(client, log_in, gate):
    fair = db.session.get(Fair, gate.fair_id)
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{fair.slug}/gates"
    registration = make_registration(fair)
    with frozen(START + timedelta(minutes=1)):
        said = services.check_in_at_desk(
            registration, by=make_staff(Role.HELP_DESK), scan_id=uuid4()
        )
    assert said.code is Verdict.ADMITTED
    fair.permitted_number = 1
    assert "one in for each who comes out" in client.get(address, headers=ENGLISH).text
    fair.permitted_number = 2
    assert "full" not in client.get(address, headers=ENGLISH).text


# -- posters ---------------------------------------------------------------------------


def test_posters_are_printed_one_or_all_at_once_in_both_languages(client, log_in, gate):
    second = make_gate(fair=gate.fair, name="北门")
    log_in(make_staff(Role.PLANNER))
    base = f"/staff/fairs/{gate.fair.slug}/gates"
    page = client.get(f"{base}/{gate.id}/poster", headers=CHINESE)
    assert "扫码签到" in page.text
    assert "Scan to check in" in page.text
    assert f"/g/{gate.code}" in page.text
    assert second.code not in page.text
    page = client.get(f"{base}/posters", headers=ENGLISH)
    assert page.text.count("xp-poster-gate") == 2
    assert second.code in page.text
