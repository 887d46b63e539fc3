import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts import queries
from app.accounts.models import AccountLink, User
from app.accounts.permissions import Role
from app.accounts.services import (
    Grant,
    accept_invitation,
    create_user,
    hash_password,
    invite_staff,
    reset_password,
    send_email_confirmation,
    send_invitation,
    verify_password,
)
from app.accounts.states import LinkKind
from app.core import clock
from app.core.clock import utcnow
from app.core.codes import fingerprint
from app.core.db import db
from app.core.errors import Gone
from app.core.transaction import transaction
from app.notices.models import Notice
from app.notices.rendering import write
from tests.factories import make_staff, make_user, save
from tests.live import run_together

HASH = hash_password("three plain words")
EN = {"Accept-Language": "en"}


def mails(template):
    query = select(Notice).where(Notice.template == template).order_by(Notice.id)
    return db.session.scalars(query).all()


def make_clerk(**given):
    return make_staff(Role.PLANNER, password_hash=HASH, **given)


def reset_link(client, user, **given):
    client.post("/password/forgot", data={"email": user.email}, **given)
    return "/password/reset/" + mails("accounts/password-reset")[-1].payload["token"]


def test_a_forgotten_password_is_replaced_by_a_link(client):
    user = make_clerk()
    link = reset_link(client, user)
    assert client.get(link, headers=EN).status_code == 200
    answer = client.post(link, data={"password": "quite another one"})
    assert answer.location == "/login/password"
    db.session.refresh(user)
    assert verify_password(user.password_hash, "quite another one")
    assert user.session_version == 2
    assert mails("accounts/password-changed")


def test_opening_the_link_changes_nothing(client):
    link = reset_link(client, make_clerk())
    client.get(link)
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("password", ["", "short", "password123", "\x00" * 12])
def test_a_weak_new_password_does_not_use_up_the_link(client, password):
    link = reset_link(client, make_clerk())
    answer = client.post(link, data={"password": password})
    assert answer.status_code == 422
    assert f'value="{password}"' not in answer.text or not password
    assert client.post(link, data={"password": "quite another one"}).status_code == 303


def test_a_reset_link_works_once_and_for_an_hour(client, new_client):
    link = reset_link(client, make_clerk())
    assert client.post(link, data={"password": "quite another one"}).status_code == 303
    assert client.post(link, data={"password": "and one more still"}).status_code == 410
    assert client.get(link).status_code == 410
    other = reset_link(new_client(), make_clerk())
    with clock.frozen(utcnow() + timedelta(minutes=60, seconds=1)):
        assert client.get(other).status_code == 410


def test_a_used_link_takes_its_sisters_along(client):
    user = make_clerk()
    first, second = reset_link(client, user), reset_link(client, user)
    assert client.post(second, data={"password": "quite another one"}).status_code == 303
    assert client.get(first).status_code == 410


def test_an_unknown_address_hears_the_same_and_gets_nothing(client, new_client):
    user = make_clerk()
    make_user(Role.STUDENT, email="student@example.org")
    make_clerk(email="closed@example.org", disabled_at=utcnow())
    answers = set()
    for email in (user.email, "nobody@example.org", "student@example.org", "closed@example.org"):
        answer = new_client().post("/password/forgot", data={"email": email}, headers=EN)
        answers.add((answer.status_code, answer.location))
    assert answers == {(303, "/password/sent")}
    assert [mail.recipient for mail in mails("accounts/password-reset")] == [user.email]


def test_more_than_five_reset_mails_an_hour_are_not_sent(client):
    user = make_clerk()
    for _ in range(7):
        reset_link(client, user)
    assert len(mails("accounts/password-reset")) == 5


