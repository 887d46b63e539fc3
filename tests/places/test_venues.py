import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.errors import NotFound, StaleVersion
from app.core.transaction import transaction
from app.places import queries, services
from app.places.models import Venue
from app.places.services import VenueDetails
from app.places.states import GateDirection
from tests.factories import make_school, make_staff, make_venue
from tests.live import run_together
from tests.statements import count_statements

ENTRANCE, EXIT, BOTH = GateDirection.ENTRANCE, GateDirection.EXIT, GateDirection.BOTH


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER))


def typed(**given):
    return {
        "name_zh": "风雨操场",
        "city": "武汉",
        "halls-0": "一层",
        "halls-1": "",
        "gates-0-name": "南门",
        "gates-0-direction": "entrance",
        "gates-1-name": "",
        "gates-1-direction": "both",
    } | given


def test_a_venue_is_kept_with_its_halls_and_gates():
    by = make_staff(Role.PLANNER)
    details = VenueDetails(
        name_zh="风雨操场", city="武汉", halls=["一层", "二层"], gates=[("南门", ENTRANCE)]
    )
    venue = services.create_venue(details, by=by)
    db.session.commit()
    found = queries.get_venue(venue.id)
    assert [hall.name for hall in found.halls] == ["一层", "二层"]
    assert [(gate.name, gate.direction) for gate in found.gates] == [("南门", ENTRANCE)]
    assert db.session.scalars(select(AuditEntry.action)).all() == ["venue.create"]


def test_editing_keeps_the_gates_that_keep_their_names():
    by = make_staff(Role.PLANNER)
    details = VenueDetails("风雨操场", "武汉", gates=[("南门", BOTH), ("北门", BOTH)])
    venue = services.create_venue(details, by=by)
    db.session.commit()
    south = venue.gates[0].id
    details = VenueDetails("风雨操场", "武汉", gates=[("东门", EXIT), ("南门", ENTRANCE)])
    services.edit_venue(venue, details, version=venue.version, by=by)
    db.session.commit()
    db.session.expire_all()
    assert [(g.name, g.direction) for g in venue.gates] == [("东门", EXIT), ("南门", ENTRANCE)]
    assert venue.gates[1].id == south


def test_a_changed_gate_alone_raises_the_version():
    by = make_staff(Role.PLANNER)
    venue = make_venue(name_zh="风雨操场")
    version = venue.version
    details = VenueDetails("风雨操场", "武汉", gates=[("南门", BOTH)])
    services.edit_venue(venue, details, version=version, by=by)
    assert venue.version > version
    with pytest.raises(StaleVersion) as refused:
        services.edit_venue(venue, VenueDetails("馆", "武汉"), version=version, by=by)
    assert ("Gates", ["南门"], []) in refused.value.changes
    assert ("Name in Chinese", "风雨操场", "馆") in refused.value.changes


def test_an_archived_venue_leaves_the_list_and_comes_back():
    by = make_staff(Role.PLANNER)
    venue = make_venue()
    services.archive_venue(venue, by=by)
    assert queries.list_venues() == []
    assert queries.page_venues(archived=True).items == [venue]
    services.archive_venue(venue, by=by, archived=False)
    assert queries.list_venues() == [venue]


def test_a_venue_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        queries.get_venue(404)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_pages_of_venues_open(client, planner, language):
    venue = make_venue(school=make_school())
    for path in ("/staff/venues", "/staff/venues?state=archived", "/staff/venues/new"):
        assert client.get(path, headers={"Accept-Language": language}).status_code == 200
    page = client.get(f"/staff/venues/{venue.id}", headers={"Accept-Language": language})
    assert venue.name_zh in page.text
    assert ("承办高校" in page.text) == (language == "zh-CN")


def test_a_venue_is_added_by_the_form(client, planner):
    school = make_school(name="江城大学")
    services.index_school(school)
    answer = client.post("/staff/venues/new", data=typed(school="江城大学"))
    assert answer.status_code == 303
    venue = db.session.scalars(select(Venue)).one()
    assert [hall.name for hall in venue.halls] == ["一层"]
    assert [gate.name for gate in venue.gates] == ["南门"]
    assert venue.school is school


