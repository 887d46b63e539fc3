"""The organiser's pages of one fair, as a browser meets them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import StaffRole
from app.accounts.permissions import Role, ScopeKind
from app.core.clock import utcnow
from app.core.db import db
from app.places import services as places
from app.tours import queries
from app.tours.models import Fair
from app.tours.states import FairMode, FairStatus
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_school,
    make_staff,
    make_stop,
    make_tour,
    make_venue,
)
from tests.tours.plans import EN, ZH, again, draft, typed_fair


def test_a_fair_is_planned_by_the_form(client, planner):
    school = places.index_school(make_school(name="江城大学"))
    venue = make_venue(permitted_number=1500)
    stop = make_stop(city="武汉")
    answer = client.post(
        "/staff/fairs/new",
        data=typed_fair(
            stop_id=stop.id, venue_id=venue.id, host_school="江城大学", city="", capacity="800"
        ),
    )
    assert answer.status_code == 303
    fair = db.session.scalars(select(Fair)).one()
    assert fair.status is FairStatus.DRAFT
    assert fair.starts_at == datetime(2027, 3, 15, 1, tzinfo=UTC)
    assert (fair.stop, fair.tour, fair.venue, fair.host_school) == (stop, stop.tour, venue, school)
    assert (fair.city, fair.capacity, fair.permitted_number) == ("武汉", 800, 1500)


def test_times_are_read_in_the_zone_that_was_chosen(client, planner):
    client.post("/staff/fairs/new", data=typed_fair(time_zone="Asia/Tokyo"))
    fair = db.session.scalars(select(Fair)).one()
    assert fair.starts_at == datetime(2027, 3, 15, 0, tzinfo=UTC)
    page = client.get(f"/staff/fairs/{fair.slug}/edit").text
    assert 'value="2027-03-15T09:00"' in page


def test_the_form_knows_where_it_was_opened_from(client, planner):
    stop = make_stop(city="合肥")
    page = client.get(f"/staff/fairs/new?tour={stop.tour.slug}&stop={stop.id}").text
    assert 'value="合肥"' in page
    assert f'<option selected value="{stop.id}">' in page
    for odd in ("tour=none", "stop=404", "stop=x", "tour=%00"):
        assert client.get(f"/staff/fairs/new?{odd}").status_code == 200


def test_what_looks_wrong_is_said_after_saving(client, planner):
    make_fair(
        title_zh="另一场",
        starts_at=datetime(2027, 3, 15, 2, tzinfo=UTC),
        ends_at=datetime(2027, 3, 15, 5, tzinfo=UTC),
        doors_at=None,
    )
    client.post("/staff/fairs/new", data=typed_fair(), headers=ZH)
    page = client.get("/staff/fairs", headers=ZH).text
    assert "同一时间，另一场 也在这个城市办。" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh": ""},
        {"title_zh": "\0"},
        {"title_zh": "字" * 121},
        {"kind": "party"},
        {"kind": ""},
        {"starts_at": ""},
        {"starts_at": "tomorrow"},
        {"starts_at": "0001-01-01T00:00"},
        {"starts_at": "9999-12-31T23:59"},
        {"starts_at": "20270-03-15T09:00"},
        {"ends_at": "2027-03-15T09:00"},
        {"ends_at": "2027-03-14T09:00"},
        {"city": ""},
        {"city": "城" * 41},
        {"capacity": "-1"},
        {"capacity": "1e3"},
        {"capacity": "9" * 30},
        {"permitted_number": "0"},
        {"time_zone": "Mars/Olympus"},
        {"venue_id": "404"},
        {"venue_id": "x"},
        {"tour_id": "404"},
        {"stop_id": "404"},
        {"host_school": "没有这所学校"},
        {"doors_at": "noon"},
    ],
)
def test_wrong_input_is_answered_and_kept(client, planner, wrong):
    answer = client.post("/staff/fairs/new", data=typed_fair(title_en="Kept 🎓") | wrong)
    assert answer.status_code == 422
    assert "Kept 🎓" in answer.text
    assert 'id="errors"' in answer.text
    assert queries.list_fairs() == []


def test_a_stop_of_another_tour_is_a_mistake(client, planner):
    tour, stop = make_tour(), make_stop()
    sent = typed_fair(tour_id=tour.id, stop_id=stop.id)
    assert client.post("/staff/fairs/new", data=sent).status_code == 422


def test_the_edit_form_shows_what_is_planned(client, planner):
    school = make_school(name="江城大学")
    fair = draft(
        host_school=school,
        venue=make_venue(archived_at=utcnow()),
        delegation=make_delegation(archived_at=utcnow()),
        tour=make_tour(archived_at=utcnow()),
        mode=FairMode.ONLINE,
        online_visitors=77,
    )
    page = client.get(f"/staff/fairs/{fair.slug}/edit")
    assert page.status_code == 200
    assert "江城大学" in page.text
    assert f'<option selected value="{fair.venue_id}">' in page.text
    assert 'value="77"' in page.text


def test_a_fair_is_changed_by_the_form(client, planner):
    fair = draft()
    sent = typed_fair(title_zh="改过的", version=fair.version)
    assert client.post(f"/staff/fairs/{fair.slug}/edit", data=sent).status_code == 303
    assert again(fair).title_zh == "改过的"


def test_two_editors_at_once_see_what_differs_and_lose_nothing(client, planner):
    fair = draft()
    path, old = f"/staff/fairs/{fair.slug}/edit", fair.version
    client.post(path, data=typed_fair(title_zh="甲写的", capacity="900", version=old))
    second = typed_fair(
        title_zh="乙写的", kind="job_fair", capacity="", summary_zh="一\n二", version=old
    )
    answer = client.post(path, data=second, headers=ZH)
    assert answer.status_code == 409
    for text in ("甲写的", "乙写的", "900", "双选会", "招聘会", "中文标题"):
        assert text in answer.text
    assert "一\n二" in answer.text
    version = again(fair).version
    assert f'name="version" value="{version}"' in answer.text
    assert client.post(path, data=second | {"version": version}).status_code == 303
    assert again(fair).title_zh == "乙写的"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "1.0"])
def test_a_lost_version_never_overwrites(client, planner, version):
    fair = draft(title_zh="原来的")
    sent = typed_fair(title_zh="改过的", version=version)
    assert client.post(f"/staff/fairs/{fair.slug}/edit", data=sent).status_code == 409
    assert again(fair).title_zh == "原来的"


def test_a_cancelled_fair_refuses_the_form(client, planner):
    fair = make_coming_fair(status=FairStatus.CANCELLED)
    sent = typed_fair(version=fair.version)
    assert client.post(f"/staff/fairs/{fair.slug}/edit", data=sent).status_code == 409


def test_a_fair_is_copied_to_new_dates(client, planner):
    fair = make_coming_fair(title_zh="今年的")
    assert client.get(f"/staff/fairs/{fair.slug}/copy").status_code == 200
    sent = {"title_zh": "明年的", "title_en": "Next", "starts_at": "2028-03-13T09:00"}
    assert client.post(f"/staff/fairs/{fair.slug}/copy", data=sent).status_code == 303
    copy = queries.get_fair("next-2028-03-13")
    assert copy.ends_at - copy.starts_at == fair.ends_at - fair.starts_at
    for wrong in (
        {"starts_at": ""},
        {"title_zh": ""},
        {"ends_at": "2028-03-13T08:00"},
        {"starts_at": "0001-01-01T00:00"},
    ):
        answer = client.post(f"/staff/fairs/{fair.slug}/copy", data=sent | wrong)
        assert answer.status_code == 422


def test_a_delegations_planner_changes_only_its_own(client, log_in):
    delegation = make_delegation()
    log_in(make_staff(Role.PLANNER, scope_kind=ScopeKind.DELEGATION, scope_id=delegation.id))
    own = draft(delegation=delegation)
    other = draft()
    assert client.get(f"/staff/fairs/{own.slug}/edit").status_code == 200
    assert client.get(f"/staff/fairs/{other.slug}/edit").status_code == 403
    assert client.post(f"/staff/fairs/{other.slug}/publish").status_code == 403
    assert again(other).status is FairStatus.DRAFT
    assert client.get("/staff/fairs/new").status_code == 200


def test_a_planner_of_one_fair_finds_no_other_and_plans_none(client, log_in):
    mine, other = draft(), draft()
    log_in(make_staff(Role.PLANNER, scope_kind=ScopeKind.FAIR, scope_id=mine.id))
    assert client.get(f"/staff/fairs/{mine.slug}/edit").status_code == 200
    for path in ("edit", "copy", "papers", "publish", "cancel", "postpone"):
        assert client.get(f"/staff/fairs/{other.slug}/{path}").status_code in (403, 404)
    assert client.get(f"/staff/fairs/{other.slug}/edit").status_code == 404
    assert client.get("/staff/fairs/new").status_code == 403
    assert client.get("/staff/tours/new").status_code == 403


def test_a_planner_by_two_roles_has_both_reaches(client, log_in):
    first, second, third = draft(), draft(), draft()
    user = make_staff(Role.PLANNER, scope_kind=ScopeKind.FAIR, scope_id=first.id)
    role = StaffRole(role=Role.PLANNER, scope_kind=ScopeKind.FAIR, scope_id=second.id)
    user.staff_roles.append(role)
    log_in(user)
    codes = [client.get(f"/staff/fairs/{f.slug}/edit").status_code for f in (first, second, third)]
    assert codes == [200, 200, 404]


@pytest.mark.parametrize("headers", [EN, ZH])
def test_publishing_shows_first_what_will_be_seen(client, planner, headers):
    fair = draft(title_zh="江城双选会", venue=make_venue(name_zh="风雨操场"))
    page = client.get(f"/staff/fairs/{fair.slug}/publish", headers=headers)
    assert "江城双选会" in page.text
    assert "风雨操场" in page.text
    assert again(fair).status is FairStatus.DRAFT
    assert client.post(f"/staff/fairs/{fair.slug}/publish", headers=headers).status_code == 303
    assert again(fair).status is FairStatus.PUBLISHED
    assert client.post(f"/staff/fairs/{fair.slug}/publish", headers=headers).status_code == 409


def test_a_fair_is_postponed_and_put_back(client, planner):
    fair = make_coming_fair()
    path = f"/staff/fairs/{fair.slug}"
    assert client.get(f"{path}/postpone").status_code == 200
    assert client.post(f"{path}/postpone", data={"reason": ""}).status_code == 422
    alone = {"reason": "暴雨", "ends_at": "2027-03-15T09:00"}
    assert client.post(f"{path}/postpone", data=alone).status_code == 422
    assert client.post(f"{path}/postpone", data={"reason": "暴雨 🌧"}).status_code == 303
    assert again(fair).status is FairStatus.POSTPONED
    assert client.get(f"{path}/publish").location.endswith("/put-back")
    assert client.get(f"{path}/put-back").status_code == 200
    assert client.post(f"{path}/put-back", data={"starts_at": ""}).status_code == 422
    wrong = {"starts_at": "2028-03-15T09:00", "ends_at": "2028-03-15T09:00"}
    assert client.post(f"{path}/put-back", data=wrong).status_code == 422
    assert again(fair).status is FairStatus.POSTPONED
    sent = {"starts_at": "2028-03-15T09:00", "reason": "换到春天"}
    assert client.post(f"{path}/put-back", data=sent).status_code == 303
    assert again(fair).status is FairStatus.PUBLISHED
    assert fair.starts_at == datetime(2028, 3, 15, 1, tzinfo=UTC)


def test_putting_back_a_draft_leads_to_publishing(client, planner):
    fair = draft()
    assert client.get(f"/staff/fairs/{fair.slug}/put-back").location.endswith("/publish")


def test_postponing_to_a_known_time_keeps_it_on(client, planner):
    fair = make_coming_fair()
    sent = {"reason": "暴雨", "starts_at": "2028-03-15T09:00", "ends_at": "2028-03-15T11:00"}
    assert client.post(f"/staff/fairs/{fair.slug}/postpone", data=sent).status_code == 303
    assert again(fair).status is FairStatus.PUBLISHED
    assert fair.ends_at - fair.starts_at == timedelta(hours=2)


def test_cancelling_names_the_fair_and_asks_why(client, planner):
    fair = make_coming_fair(title_zh="江城双选会")
    path = f"/staff/fairs/{fair.slug}/cancel"
    assert "江城双选会" in client.get(path, headers=ZH).text
    assert client.post(path, data={"reason": "  "}).status_code == 422
    assert client.post(path, data={"reason": "字" * 501}).status_code == 422
    assert again(fair).status is FairStatus.PUBLISHED
    assert client.post(path, data={"reason": "停电"}).status_code == 303
    assert again(fair).status is FairStatus.CANCELLED
    assert client.get(path).status_code == 409


def test_a_draft_is_cancelled_without_a_reason(client, planner):
    fair = draft()
    assert client.post(f"/staff/fairs/{fair.slug}/cancel").status_code == 303
    assert again(fair).status is FairStatus.CANCELLED


@pytest.mark.parametrize("verb", ["publish", "postpone", "put-back", "cancel", "copy", "papers"])
def test_a_fair_that_is_not_there_is_not_found(client, planner, verb):
    assert client.get(f"/staff/fairs/nowhere/{verb}").status_code == 404


def test_a_reviewer_changes_nothing(client, log_in):
    log_in(make_staff(Role.REVIEWER))
    fair = draft()
    assert client.get("/staff/fairs").status_code == 200
    for verb in ("edit", "publish", "cancel", "papers"):
        assert client.post(f"/staff/fairs/{fair.slug}/{verb}").status_code == 403
    assert "New fair" not in client.get("/staff/fairs", headers=EN).text