HEADERS = [
    {"Host": "evil.example"},
    {"Host": "evil.example:80"},
    {"Host": "localhost@evil.example"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Server": "evil.example"},
    {"X-Host": "evil.example"},
    {"X-Original-Host": "evil.example"},
    {"X-Original-URL": "http://evil.example/"},
    {"X-Rewrite-URL": "http://evil.example/"},
    {"Forwarded": "host=evil.example;proto=https"},
    {"Origin": "http://evil.example", "Referer": "http://evil.example/"},
]


@pytest.mark.parametrize("headers", HEADERS)
def test_the_link_in_the_mail_names_only_the_public_address(client, headers):
    client.post("/password/forgot", data={"email": make_clerk().email}, headers=headers)
    for mail in mails("accounts/password-reset"):
        letter = write(mail)
        assert "evil" not in letter.text
        assert re.findall(r"https?://\S+", letter.text)[0].startswith("http://localhost/password/")


def test_the_secret_of_a_link_is_not_stored(client):
    token = reset_link(client, make_clerk()).rsplit("/", 1)[1]
    rows = db.session.execute(select(AccountLink.__table__)).mappings().all()
    assert token not in str([dict(row) for row in rows])
    assert rows[0]["token_hash"] == fingerprint(token)


def invitation(email="new@example.org", role=Role.REVIEWER, by=None):
    return invite_staff(email, Grant(role), by=by, locale="en")


def test_an_invitation_makes_an_account_with_its_role(client):
    by = make_staff(name="王敏")
    token = invitation(by=by)
    db.session.commit()
    page = client.get(f"/invitations/{token}", headers=EN)
    assert "new@example.org" in page.text
    data = {"name": "林梅", "password": "three plain words"}
    assert client.post(f"/invitations/{token}", data=data).status_code == 303
    user = queries.find_user_by_email("new@example.org")
    assert user.name == "林梅"
    assert user.email_verified_at is not None
    assert [held.role for held in user.staff_roles] == [Role.REVIEWER]
    assert client.get("/account").status_code == 200
    assert client.get(f"/invitations/{token}").status_code == 410
    assert "王敏" in write(mails("accounts/invitation")[0]).text


@pytest.mark.parametrize("data", [{}, {"name": "", "password": "x" * 20}, {"name": "x" * 81}])
def test_a_faulty_answer_to_an_invitation_keeps_it(client, data):
    token = invitation()
    db.session.commit()
    assert client.post(f"/invitations/{token}", data=data).status_code == 422
    assert client.get(f"/invitations/{token}").status_code == 200


def test_an_invitation_ends_after_seven_days(client):
    token = invitation()
    db.session.commit()
    with clock.frozen(utcnow() + timedelta(days=7, seconds=1)):
        assert client.get(f"/invitations/{token}").status_code == 410


def test_a_new_invitation_makes_the_old_one_void(client):
    first, second = invitation(), invitation()
    db.session.commit()
    assert client.get(f"/invitations/{first}").status_code == 410
    assert client.get(f"/invitations/{second}").status_code == 200


def test_an_account_that_was_made_for_somebody_is_opened_by_its_link(client):
    user = create_user(
        email="li@example.org", role=Role.RECRUITER, name="", password_hash=None, locale="en"
    )
    token = send_invitation(user, company="瓯屿智造", inviter="王敏")
    db.session.commit()
    assert "瓯屿智造" in write(mails("accounts/invitation")[0]).text
    data = {"name": "李想", "password": "three plain words"}
    assert client.post(f"/invitations/{token}", data=data).status_code == 303
    db.session.refresh(user)
    assert user.name == "李想"
    assert verify_password(user.password_hash, "three plain words")


def test_a_token_of_one_kind_opens_no_other_door(client):
    token = invitation()
    db.session.commit()
    assert client.get(f"/password/reset/{token}").status_code == 410
    assert client.get(f"/account/email/{token}").status_code == 410


def test_an_address_is_confirmed_by_pressing_the_button(client):
    user = make_clerk()
    send_email_confirmation(user)
    db.session.commit()
    link = "/account/email/confirm/" + mails("accounts/email-confirm")[0].payload["token"]
    assert user.email in client.get(link).text
    db.session.refresh(user)
    assert user.email_verified_at is None
    assert client.post(link).status_code == 303
    db.session.refresh(user)
    assert user.email_verified_at is not None


@pytest.mark.own_database
def test_an_invitation_accepted_twice_at_once_makes_one_account(live_app):
    with live_app.app_context(), transaction():
        token = invitation()

    def accept(index):
        link = queries.get_link(LinkKind.INVITATION, token)
        with transaction():
            return accept_invitation(
                link, name=f"Person {index}", password_hash=HASH, locale="en"
            ).id

    results = run_together(live_app, 6, accept)
    assert sum(isinstance(result, Gone) for result in results) == 5, results
    with live_app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 1


@pytest.mark.own_database
def test_a_reset_link_used_twice_at_once_sets_one_password(live_app):
    with live_app.app_context():
        user = save(User(role=Role.STAFF, email="a@example.org", password_hash=HASH))
        with transaction():
            from app.accounts.services import make_link

            token = make_link(LinkKind.PASSWORD_RESET, user=user, email=user.email)

    def reset(index):
        link = queries.get_link(LinkKind.PASSWORD_RESET, token)
        owner = queries.get_link_owner(link)
        with transaction():
            reset_password(link, owner, password_hash=f"hash {index}")

    results = run_together(live_app, 6, reset)
    assert sum(isinstance(result, Gone) for result in results) == 5, results
