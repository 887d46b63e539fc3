"""The gates of a fair, their posters, and links for screens."""

import re

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.audit.models import AuditEntry
from app.checkins import queries, services
from app.checkins.models import DisplayLink, GateStaff
from app.core.db import db
from app.places.models import VenueGate
from app.places.states import GateDirection
from app.tours.models import Fair
from tests.checkins.making import scan
from tests.factories import (
    make_fair,
    make_gate,
    make_staff,
    make_student,
    make_venue,
    save,
)
from tests.statements import count_statements

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


def texts(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


# -- gates -----------------------------------------------------------------------------


def test_a_fair_without_gates_takes_over_those_of_its_venue(client, log_in):
    venue = make_venue()
    for position, name in enumerate(("南门", "北门")):
        save(VenueGate(venue=venue, name=name, position=position))
    fair = make_fair(venue=venue)
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id))
    page = client.get(f"/staff/fairs/{fair.slug}/gates", headers=CHINESE)
    assert "可以建立：南门、北门" in page.text
    assert queries.list_gates(fair) == []
    client.post(f"/staff/fairs/{fair.slug}/gates/set-up")
    client.post(f"/staff/fairs/{fair.slug}/gates/set-up")
    assert [gate.name for gate in queries.list_gates(fair)] == ["南门", "北门"]
    page = client.get(f"/staff/fairs/{fair.slug}/gates", headers=ENGLISH)
    assert "Scan here" in page.text


def test_a_fair_without_a_venue_gets_one_gate():
    assert [gate.name for gate in services.ensure_gates(make_fair())] == ["正门"]


def test_gates_are_added_renamed_staffed_closed_and_opened_again(client, log_in):
    fair = make_fair()
    guard = make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id, name="周志愿")
    log_in(make_staff(Role.PLANNER))
    base = f"/staff/fairs/{fair.slug}/gates"
    client.post(f"{base}/new", data={"name": "东门", "direction": "exit"})
    [gate] = queries.list_gates(fair)
    assert (gate.name, gate.direction) == ("东门", GateDirection.EXIT)
    answer = client.post(
        f"{base}/{gate.id}/edit",
        data={"name": "东门口", "direction": "both", "staff": [str(guard.id)]},
    )
    assert answer.status_code == 303
    page = client.get(base, headers=CHINESE)
    assert "东门口" in page.text
    assert "周志愿" in page.text
    assert queries.gate_of(fair, guard).id == gate.id
    client.post(f"{base}/{gate.id}/close")
    assert queries.list_gates(fair, open_only=True) == []
    client.post(f"{base}/{gate.id}/reopen")
    [gate] = queries.list_gates(fair, open_only=True)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["gate.add", "gate.edit", "gate.close", "gate.reopen"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\0b"])
def test_a_bad_name_of_a_gate_is_refused_and_stays_typed(client, log_in, name):
    gate = make_gate(name="南门")
    log_in(make_staff(Role.PLANNER))
    base = f"/staff/fairs/{gate.fair.slug}/gates"
    for address in (f"{base}/new", f"{base}/{gate.id}/edit"):
        answer = client.post(address, data={"name": name, "direction": "both"})
        assert answer.status_code == 422
    assert [row.name for row in queries.list_gates(gate.fair)] == ["南门"]


def test_two_gates_of_one_fair_never_share_a_name(client, log_in):
    first = make_gate(name="南门")
    second = make_gate(fair=first.fair, name="北门")
    log_in(make_staff(Role.PLANNER))
    base = f"/staff/fairs/{first.fair.slug}/gates"
    for address in (f"{base}/new", f"{base}/{second.id}/edit"):
        answer = client.post(address, data={"name": "南门", "direction": "both"}, headers=CHINESE)
        assert answer.status_code == 422
        assert "已经有同名的签到口" in answer.text


def test_strangers_cannot_be_put_at_a_gate(client, log_in):
    gate, stranger = make_gate(), make_student().user
    log_in(make_staff(Role.PLANNER))
    answer = client.post(
        f"/staff/fairs/{gate.fair.slug}/gates/{gate.id}/edit",
        data={"name": "x", "direction": "both", "staff": [str(stranger.id)]},
    )
    assert answer.status_code == 422


def test_gate_staff_scan_but_change_no_gates(client, log_in):
    gate = make_gate()
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, gate.fair_id))
    base = f"/staff/fairs/{gate.fair.slug}/gates"
    assert client.get(base).status_code == 200
    assert client.get(f"{base}/{gate.id}/edit").status_code == 403
    assert client.post(f"{base}/{gate.id}/close").status_code == 403