def test_a_venue_is_changed_by_the_form(client, planner):
    venue = make_venue(name_zh="旧名")
    address = f"/staff/venues/{venue.id}"
    answer = client.post(address, data=typed(version=venue.version, permitted_number="1200"))
    assert answer.status_code == 303
    db.session.expire_all()
    assert (venue.name_zh, venue.permitted_number) == ("风雨操场", 1200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_zh": ""},
        {"name_zh": "   \u3000"},
        {"name_zh": "\0"},
        {"name_zh": "馆" * 121},
        {"city": ""},
        {"permitted_number": "0"},
        {"permitted_number": "many"},
        {"permitted_number": "9" * 40},
        {"school": "没有这所学校"},
        {"halls-1": "一层"},
        {"gates-1-name": "南门"},
        {"gates-0-direction": "sideways"},
        {"halls-0": "层" * 61},
    ],
)
def test_wrong_input_is_answered_and_kept(client, planner, wrong):
    answer = client.post("/staff/venues/new", data=typed(address="珞珈山 🎓", **wrong))
    assert answer.status_code == 422
    assert "珞珈山 🎓" in answer.text
    assert 'id="errors"' in answer.text
    assert queries.list_venues() == []


def test_a_form_of_an_older_version_shows_what_changed(client, planner):
    venue = make_venue(name_zh="旧名", name_en="Old")
    address = f"/staff/venues/{venue.id}"
    old = venue.version
    client.post(address, data=typed(version=old, name_zh="甲的馆"))
    answer = client.post(address, data=typed(version=old, name_zh="乙的馆"))
    assert answer.status_code == 409
    assert "甲的馆" in answer.text
    assert "乙的馆" in answer.text
    db.session.expire_all()
    again = client.post(address, data=typed(version=venue.version, name_zh="乙的馆"))
    assert again.status_code == 303
    db.session.expire_all()
    assert venue.name_zh == "乙的馆"


def test_archiving_by_the_button_offers_the_way_back(client, planner):
    venue = make_venue()
    address = f"/staff/venues/{venue.id}/archive"
    assert client.post(address).status_code == 303
    assert "data-toast" in client.get("/staff/venues").text
    client.post(address, data={"restore": "yes"})
    db.session.expire_all()
    assert venue.archived_at is None


@pytest.mark.parametrize(
    "query", ["?q=%00", "?q=%25", "?city=%F0%9F%8E%93", "?page=999", "?page=x"]
)
def test_filters_take_anything(client, planner, query):
    make_venue()
    assert client.get("/staff/venues" + query).status_code == 200


def test_the_list_of_venues_does_not_ask_more_for_more(client, planner):
    def statements():
        with count_statements() as seen:
            client.get("/staff/venues")
        return len(seen)

    for _ in range(2):
        make_venue(school=make_school())
    few = statements()
    for _ in range(18):
        make_venue(school=make_school())
    assert statements() == few


@pytest.mark.own_database
def test_of_two_who_save_a_venue_at_once_one_is_told(live_app):
    with live_app.app_context():
        venue = make_venue()
        number, version = venue.id, venue.version
        by_id = make_staff(Role.PLANNER).id

    def edit(index):
        mine = queries.get_venue(number)
        by = db.session.get(User, by_id)
        with transaction():
            details = VenueDetails(f"馆{index}", "武汉", halls=[f"厅{index}"])
            services.edit_venue(mine, details, version=version, by=by)
        return index

    results = run_together(live_app, 5, edit)
    saved = [result for result in results if isinstance(result, int)]
    assert len(saved) == 1, results
    assert all(isinstance(r, StaleVersion) for r in results if not isinstance(r, int)), results
    with live_app.app_context():
        assert [hall.name for hall in queries.get_venue(number).halls] == [f"厅{saved[0]}"]
