from app.accounts.permissions import Role, ScopeKind
from app.participations.states import ParticipationStatus
from app.tours.states import FairStatus
from tests.factories import (
    make_coming_fair,
    make_fair,
    make_participation,
    make_staff,
)
from tests.statements import count_statements


def test_the_to_do_list_names_what_is_late_and_what_waits(client, log_in):
    fair = make_coming_fair(title_zh="秦岭双选会", expected_people=1500)
    make_participation(fair=fair, status=ParticipationStatus.SUBMITTED)
    log_in(make_staff(Role.PLANNER))
    page = client.get("/staff/", headers={"Accept-Language": "en"}).text
    assert "Police permit" in page
    assert "1 applications to review" in page


def test_gate_staff_see_their_own_fair_and_nothing_else(client, log_in):
    mine, other = make_fair(title_zh="我的场"), make_fair(title_zh="别的场")
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, mine.id))
    page = client.get("/staff/").text
    assert "我的场" in page
    assert "别的场" not in page
    assert client.get(f"/staff/fairs/{other.slug}").status_code == 403


def test_a_cancelled_fair_is_no_next_fair_for_planners_and_said_to_gate_staff(client, log_in):
    fair = make_fair(title_zh="取消的场", status=FairStatus.CANCELLED)
    log_in(make_staff(Role.PLANNER))
    assert "取消的场" not in client.get("/staff/").text
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id))
    assert "取消的场" in client.get("/staff/").text


def test_a_supervisor_of_one_fair_does_not_find_another(client, log_in):
    mine, other = make_fair(), make_fair()
    log_in(make_staff(Role.SUPERVISOR, ScopeKind.FAIR, mine.id))
    assert client.get(f"/staff/fairs/{mine.slug}").status_code == 200
    assert client.get(f"/staff/fairs/{other.slug}").status_code == 404


def test_the_to_do_list_needs_no_more_statements_for_more_fairs(client, log_in):
    make_coming_fair()
    log_in(make_staff(Role.PLANNER))
    client.get("/staff/")
    with count_statements() as few:
        client.get("/staff/")
    for _ in range(10):
        make_participation(fair=make_coming_fair(), status=ParticipationStatus.SUBMITTED)
    with count_statements() as many:
        client.get("/staff/")
    assert len(many) == len(few)


def test_the_health_page_is_for_administrators(client, log_in):
    log_in(make_staff(Role.ADMINISTRATOR))
    assert client.get("/staff/health").status_code == 200
