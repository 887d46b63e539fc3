"""The organiser's side: reviewing applications, and arrivals on the morning."""

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.employers.states import EmployerStatus
from app.participations.states import ParticipationStatus as S
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_staff,
)
from tests.statements import count_statements

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}


def reloaded(participation):
    db.session.refresh(participation)
    return participation


# ---------------------------------------------------------------------------- review


def waiting(fair, **given):
    employer = given.pop("employer", None) or make_employer(delegation=make_delegation())
    position = make_position(employer=employer, **given)
    return make_participation(
        fair=fair, employer=employer, status=S.SUBMITTED, positions=[position]
    )


@pytest.mark.parametrize(("headers", "word"), [(ZH, "审核单位"), (EN, "Review employers")])
def test_the_list_shows_who_waits_and_what_to_look_at(client, log_in, headers, word):
    fair = make_coming_fair()
    first = waiting(fair, hints=["限男"], openings=None)
    make_participation(employer=first.employer, status=S.NO_SHOW)
    log_in(make_staff(Role.REVIEWER))
    page = client.get(f"/staff/fairs/{fair.slug}/review", headers=headers).text
    assert word in page
    assert first.employer.name in page
    assert "“限男”" in page


def test_the_list_is_narrowed(client, log_in):
    fair = make_coming_fair()
    one, two = waiting(fair), waiting(fair)
    make_participation(fair=fair, employer=make_employer(name="已确认有限公司"))
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review"
    narrowed = client.get(f"{address}?delegation={one.delegation_id}").text
    assert one.employer.name in narrowed
    assert two.employer.name not in narrowed
    assert "已确认有限公司" in client.get(f"{address}?status=all").text
    assert "已确认有限公司" not in client.get(address).text
    for query in ("status=x", "delegation=x", "page=-1", "q=%00%25", "q=nobody"):
        assert client.get(f"{address}?{query}").status_code == 200


def test_approving_leads_to_the_next_one(client, log_in):
    fair = make_coming_fair()
    one, two = waiting(fair), waiting(fair)
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review"
    page = client.get(f"{address}/{one.employer.slug}", headers=ZH).text
    assert two.employer.display_name in page
    answer = client.post(f"{address}/{one.employer.slug}/approve")
    assert answer.headers["Location"] == f"{address}/{two.employer.slug}"
    assert reloaded(one).status is S.APPROVED
    answer = client.post(f"{address}/{two.employer.slug}/waitlist")
    assert answer.headers["Location"] == address
    assert client.get(f"{address}/{two.employer.slug}").status_code == 200


@pytest.mark.parametrize(("verb", "status"), [("return", S.RETURNED), ("reject", S.REJECTED)])
def test_a_refusal_needs_a_reason(client, log_in, verb, status):
    participation = waiting(make_coming_fair())
    log_in(make_staff(Role.REVIEWER))
    slug = participation.employer.slug
    address = f"/staff/fairs/{participation.fair.slug}/review/{slug}/{verb}"
    assert client.post(address, data={"reason": "\0 "}).status_code == 422
    assert client.post(address, data={"reason": "x" * 501}).status_code == 422
    assert reloaded(participation).status is S.SUBMITTED
    assert client.post(address, data={"reason": "材料不全"}).status_code == 303
    assert reloaded(participation).status is status


def test_those_ticked_are_approved_together(client, log_in):
    fair = make_coming_fair()
    rows = [waiting(fair) for _ in range(3)]
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review"
    assert client.post(address).status_code == 303
    ticked = [rows[0].employer.slug, rows[1].employer.slug, "nobody"]
    asked = client.post(address, data={"employer": ticked}, headers=EN).text
    assert "Approve 2 employers?" in asked
    assert [reloaded(row).status for row in rows] == [S.SUBMITTED] * 3, "a question is no answer"
    client.post(address, data={"employer": ticked, "sure": "1"})
    assert [reloaded(row).status for row in rows] == [S.APPROVED, S.APPROVED, S.SUBMITTED]


