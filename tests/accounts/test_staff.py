import pytest
from sqlalchemy import select

from app.accounts import queries
from app.accounts.models import StaffRole, User
from app.accounts.permissions import Role, ScopeKind
from app.accounts.services import SCOPE_CHOICES, LastAdministrator, disable, take_role
from app.audit.models import AuditEntry
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Forbidden
from app.core.transaction import transaction
from app.notices.models import Notice
from tests.factories import make_delegation, make_fair, make_staff, make_student, save
from tests.live import run_together
from tests.statements import count_statements


@pytest.fixture
def administrator(log_in):
    return log_in(make_staff(name="王敏", locale="en"))


def actions():
    return [
        entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]


def roles_of(user):
    db.session.expire_all()
    return {(held.role, held.scope_kind, held.scope_id) for held in user.staff_roles}


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_the_list_shows_who_works_here_and_as_what(client, administrator, locale):
    administrator.locale = locale
    save(administrator)
    fair = make_fair()
    make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id, name="李想")
    make_student()
    page = client.get("/staff/people").text
    assert "李想" in page
    assert ("Gate staff" if locale == "en" else "入口人员") in page
    assert "陈思远" not in page


def test_the_list_is_searched_and_filtered(client, administrator):
    make_staff(Role.PLANNER, name="李想")
    make_staff(Role.REVIEWER, name="林梅")
    page = client.get("/staff/people?q=李").text
    assert "李想" in page
    assert "林梅" not in page
    page = client.get("/staff/people?role=reviewer&q=%00").text
    assert "林梅" in page
    assert "李想" not in page


def test_the_list_costs_the_same_for_two_people_and_for_twenty(client, administrator):
    counts = []
    for more in (2, 18):
        for _ in range(more):
            make_staff(Role.GATE_STAFF)
        client.get("/staff/people")
        with count_statements() as seen:
            client.get("/staff/people")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_colleague_is_invited_with_a_role_at_a_fair(client, new_client, administrator):
    fair = make_fair(title_en="Wuhan fair")
    data = {"email": "New@Example.org", "role": "gate_staff", "scope": f"fair:{fair.id}"}
    assert client.post("/staff/people/invite", data=data).location == "/staff/people"
    page = client.get("/staff/people").text
    token = db.session.scalars(select(Notice)).one().payload["token"]
    assert f"http://localhost/invitations/{token}" in page
    assert token not in client.get("/staff/people").text
    form = {"name": "李想", "password": "three plain words"}
    assert new_client().post(f"/invitations/{token}", data=form).status_code == 303
    person = queries.find_user_by_email("new@example.org")
    assert roles_of(person) == {(Role.GATE_STAFF, ScopeKind.FAIR, fair.id)}
    assert "Wuhan fair" in person.staff_roles[0].scope_label
    assert actions() == ["staff.invite", "staff.give-role", "staff.join"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": ""},
        {"email": "x"},
        {"email": "\x00"},
        {"role": "student"},
        {"role": ""},
        {"scope": "fair:999999"},
        {"scope": "bureau:7"},
        {"scope": "rubbish"},
        {"scope": ""},
    ],
)
def test_an_invitation_that_cannot_be_is_refused_in_the_form(client, administrator, wrong):
    data = {"email": "new@example.org", "role": "planner", "scope": "bureau:0"} | wrong
    answer = client.post("/staff/people/invite", data=data)
    assert answer.status_code == 422
    assert db.session.scalar(select(Notice.id)) is None


def test_somebody_who_has_an_account_is_not_invited(client, administrator):
    known = make_staff(Role.PLANNER)
    data = {"email": known.email, "role": "planner", "scope": "bureau:0"}
    assert client.post("/staff/people/invite", data=data).status_code == 422


