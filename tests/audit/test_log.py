from datetime import timedelta

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.audit.models import AuditEntry
from app.audit.services import changes, record
from app.audit.views import action_words
from app.core import clock
from app.core.clock import utcnow
from app.core.db import db
from tests.factories import make_delegation, make_fair, make_staff
from tests.statements import count_statements

EN = {"Accept-Language": "en"}


@pytest.fixture
def administrator(log_in):
    return log_in(make_staff(name="王敏", locale="en"))


def note(by, action="fair.publish", **given):
    entry = record(action, by=by, on=action.partition(".")[0], **{"label": "x"} | given)
    db.session.commit()
    return entry


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_the_log_says_who_did_what_and_what_changed(client, administrator, locale):
    administrator.locale = locale
    note(
        administrator,
        "fair.edit",
        label="武汉站",
        before={"capacity": 800, "starts_at": utcnow()},
        after={"capacity": None, "starts_at": utcnow()},
        reason="场馆变小",
    )
    page = client.get("/staff/log").text
    words = ("Fair: edit", "Permitted number") if locale == "en" else ("场次：修改", "场内上限")
    for expected in (words[0], "王敏", "武汉站", "800", "场馆变小"):
        assert expected in page


def test_the_log_is_filtered(client, administrator):
    colleague = make_staff(name="李想")
    fair = make_fair()
    note(administrator, "venue.edit", label="one")
    note(colleague, "fair.publish", label="two", fair_id=fair.id)
    with clock.frozen(utcnow() - timedelta(days=10)):
        note(colleague, "booth.assign", label="three")
    today = clock.today().isoformat()
    for query, expected in (
        (f"who={colleague.id}", {"two", "three"}),
        ("action=venue.edit", {"one"}),
        ("kind=booth", {"three"}),
        (f"fair={fair.id}", {"two"}),
        (f"since={today}", {"one", "two"}),
        (f"until={(clock.today() - timedelta(days=1)).isoformat()}", {"three"}),
        ("q=TWO", {"two"}),
        ("since=rubbish&until=9999-12-31&who=x&fair=x&page=x", {"one", "two", "three"}),
        ("since=0001-01-01&q=%00%25", set()),
    ):
        page = client.get(f"/staff/log?{query}").text
        shown = {label for label in ("one", "two", "three") if f"<b>{label}</b>" in page}
        assert shown == expected, query


def test_whoever_administers_a_part_sees_that_part(client, log_in):
    fair, delegation = make_fair(), make_delegation()
    others = make_staff()
    note(others, label="of-fair", fair_id=fair.id)
    note(others, label="of-delegation", delegation_id=delegation.id)
    note(others, label="of-nobody")
    note(others, label="of-other-fair", fair_id=fair.id + 1)
    labels = ("of-fair", "of-delegation", "of-nobody", "of-other-fair")
    for kind, number, expected in (
        (ScopeKind.FAIR, fair.id, {"of-fair"}),
        (ScopeKind.DELEGATION, delegation.id, {"of-delegation"}),
        (ScopeKind.BUREAU, 0, set(labels)),
    ):
        log_in(make_staff(Role.ADMINISTRATOR, kind, number))
        page = client.get("/staff/log").text
        assert {label for label in labels if f"<b>{label}</b>" in page} == expected


def test_the_log_costs_the_same_for_two_rows_and_for_forty(client, administrator):
    counts = []
    for more in (2, 38):
        for _ in range(more):
            note(administrator)
        client.get("/staff/log")
        with count_statements() as seen:
            client.get("/staff/log")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_long_log_is_paged(client, administrator):
    for number in range(60):
        note(administrator, label=f"entry {number}")
    page = client.get("/staff/log").text
    assert "<b>entry 59</b>" in page
    assert "<b>entry 9</b>" not in page
    assert "<b>entry 9</b>" in client.get("/staff/log?page=2").text


def test_names_in_the_log_cannot_become_markup(client, administrator):
    evil = "<script>alert(1)</script>"
    note(administrator, label=evil, before={evil: evil}, after={evil: [evil]}, reason=evil)
    assert evil not in client.get("/staff/log").text


def test_an_unknown_action_is_shown_as_it_is(app):
    with app.test_request_context(headers=EN):
        assert action_words("moon.land") == "moon: land"
        assert action_words("rubbish") == "rubbish: "


def test_only_what_changed_is_kept():
    entry = AuditEntry(action="a.b", object_kind="a", actor_label="x")
    assert changes(entry, {"action": "a.b", "actor_label": "y"}) == (
        {"actor_label": "x"},
        {"actor_label": "y"},
    )


@pytest.mark.parametrize(("locale", "words"), [("en", "Approved"), ("zh_Hans", "审核通过")])
def test_states_are_shown_by_their_labels(client, administrator, locale, words):
    administrator.locale = locale
    note(administrator, "employer.approve", after={"status": "approved"})
    assert words in client.get("/staff/log").text