def test_a_company_in_doubt_is_not_approved_by_the_way(client, log_in):
    participation = waiting(
        make_coming_fair(), employer=make_employer(status=EmployerStatus.PENDING)
    )
    log_in(make_staff(Role.REVIEWER))
    slug = participation.employer.slug
    address = f"/staff/fairs/{participation.fair.slug}/review/{slug}"
    client.post(f"{address}/approve")
    assert reloaded(participation).status is S.SUBMITTED
    assert f"/staff/employers/{slug}" in client.get(address).text


def test_a_reviewer_of_one_delegation_sees_only_its_employers(client, log_in):
    fair, delegation = make_coming_fair(), make_delegation()
    own = waiting(fair, employer=make_employer(delegation=delegation))
    other = waiting(fair)
    log_in(make_staff(Role.REVIEWER, ScopeKind.DELEGATION, delegation.id))
    address = f"/staff/fairs/{fair.slug}/review"
    page = client.get(address).text
    assert own.employer.name in page
    assert other.employer.name not in page
    assert client.get(f"{address}/{other.employer.slug}").status_code == 404
    for verb in ("approve", "return", "reject", "waitlist"):
        answer = client.post(f"{address}/{other.employer.slug}/{verb}", data={"reason": "x"})
        assert answer.status_code == 404
    both = {"employer": [own.employer.slug, other.employer.slug], "sure": "1"}
    client.post(address, data=both)
    assert reloaded(own).status is S.APPROVED
    assert reloaded(other).status is S.SUBMITTED


def test_the_review_list_asks_no_more_for_more_employers(client, log_in):
    fair, delegation = make_coming_fair(), make_delegation()
    log_in(make_staff(Role.REVIEWER))

    def cost():
        with count_statements() as seen:
            assert client.get(f"/staff/fairs/{fair.slug}/review").status_code == 200
        return len(seen)

    for _ in range(2):
        waiting(fair, employer=make_employer(delegation=delegation))
    few = cost()
    for _ in range(18):
        waiting(fair, employer=make_employer(delegation=delegation))
    assert cost() == few


# ---------------------------------------------------------------------------- arrivals


def test_one_tap_and_one_back(client, log_in):
    fair = make_fair()
    participation = make_participation(
        fair=fair, employer=make_employer(initials="xysk"), booth=make_booth(fair=fair)
    )
    absent = make_participation(fair=fair, booth=make_booth(fair=fair))
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id))
    address = f"/staff/fairs/{fair.slug}/arrivals"
    one = f"{address}/{participation.employer.slug}"
    answer = client.post(one, data={"show": "missing"})
    assert answer.headers["Location"].endswith("show=missing")
    assert f"{one}/undo" in client.get(address, headers=ZH).text
    assert participation.employer.display_name not in client.get(f"{address}?q=nobody").text
    assert participation.employer.display_name in client.get(f"{address}?show=here&q=XYSK").text
    client.get(f"{address}?show=missing")
    assert reloaded(participation).arrived_via == "list"
    client.post(f"{one}/undo")
    assert reloaded(participation).status is S.CONFIRMED
    # Gate staff do not give a booth away.
    assert client.post(f"{address}/{absent.employer.slug}/release").status_code == 403
    log_in(make_staff(Role.SUPERVISOR))
    assert client.post(f"{address}/{absent.employer.slug}/release").status_code == 303
    assert (reloaded(absent).status, absent.booth_id) == (S.NO_SHOW, None)


def test_gate_staff_of_another_fair_find_nothing(client, log_in):
    participation = make_participation()
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, make_fair().id))
    address = f"/staff/fairs/{participation.fair.slug}/arrivals"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/{participation.employer.slug}").status_code == 404


def test_the_arrivals_ask_no_more_for_more_employers(client, log_in):
    fair = make_fair()
    log_in(make_staff(Role.SUPERVISOR))

    def cost():
        with count_statements() as seen:
            assert client.get(f"/staff/fairs/{fair.slug}/arrivals").status_code == 200
        return len(seen)

    make_participation(fair=fair, booth=make_booth(fair=fair))
    few = cost()
    for _ in range(9):
        make_participation(fair=fair, booth=make_booth(fair=fair))
    assert cost() == few