def test_an_invitation_is_taken_back(client, administrator):
    data = {"email": "new@example.org", "role": "planner", "scope": "bureau:0"}
    client.post("/staff/people/invite", data=data)
    token = db.session.scalars(select(Notice)).one().payload["token"]
    link = queries.list_invitations(administrator.scope_of("staff:manage"))[0]
    path = f"/staff/people/invitations/{link.id}/take-back"
    assert client.post(path).status_code == 303
    assert client.get(f"/invitations/{token}").status_code == 410
    assert client.post(path).status_code == 404


def test_a_role_is_given_and_taken_with_a_way_back(client, administrator):
    person = make_staff(Role.REVIEWER)
    delegation = make_delegation()
    data = {"role": "reviewer", "scope": f"delegation:{delegation.id}"}
    assert client.post(f"/staff/people/{person.uid}/roles", data=data).status_code == 303
    assert client.post(f"/staff/people/{person.uid}/roles", data=data).status_code == 303
    both = {
        (Role.REVIEWER, ScopeKind.BUREAU, 0),
        (Role.REVIEWER, ScopeKind.DELEGATION, delegation.id),
    }
    assert roles_of(person) == both
    held = next(row for row in person.staff_roles if row.scope_kind is ScopeKind.DELEGATION)
    assert client.post(f"/staff/people/{person.uid}/roles/{held.id}/take").status_code == 303
    assert roles_of(person) == {(Role.REVIEWER, ScopeKind.BUREAU, 0)}
    page = client.get("/staff/people").text
    assert f'value="delegation:{delegation.id}"' in page
    assert actions() == ["staff.give-role", "staff.take-role"]


def test_a_role_counts_at_once(client, new_client, log_in, administrator):
    person = make_staff(Role.GATE_STAFF)
    browser = new_client()
    log_in(person, browser)
    assert browser.get("/staff/log").status_code == 403
    data = {"role": "administrator", "scope": "bureau:0"}
    client.post(f"/staff/people/{person.uid}/roles", data=data)
    assert browser.get("/staff/log").status_code == 200


def test_the_last_administrator_stays(client, administrator):
    held = administrator.staff_roles[0]
    path = f"/staff/people/{administrator.uid}/roles/{held.id}/take"
    assert client.post(path).status_code == 409
    make_staff(Role.ADMINISTRATOR, ScopeKind.FAIR, 1)
    make_staff(Role.ADMINISTRATOR, disabled_at=utcnow())
    assert client.post(path).status_code == 409
    make_staff(Role.ADMINISTRATOR)
    assert client.post(path).status_code == 303


def test_nobody_closes_their_own_account(client, administrator):
    make_staff(Role.ADMINISTRATOR)
    assert client.post(f"/staff/people/{administrator.uid}/disable").status_code == 409


def test_a_closed_account_is_out_at_once_and_may_come_back(
    client, new_client, log_in, administrator
):
    person = make_staff(Role.PLANNER)
    browser = new_client()
    log_in(person, browser)
    assert client.post(f"/staff/people/{person.uid}/disable").status_code == 303
    assert browser.get("/account").status_code == 302
    assert client.post(f"/staff/people/{person.uid}/enable").status_code == 303
    assert browser.get("/account").status_code == 302
    log_in(person, browser)
    assert browser.get("/account").status_code == 200
    assert actions() == ["staff.disable", "staff.enable"]


def test_sessions_of_a_lost_phone_are_ended(client, new_client, log_in, administrator):
    person = make_staff(Role.GATE_STAFF)
    browser = new_client()
    log_in(person, browser)
    assert client.post(f"/staff/people/{person.uid}/end-sessions").status_code == 303
    assert browser.get("/account").status_code == 302


def test_students_and_employers_are_not_managed_here(client, administrator):
    student = make_student().user
    for path in ("", "/disable", "/roles", "/end-sessions"):
        method = client.post if path else client.get
        data = {"role": "administrator", "scope": "bureau:0"}
        assert method(f"/staff/people/{student.uid}{path}", data=data).status_code == 404