def test_a_list_of_gates_takes_as_many_statements_for_two_as_for_twenty(client, log_in):
    fair = make_fair()
    user = log_in(make_staff(Role.SUPERVISOR))

    def look():
        db.session.commit()
        db.session.expunge_all()
        with count_statements() as seen:
            client.get(f"/staff/fairs/{fair.slug}/gates")
        return len(seen)

    def gates(number):
        for _ in range(number):
            gate = make_gate(fair=db.session.get(Fair, fair.id))
            save(GateStaff(gate=gate, user_id=user.id))

    gates(2)
    few = look()
    gates(18)
    assert look() == few


def test_an_alarm_stands_on_the_gates_page(client, log_in):
    gate, by = make_gate(name="南门"), make_staff(name="周志愿")
    for number in range(21):
        scan(gate.fair, None, by=by, gate=gate, code=f"wrong {number}")
    log_in(make_staff(Role.SUPERVISOR))
    page = client.get(f"/staff/fairs/{gate.fair.slug}/gates", headers=CHINESE)
    assert "周志愿 在 南门 一分钟扫了 21 个不认识的码" in page.text


def test_the_poster_holds_the_gates_address(client, log_in):
    gate = make_gate(name="南门")
    log_in(make_staff(Role.PLANNER))
    page = client.get(f"/staff/fairs/{gate.fair.slug}/gates/{gate.id}/poster", headers=CHINESE)
    assert f"http://localhost/g/{gate.code}" in page.text
    assert "扫码签到" in page.text


# -- links for screens -----------------------------------------------------------------


def test_a_link_for_a_screen_is_shown_once_and_can_be_taken_back(client, log_in):
    gate = make_gate()
    log_in(make_staff(Role.SUPERVISOR))
    base = f"/staff/fairs/{gate.fair.slug}/display-links"
    page = client.post(base, data={"label": "大厅"}, headers=CHINESE)
    [token] = set(re.findall(r"display=([\w-]+)", page.text))
    link = services.find_display(token)
    assert (link.label, link.fair_id) == ("大厅", gate.fair_id)
    assert token not in client.get(f"/staff/fairs/{gate.fair.slug}/gates").text
    client.post(f"{base}/{link.id}/revoke")
    assert services.find_display(token) is None
    assert services.find_display("x\0y") is None
    assert client.post(base, data={"label": " "}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(DisplayLink)) == 1


def test_gate_staff_read_of_a_conflict_and_get_no_link_that_is_closed_to_them(
    client, log_in, monkeypatch
):
    gate = make_gate()
    monkeypatch.setattr(services, "count_conflicts", lambda fair: 1)
    base = f"/staff/fairs/{gate.fair.slug}"
    for role, reaches in ((Role.GATE_STAFF, False), (Role.SUPERVISOR, True)):
        log_in(make_staff(role, ScopeKind.FAIR, gate.fair_id))
        page = client.get(f"{base}/gates", headers=ENGLISH).text
        assert "1 ticket was shown green at more than one place." in page
        assert (f'href="{base}/conflicts"' in page) is reaches
        assert (f'href="{base}"' in page) is reaches


def test_a_new_gate_says_nothing_about_people(client, log_in):
    log_in(make_staff(Role.PLANNER))
    page = client.get(f"/staff/fairs/{make_fair().slug}/gates/new", headers=ENGLISH)
    assert page.status_code == 200
    assert "Nobody has a gate role" not in page.text
