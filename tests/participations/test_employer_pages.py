"""An employer's way from the application to the booth."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core.clock import utcnow
from app.core.db import db
from app.participations.models import Participation
from app.participations.states import ParticipationStatus as S
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_recruiter,
    make_tour,
)

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}


@pytest.fixture
def employer():
    return make_employer(short_name="心屿数科")


@pytest.fixture
def owner(employer, log_in):
    return log_in(make_recruiter(employer))


def count():
    return db.session.scalar(select(func.count()).select_from(Participation))


def reloaded(participation):
    db.session.refresh(participation)
    return participation


# ---------------------------------------------------------------------------- applying


@pytest.mark.parametrize(("headers", "word"), [(ZH, "报名截止"), (EN, "apply until")])
def test_a_tours_fairs_are_a_checklist(client, owner, employer, headers, word):
    tour = make_tour()
    make_position(employer=employer)
    fairs = [make_coming_fair(tour=tour) for _ in range(2)]
    closed = make_fair(tour=tour)
    page = client.get(f"/employer/apply/{tour.slug}", headers=headers).text
    assert word in page
    assert all(f'value="{fair.slug}"' in page for fair in fairs)
    assert f'value="{closed.slug}"' not in page


def test_one_form_applies_for_several_fairs(client, owner, employer):
    tour = make_tour()
    fairs = [make_coming_fair(tour=tour) for _ in range(3)]
    one, two = make_position(employer=employer), make_position(employer=employer)
    data = {
        "fairs": [fairs[0].slug, fairs[1].slug],
        f"positions_{fairs[0].id}": [one.uid, two.uid],
        f"positions_{fairs[1].id}": [two.uid],
        f"positions_{fairs[2].id}": [one.uid],
        f"power_{fairs[1].id}": "y",
        f"large_{fairs[0].id}": "y",
        "note": "角落",
    }
    answer = client.post(f"/employer/apply/{tour.slug}", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/employer/fairs")
    rows = db.session.scalars(select(Participation).order_by(Participation.fair_id)).all()
    assert [(row.fair_id, len(row.offered), row.needs_power, row.needs_large) for row in rows] == [
        (fairs[0].id, 2, False, True),
        (fairs[1].id, 1, True, False),
    ]
    page = client.get("/employer/fairs", headers=ZH).text
    assert "待审核" in page
    assert f"/employer/apply/{tour.slug}" in page  # the third fair is still open


def test_nothing_is_half_applied(client, owner, employer):
    tour = make_tour()
    fairs = [make_coming_fair(tour=tour) for _ in range(2)]
    position = make_position(employer=employer)
    ticked = {"fairs": [fair.slug for fair in fairs], "note": "请看"}
    faulty = [
        {},
        ticked,
        ticked | {f"positions_{fairs[0].id}": [position.uid]},
        {"fairs": ["no-such-fair"]},
        ticked | {f"positions_{fair.id}": [make_position().uid] for fair in fairs},
        ticked | {f"positions_{fair.id}": [position.uid] for fair in fairs} | {"note": "x" * 501},
    ]
    for data in faulty:
        answer = client.post(f"/employer/apply/{tour.slug}", data=data)
        assert answer.status_code == 422, data
        assert "xp-errors" in answer.text
        assert count() == 0
    assert "请看" in client.post(f"/employer/apply/{tour.slug}", data=ticked).text


def test_a_single_fair_is_ticked_already(client, owner, employer):
    fair, position = make_coming_fair(), make_position(employer=employer)
    page = client.get(f"/employer/apply/fairs/{fair.slug}").text
    assert f'value="{fair.slug}" checked' in page
    data = {"fairs": fair.slug, f"positions_{fair.id}": position.uid}
    assert client.post(f"/employer/apply/fairs/{fair.slug}", data=data).status_code == 303
    assert count() == 1


def test_without_positions_the_first_step_is_to_write_one(client, owner):
    page = client.get(f"/employer/apply/fairs/{make_coming_fair().slug}").text
    assert "/employer/posts/new" in page


def test_a_recruiter_does_not_apply(client, log_in, employer):
    log_in(make_recruiter(employer, Role.RECRUITER))
    fair = make_coming_fair()
    assert client.get(f"/employer/apply/fairs/{fair.slug}").status_code == 403
    assert client.get("/employer/fairs").status_code == 200


# ---------------------------------------------------------------------------- own fair


@pytest.mark.parametrize("status", list(S))
def test_every_state_has_its_next_step(client, owner, employer, status):
    participation = make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=status,
        positions=[make_position(employer=employer)],
        confirm_by=utcnow() + timedelta(days=3),
        arrived_at=utcnow(),
        status_reason="原因",
    )
    for headers in (ZH, EN):
        page = client.get(f"/employer/fairs/{participation.fair.slug}", headers=headers)
        assert page.status_code == 200
        assert client.get("/employer/fairs", headers=headers).status_code == 200


def test_confirming_with_named_people(client, owner, employer):
    participation = make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=S.APPROVED,
        confirm_by=utcnow() + timedelta(days=3),
    )
    address = f"/employer/fairs/{participation.fair.slug}/confirm"
    assert client.post(address, data={}).status_code == 422
    nameless = {"people-0-job_title": "招聘主管", "people-0-phone": "call"}
    answer = client.post(address, data=nameless)
    assert answer.status_code == 422
    assert "招聘主管" in answer.text
    data = {
        "people-0-name": "陈静",
        "people-0-phone": "13800000000",
        "people-1-name": "",
        "people-2-name": "李一",
        "people-2-job_title": "工程师",
    }
    assert client.post(address, data=data).status_code == 303
    assert reloaded(participation).status is S.CONFIRMED
    assert [one.name for one in participation.representatives] == ["陈静", "李一"]
    assert "陈静" in client.get(f"/employer/fairs/{participation.fair.slug}").text


def test_changing_a_returned_application(client, owner, employer):
    position, more = make_position(employer=employer), make_position(employer=employer)
    participation = make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=S.RETURNED,
        positions=[position],
        status_reason="岗位太少",
    )
    address = f"/employer/fairs/{participation.fair.slug}/edit"
    assert "岗位太少" in client.get(address).text
    data = {"version": participation.version, "positions": [position.uid, more.uid], "note": "加了"}
    assert client.post(address, data=data | {"positions": []}).status_code == 422
    assert client.post(address, data=data).status_code == 303
    assert reloaded(participation).status is S.SUBMITTED
    assert len(participation.offered) == 2
    assert client.post(address, data=data).status_code == 409


def test_withdrawing_asks_once(client, owner, employer):
    fair = make_coming_fair()
    participation = make_participation(fair=fair, employer=employer, booth=make_booth(fair=fair))
    address = f"/employer/fairs/{fair.slug}/withdraw"
    page = client.get(address)
    assert page.status_code == 200
    assert "/employer/candidates" in page.text, "the company's own menu"
    assert reloaded(participation).status is S.CONFIRMED
    assert client.post(address).status_code == 303
    assert (reloaded(participation).status, participation.booth_id) == (S.WITHDRAWN, None)
    assert client.post(address).status_code == 409


def test_the_booth_is_shown_on_the_plan_and_on_the_sign(client, owner, employer):
    fair = make_coming_fair()
    make_booth(fair=fair, code="A02", row=0, column=1)
    booth = make_booth(fair=fair, code="A01", row=0, column=0)
    position = make_position(employer=employer, title="机械工程师")
    make_participation(fair=fair, employer=employer, booth=booth, positions=[position])
    page = client.get(f"/employer/fairs/{fair.slug}", headers=ZH).text
    assert 'class="booth is-sel" id="plan-A01"' in page
    sign = client.get(f"/employer/fairs/{fair.slug}/sign").text
    assert all(word in sign for word in (employer.name, "A01", "机械工程师", "<path d="))


def test_a_sign_is_not_printed_before_the_approval(client, owner, employer):
    participation = make_participation(
        fair=make_coming_fair(), employer=employer, status=S.SUBMITTED
    )
    assert client.get(f"/employer/fairs/{participation.fair.slug}/sign").status_code == 404


def test_we_are_here(client, owner, employer):
    participation = make_participation(fair=make_fair(), employer=employer)
    address = f"/employer/fairs/{participation.fair.slug}"
    assert f"{address}/arrive" in client.get(address).text
    assert client.post(f"{address}/arrive").status_code == 303
    assert reloaded(participation).status is S.ARRIVED
    early = make_participation(fair=make_coming_fair(), employer=employer)
    client.post(f"/employer/fairs/{early.fair.slug}/arrive")
    assert reloaded(early).status is S.CONFIRMED


def test_the_fairs_of_others_are_not_found(client, owner):
    fair = make_participation().fair
    for end in ("", "/edit", "/withdraw", "/sign"):
        assert client.get(f"/employer/fairs/{fair.slug}{end}").status_code == 404
    for end in ("/edit", "/withdraw", "/confirm", "/arrive"):
        assert client.post(f"/employer/fairs/{fair.slug}{end}").status_code == 404
    assert client.get("/employer/fairs/no%00where").status_code == 404


def test_the_fairs_one_can_still_join_stand_first(client, owner, employer):
    make_position(employer=employer)
    tour = make_tour()
    long_ago = utcnow() - timedelta(days=9)
    past = {"starts_at": long_ago, "doors_at": None, "ends_at": long_ago + timedelta(hours=3)}
    make_fair(tour=tour, title_en="Held in spring", **past)
    fair = make_coming_fair(tour=tour, title_en="Held in autumn")
    page = client.get(f"/employer/apply/{tour.slug}", headers=EN).text
    assert page.index("Held in autumn") < page.index("Held in spring")
    make_participation(fair=fair, employer=employer)
    page = client.get(f"/employer/apply/{tour.slug}", headers=EN).text
    assert "No further fair takes applications now" in page
    assert "Tick the fairs you join" not in page
