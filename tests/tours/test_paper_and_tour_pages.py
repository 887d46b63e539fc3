"""Papers of a fair, and the pages of tours, as a browser meets them."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role, ScopeKind
from app.core import files
from app.core.clock import utcnow
from app.core.db import db
from app.tours import queries
from app.tours.models import FairDocument, Stop, Tour
from app.tours.states import DocumentKind
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_staff,
    make_stop,
    make_tour,
)
from tests.tours.plans import EN, PDF, ZH, again, draft


def upload(name="许可.pdf", data=PDF, kind="police_permit", **more):
    return {"kind": kind, "file": (io.BytesIO(data), name), **more}


def test_a_paper_is_kept_downloaded_and_removed(client, planner):
    fair = draft(expected_people=1500)
    path = f"/staff/fairs/{fair.slug}/papers"
    assert client.get(path, headers=ZH).status_code == 200
    assert client.post(path, data=upload(note="副本")).status_code == 303
    paper = db.session.scalars(select(FairDocument)).one()
    assert (paper.kind, paper.note, paper.file_name) == (
        DocumentKind.POLICE_PERMIT,
        "副本",
        "许可.pdf",
    )
    key, number = paper.file_key, paper.id
    page = client.get(path, headers=ZH).text
    assert "许可.pdf" in page
    with client.get(f"{path}/{number}") as got:
        assert got.data == PDF
        assert got.headers["Content-Disposition"].startswith("attachment")
    assert client.post(f"{path}/{number}/remove").status_code == 303
    assert client.get(f"{path}/{number}").status_code == 404
    assert not files.path_of(key).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"file": (io.BytesIO(b""), "empty.pdf")},
        {"file": (io.BytesIO(b"<html>"), "page.pdf")},
        {"file": (io.BytesIO(b"%PDF" + b"x"), "almost.pdf")},
        {"file": ""},
        {"kind": "poem"},
        {"note": "字" * 201},
    ],
)
def test_a_paper_that_cannot_be_used_is_refused(client, planner, wrong):
    fair = draft()
    answer = client.post(f"/staff/fairs/{fair.slug}/papers", data=upload() | wrong)
    assert answer.status_code == 422
    assert queries.list_documents(fair) == []


def test_a_paper_of_another_fair_is_not_found(client, planner):
    fair, other = draft(), draft()
    client.post(f"/staff/fairs/{fair.slug}/papers", data=upload())
    number = db.session.scalars(select(FairDocument.id)).one()
    assert client.get(f"/staff/fairs/{other.slug}/papers/{number}").status_code == 404
    assert client.post(f"/staff/fairs/{other.slug}/papers/{number}/remove").status_code == 404


def test_an_item_is_ticked_and_unticked(client, planner):
    fair = draft()
    path = f"/staff/fairs/{fair.slug}/checks"
    for _ in range(2):
        assert client.post(path, data={"key": "venue"}).status_code == 303
    assert set(queries.list_checks(fair)) == {"venue"}
    for _ in range(2):
        assert client.post(path, data={"key": "venue", "done": "no"}).status_code == 303
    assert queries.list_checks(fair) == {}
    assert client.post(path, data={"key": "published"}).status_code == 409
    assert client.post(path, data={"key": "\0"}).status_code == 409
    there = client.post(path, data={"key": "venue", "next": "/staff/fairs"})
    assert there.location == "/staff/fairs"
    away = client.post(path, data={"key": "permit", "next": "//evil.example"})
    assert "evil" not in away.location


def typed_tour(**given):
    usual = {
        "title_zh": "春季行",
        "title_en": "Spring tour",
        "starts_on": "2027-03-10",
        "ends_on": "2027-03-20",
    }
    return usual | given


def typed_stop(**given):
    usual = {"city": "武汉", "arrives_on": "2027-03-14", "leaves_on": "2027-03-15"}
    return usual | given


def test_a_tour_is_planned_with_its_stops(client, planner):
    delegation = make_delegation()
    sent = typed_tour(delegations=[str(delegation.id)], applications_close_at="2027-03-01T18:00")
    assert client.post("/staff/tours/new", data=sent).status_code == 303
    tour = queries.get_tour("spring-tour-2027")
    assert tour.delegations == [delegation]
    assert tour.applications_close_at == datetime(2027, 3, 1, 10, tzinfo=UTC)
    path = f"/staff/tours/{tour.slug}"
    for city in ("武汉", "合肥", "西安"):
        assert client.post(f"{path}/stops", data=typed_stop(city=city)).status_code == 303
    assert [stop.city for stop in again(tour).stops] == ["武汉", "合肥", "西安"]
    third = tour.stops[2].id
    client.post(f"{path}/stops/{third}/move", data={"to": "up"})
    assert [stop.city for stop in again(tour).stops] == ["武汉", "西安", "合肥"]
    client.post(f"{path}/stops/{third}/move", data={"to": "down"})
    client.post(f"{path}/stops/{third}/move", data={"to": "down"})
    assert [stop.city for stop in again(tour).stops] == ["武汉", "合肥", "西安"]
    changed = typed_stop(city="西安", city_en="Xi'an", leaves_on="2027-03-19")
    assert client.get(f"{path}/stops/{third}").status_code == 200
    assert client.post(f"{path}/stops/{third}", data=changed).status_code == 303
    assert again(tour).stops[2].leaves_on.day == 19


def test_a_removed_stop_comes_back_where_it_was(client, planner):
    tour = make_tour()
    for number, city in enumerate(("武汉", "合肥", "西安"), start=1):
        make_stop(tour=tour, city=city, position=number)
    second = again(tour).stops[1]
    path = f"/staff/tours/{tour.slug}/stops"
    assert client.post(f"{path}/{second.id}/remove").status_code == 303
    assert [stop.city for stop in again(tour).stops] == ["武汉", "西安"]
    back = typed_stop(city="合肥", position="2")
    assert client.post(path, data=back).status_code == 303
    assert [stop.city for stop in again(tour).stops] == ["武汉", "合肥", "西安"]


def test_a_stop_with_fairs_stays(client, planner):
    stop = make_stop()
    make_fair(stop=stop, tour=stop.tour)
    path = f"/staff/tours/{stop.tour.slug}/stops/{stop.id}/remove"
    assert client.post(path).status_code == 409
    assert db.session.get(Stop, stop.id) is not None


def test_a_stop_of_another_tour_is_not_found(client, planner):
    stop, other = make_stop(), make_tour()
    for verb in ("", "/move", "/remove"):
        path = f"/staff/tours/{other.slug}/stops/{stop.id}{verb}"
        assert client.post(path).status_code == 404


@pytest.mark.parametrize("headers", [EN, ZH])
def test_a_tours_page_shows_route_fairs_and_warnings(client, planner, headers):
    tour = make_tour(title_en="Spring tour", title_zh="春季行")
    stop = make_stop(tour=tour, arrives_on=tour.ends_on, leaves_on=tour.ends_on + timedelta(days=9))
    make_coming_fair(tour=tour, stop=stop, title_zh="江城场", title_en="River fair")
    draft(tour=tour, title_zh="没站的", title_en="Loose fair")
    page = client.get(f"/staff/tours/{tour.slug}", headers=headers).text
    english = headers is EN
    for text in ("River fair", "Loose fair") if english else ("江城场", "没站的"):
        assert text in page
    assert ("not within the days of its tour" if english else "不在专列的日期内") in page
    assert client.get("/staff/tours", headers=headers).status_code == 200


def test_a_tour_is_changed_and_archived(client, planner):
    tour = make_tour(delegations=[make_delegation(archived_at=utcnow())])
    path = f"/staff/tours/{tour.slug}"
    assert client.get(f"{path}/edit").status_code == 200
    sent = typed_tour(version=tour.version)
    assert client.post(f"{path}/edit", data=sent).status_code == 303
    assert again(tour).title_zh == "春季行"
    assert tour.delegations == []
    stale = client.post(f"{path}/edit", data=sent | {"title_zh": "另一个"})
    assert stale.status_code == 409
    assert "另一个" in stale.text
    assert client.post(f"{path}/archive").status_code == 303
    assert again(tour).archived_at is not None
    assert tour.title_en not in client.get("/staff/fairs", headers=EN).text
    assert client.get("/staff/tours?state=archived").status_code == 200
    client.post(f"{path}/archive", data={"restore": "yes"})
    assert again(tour).archived_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh": ""},
        {"title_zh": "\0\0"},
        {"title_zh": "字" * 121},
        {"starts_on": ""},
        {"starts_on": "10.3.2027"},
        {"starts_on": "0001-01-01"},
        {"ends_on": "2027-03-09"},
        {"delegations": ["404"]},
        {"applications_close_at": "soon"},
    ],
)
def test_a_wrong_tour_is_answered_and_kept(client, planner, wrong):
    answer = client.post("/staff/tours/new", data=typed_tour(title_en="Kept 🎓") | wrong)
    assert answer.status_code == 422
    assert "Kept 🎓" in answer.text
    assert db.session.scalars(select(Tour)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"city": ""},
        {"city": "城" * 41},
        {"arrives_on": ""},
        {"leaves_on": "2027-03-13"},
        {"note": "字" * 201},
    ],
)
def test_a_wrong_stop_is_answered_and_kept(client, planner, wrong):
    tour = make_tour()
    sent = typed_stop(city_en="Kept 🎓") | wrong
    answer = client.post(f"/staff/tours/{tour.slug}/stops", data=sent)
    assert answer.status_code == 422
    assert "Kept 🎓" in answer.text
    assert again(tour).stops == []


def test_a_delegations_planner_changes_only_tours_it_is_on(client, log_in):
    delegation = make_delegation()
    own, other = make_tour(delegations=[delegation]), make_tour()
    log_in(make_staff(Role.PLANNER, scope_kind=ScopeKind.DELEGATION, scope_id=delegation.id))
    assert client.get(f"/staff/tours/{own.slug}/edit").status_code == 200
    assert client.get(f"/staff/tours/{other.slug}").status_code == 200
    assert client.get(f"/staff/tours/{other.slug}/edit").status_code == 403
    assert client.post(f"/staff/tours/{other.slug}/stops", data=typed_stop()).status_code == 403