@pytest.fixture
def of_a_fair(log_in):
    fair = make_fair()
    return log_in(make_staff(Role.ADMINISTRATOR, ScopeKind.FAIR, fair.id)), fair


def test_who_administers_one_fair_sees_and_gives_that_fair_only(client, of_a_fair):
    _by, fair = of_a_fair
    other = make_fair()
    inside = make_staff(Role.GATE_STAFF, ScopeKind.FAIR, fair.id, name="Inside")
    outside = make_staff(Role.GATE_STAFF, ScopeKind.FAIR, other.id, name="Outside")
    page = client.get("/staff/people").text
    assert "Inside" in page
    assert "Outside" not in page
    assert client.get(f"/staff/people/{outside.uid}").status_code == 404
    give = f"/staff/people/{inside.uid}/roles"
    for scope in ("bureau:0", f"fair:{other.id}"):
        data = {"role": "supervisor", "scope": scope}
        assert client.post(give, data=data).status_code == 422
    data = {"role": "supervisor", "scope": f"fair:{fair.id}"}
    assert client.post(give, data=data).status_code == 303


def test_who_administers_one_fair_leaves_bureau_people_alone(client, of_a_fair):
    _by, fair = of_a_fair
    chief = make_staff(Role.ADMINISTRATOR)
    chief.staff_roles.append(
        StaffRole(role=Role.PLANNER, scope_kind=ScopeKind.FAIR, scope_id=fair.id)
    )
    save(chief)
    assert client.post(f"/staff/people/{chief.uid}/disable").status_code == 403
    assert client.post(f"/staff/people/{chief.uid}/end-sessions").status_code == 403
    held = chief.staff_roles[0]
    assert client.post(f"/staff/people/{chief.uid}/roles/{held.id}/take").status_code == 403


def test_the_factory_says_which_scopes_there_are(app):
    delegation = make_delegation(name_zh="瓯海分团")
    fair = make_fair()
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert (delegation.id, "瓯海分团") in SCOPE_CHOICES[ScopeKind.DELEGATION]()
        assert fair.id in dict(SCOPE_CHOICES[ScopeKind.FAIR]())


def test_the_command_line_prints_an_invitation(app):
    result = app.test_cli_runner().invoke(
        args=["accounts", "create-staff", "Chief@Example.org", "--role", "administrator"]
    )
    assert result.exit_code == 0, result.output
    assert result.output.startswith("http://localhost/invitations/")
    assert db.session.scalars(select(AuditEntry)).one().actor_id is None


def test_the_command_line_gives_a_role_to_who_is_here_already(app):
    person = make_staff(Role.PLANNER)
    result = app.test_cli_runner().invoke(args=["accounts", "create-staff", person.email])
    assert result.exit_code == 0, result.output
    assert person.has_role(Role.ADMINISTRATOR)


@pytest.mark.parametrize("email", ["rubbish", "", "student@example.org"])
def test_the_command_line_refuses_what_cannot_be(app, email):
    make_student().user.email = "student@example.org"
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["accounts", "create-staff", email])
    assert result.exit_code == 1
    assert "Traceback" not in result.output


@pytest.mark.own_database
@pytest.mark.parametrize("by_closing", [True, False])
def test_two_administrators_cannot_dismiss_each_other_at_once(live_app, by_closing):
    with live_app.app_context():
        numbers = [make_staff(Role.ADMINISTRATOR).id for _ in range(2)]

    def dismiss(index):
        me, other = (db.session.get(User, numbers[at]) for at in (index, 1 - index))
        with transaction():
            if by_closing:
                disable(other, by=me)
            else:
                take_role(other, other.staff_roles[0], by=me)

    results = run_together(live_app, 2, dismiss)
    # The second comes too late: nobody else is left, or it is no administrator any more.
    refused = [result for result in results if isinstance(result, LastAdministrator | Forbidden)]
    assert len(refused) == 1, results
    with live_app.app_context():
        left = queries.list_users_with_role(Role.ADMINISTRATOR)
        assert len(left) == 1
