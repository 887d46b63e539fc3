"""The organiser's live page: is the hall safe?"""

from datetime import timedelta

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.audit.services import record
from app.checkins.models import Device, Scan
from app.checkins.states import Direction, HallState, ScanSource, Verdict
from app.core import clock
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.reports.charts import flow_columns, spark_columns
from app.reports.queries import live_figures
from app.reports.views.live import forget_live_pages
from app.tours.models import Fair
from tests.factories import make_fair, make_gate, make_staff, save
from tests.reports.world import attend, register
from tests.statements import count_statements

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


@pytest.fixture(autouse=True)
def fresh():
    forget_live_pages()


def passed(gate, by, *, minutes, direction=Direction.IN, answer=Verdict.ADMITTED, **given):
    return save(
        Scan(
            id=uuid7(),
            fair_id=gate.fair_id,
            gate_id=gate.id,
            actor_id=by.id,
            source=ScanSource.STAFF,
            evidence="staff_scan",
            ticket_hash=b"0" * 16,
            direction=direction,
            answer=answer,
            scanned_at=utcnow().replace(second=30) - timedelta(minutes=minutes),
            **given,
        )
    )


def test_each_gate_has_its_people_in_and_out_by_minute():
    fair = make_fair()
    south, north, by = make_gate(fair=fair), make_gate(fair=fair), make_staff()
    with clock.frozen(utcnow()):
        for minutes in (1, 1, 2, 59):
            passed(south, by, minutes=minutes)
        passed(north, by, minutes=3, direction=Direction.OUT, answer=Verdict.EXITED)
        passed(north, by, minutes=3, answer=Verdict.ALREADY_ADMITTED)
        passed(north, by, minutes=4, answer=Verdict.ALREADY_ADMITTED, decision="let_in")
        passed(north, by, minutes=4, voided_at=utcnow())
        passed(south, by, minutes=70)
        figures = live_figures(fair)
    first, second = figures.gates
    assert (first.gate.id, second.gate.id) == (south.id, north.id)
    assert (len(first.came), first.came[-2], first.came[-3], first.came[0]) == (60, 2, 1, 1)
    assert sum(first.went) == 0
    assert (second.went[-4], sum(second.came), second.came[-5]) == (1, 1, 1)
    assert first.in_rate == pytest.approx(3 / 5)
    assert sum(figures.total.came) == 5


def test_the_page_answers_first_whether_the_hall_is_safe(client, log_in):
    fair = make_fair(permitted_number=4)
    for _ in range(3):
        attend(register(fair))
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{fair.slug}/live"
    page = client.get(address, headers=ENGLISH)
    assert page.status_code == 200
    assert "People may go in" in page.text
    assert "75% of the permitted number" in page.text
    attend(register(fair))
    forget_live_pages()
    assert "Let one in for each who comes out" in client.get(address, headers=ENGLISH).text
    assert live_figures(fair).hall is HallState.FULL


def test_alarms_and_phones_that_hold_scans_back_are_named(client, log_in):
    fair = make_fair()
    gate, by = make_gate(fair=fair, name="East"), make_staff(name="Guard")
    save(Device(fair_id=fair.id, name="Redmi 9", reported_queue=12, seen_at=utcnow(), gate=gate))
    save(Device(fair_id=fair.id, name="Quiet", reported_queue=0, seen_at=utcnow()))
    save(Device(fair_id=fair.id, name="Gone", reported_queue=5, revoked_at=utcnow()))
    record(
        "scan.unknown-alarm", by=by, on="gate", label="East", fair_id=fair.id, after={"unknown": 21}
    )
    log_in(make_staff(Role.SUPERVISOR))
    page = client.get(f"/staff/fairs/{fair.slug}/live", headers=ENGLISH)
    assert "Redmi 9" in page.text
    assert "12 scans not sent" in page.text
    assert "Quiet" not in page.text
    assert "Gone" not in page.text
    assert "21 unknown codes in a minute" in page.text
    board = client.get(f"/fairs/{fair.slug}/board/now", headers=ENGLISH)
    assert "Provisional: 1 gate phone has scans to send" in board.text


def test_whoever_has_the_page_already_is_sent_nothing(client, log_in):
    fair = make_fair()
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{fair.slug}/live/now"
    with clock.frozen(utcnow()):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_many_who_watch_share_one_counting(client, log_in):
    fair = make_fair()
    log_in(make_staff(Role.SUPERVISOR))
    with clock.frozen(utcnow()):
        client.get(f"/staff/fairs/{fair.slug}/live/now")
        with count_statements() as seen:
            client.get(f"/staff/fairs/{fair.slug}/live/now")
    assert not [statement for statement in seen if "attendance" in statement or "scan" in statement]


def test_the_statements_do_not_grow_with_gates_phones_and_scans():
    fair, by = make_fair(), make_staff()
    slug = fair.slug

    def more(number):
        for _ in range(number):
            gate = make_gate(fair=fair)
            save(Device(fair_id=fair.id, name="x", reported_queue=1, gate=gate))
            passed(gate, by, minutes=5)

    def look():
        db.session.expunge_all()
        here = db.session.query(Fair).filter_by(slug=slug).one()
        with count_statements() as seen:
            live_figures(here)
        return len(seen)

    more(2)
    few = look()
    fair, by = db.session.merge(fair), db.session.merge(by)
    more(10)
    assert look() <= few


def test_supervisors_of_other_fairs_and_gate_staff_do_not_see_it(client, log_in):
    fair = make_fair()
    log_in(make_staff(Role.SUPERVISOR, ScopeKind.FAIR, make_fair().id))
    assert client.get(f"/staff/fairs/{fair.slug}/live").status_code == 404
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id))
    assert client.get(f"/staff/fairs/{fair.slug}/live").status_code == 403


def test_entries_stand_above_the_line_and_exits_hang_below_it_on_one_scale():
    flow = flow_columns([0, 10, 5], [0, 0, 5])
    assert flow.came[1].height == pytest.approx(2 * flow.came[2].height, abs=0.2)
    assert flow.came[2].height == pytest.approx(flow.went[2].height, abs=0.2)
    assert flow.went[2].y == flow.base
    assert flow.came[1].y + flow.came[1].height == pytest.approx(flow.base, abs=0.2)
    assert flow_columns([], []).came == []
    assert [column.height for column in spark_columns([0, 4, 2])] == [0, 32, 16]
