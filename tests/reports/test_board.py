from datetime import timedelta

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.checkins.services import make_display_link, revoke_display_link
from app.checkins.states import Direction
from app.core import clock
from app.core.clock import utcnow
from app.core.db import db
from app.participations.states import ParticipationStatus
from app.places.states import EducationLevel
from app.reports.charts import arrivals_columns, ceiling, month_columns
from app.reports.views.board import forget_boards
from app.web.formatting import fmt_short_span
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_participation,
    make_position,
    make_staff,
    make_student,
    make_user,
)
from tests.reports.world import attend, intend, register, share
from tests.statements import count_statements


@pytest.fixture(autouse=True)
def _fresh_boards():
    forget_boards()


def busy_fair():
    fair = make_fair(permitted_number=10, title_zh="江城双选会", title_en="Jiangcheng fair")
    yueqing = make_delegation(name_zh="乐清", name_en="Yueqing")
    here = make_participation(
        fair=fair,
        delegation_id=yueqing.id,
        status=ParticipationStatus.ARRIVED,
        positions=[make_position(openings=7)],
    )
    make_participation(fair=fair)
    for n in range(6):
        person = make_student(name="王小明", level=EducationLevel.MASTERS)
        attend(register(fair, person), direction=Direction.OUT if n == 0 else Direction.IN)
        share(here, person)
        intend(here, person)
    doctor = make_student(level=EducationLevel.DOCTORAL)
    intend(here, doctor)
    db.session.commit()
    return fair


def test_the_board_shows_people_arrivals_and_intents(client, log_in):
    fair = busy_fair()
    log_in(make_staff(Role.SUPERVISOR))
    page = client.get(f"/fairs/{fair.slug}/board", headers={"Accept-Language": "zh-CN"})
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "江城双选会" in text
    assert '<span class="xp-huge">5</span>' in text
    assert "核定人数的 50%" in text
    assert "乐清" in text
    assert "数据停在" in text
    english = client.get(f"/fairs/{fair.slug}/board", headers={"Accept-Language": "en"})
    assert "Jiangcheng fair" in english.get_data(as_text=True)
    assert "People inside" in english.get_data(as_text=True)


def test_the_board_names_nobody_and_hides_cells_below_five(client, log_in):
    fair = busy_fair()
    log_in(make_staff())
    text = client.get(f"/fairs/{fair.slug}/board").get_data(as_text=True)
    assert "王小明" not in text
    assert "<b>&lt;5</b>" in text
    assert "<b>6</b>" in text


def test_a_board_that_did_not_change_is_answered_with_304(client, log_in):
    fair = busy_fair()
    log_in(make_staff())
    first = client.get(f"/fairs/{fair.slug}/board/now")
    again = client.get(
        f"/fairs/{fair.slug}/board/now", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert first.status_code == 200
    assert (again.status_code, again.data) == (304, b"")
    page = client.get(f"/fairs/{fair.slug}/board").get_data(as_text=True)
    assert f'data-board-tag="{first.get_etag()[0]}"' in page


def test_many_boards_share_one_counting_for_three_seconds(client, log_in):
    fair = busy_fair()
    log_in(make_staff())
    now = utcnow()
    with clock.frozen(now):
        first = client.get(f"/fairs/{fair.slug}/board/now")
        attend(register(fair))
        with count_statements() as seen:
            cached = client.get(f"/fairs/{fair.slug}/board/now")
    assert cached.data == first.data
    assert not [statement for statement in seen if "attendance" in statement]
    with clock.frozen(now + timedelta(seconds=3)):
        fresh = client.get(f"/fairs/{fair.slug}/board/now")
    assert '<span class="xp-huge">6</span>' in fresh.get_data(as_text=True)


def test_a_display_link_is_swapped_for_a_mark_and_does_not_stay_in_the_address(client):
    fair = busy_fair()
    link, token = make_display_link(fair, "主屏", by=make_staff())
    db.session.commit()
    answer = client.get(f"/fairs/{fair.slug}/board?display={token}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/fairs/{fair.slug}/board"
    assert client.get(f"/fairs/{fair.slug}/board").status_code == 200
    assert client.get(f"/fairs/{fair.slug}/board/now").status_code == 200
    assert client.get(f"/fairs/{make_fair().slug}/board").status_code == 410
    revoke_display_link(link, by=make_staff())
    db.session.commit()
    assert client.get(f"/fairs/{fair.slug}/board").status_code == 410
    assert client.get(f"/fairs/{fair.slug}/board/now").status_code == 410


@pytest.mark.parametrize("token", ["", "wrong", "\0", "😀", "x" * 5000])
def test_a_wrong_display_link_opens_nothing(client, token):
    fair = make_fair()
    assert (
        client.get(f"/fairs/{fair.slug}/board", query_string={"display": token}).status_code == 410
    )
    assert client.get(f"/fairs/{fair.slug}/board").status_code == 302


def test_a_display_link_of_another_fair_opens_nothing(client):
    _, token = make_display_link(make_fair(), "主屏", by=make_staff())
    db.session.commit()
    assert client.get(f"/fairs/{make_fair().slug}/board?display={token}").status_code == 410


def test_strangers_are_turned_away(client, log_in):
    fair = make_fair()
    assert "/login" in client.get(f"/fairs/{fair.slug}/board").headers["Location"]
    assert client.get(f"/fairs/{fair.slug}/board/now").status_code == 401
    for user in (make_user(Role.STUDENT), make_staff(Role.GATE_STAFF), make_staff(Role.REVIEWER)):
        log_in(user)
        assert client.get(f"/fairs/{fair.slug}/board").status_code == 403


def test_people_of_one_fair_see_its_board_alone(client, log_in):
    mine, other = make_fair(), make_fair()
    log_in(make_staff(Role.SUPERVISOR, scope_kind=ScopeKind.FAIR, scope_id=mine.id))
    assert client.get(f"/fairs/{mine.slug}/board").status_code == 200
    assert client.get(f"/fairs/{other.slug}/board").status_code == 404
    assert client.get("/fairs/nowhere/board").status_code == 404


def test_an_empty_fair_has_a_board(client, log_in):
    log_in(make_staff())
    fair = make_fair(permitted_number=None)
    page = client.get(f"/fairs/{fair.slug}/board", headers={"Accept-Language": "zh-CN"})
    assert page.status_code == 200
    assert "还没有达成意向" in page.get_data(as_text=True)


def test_the_number_of_statements_does_not_grow_with_the_fair(client, log_in):
    log_in(make_staff())
    seen = []
    for size in (2, 20):
        fair = make_fair()
        for _ in range(size):
            here = make_participation(fair=fair, delegation_id=make_delegation().id)
            person = make_student()
            attend(register(fair, person))
            intend(here, person)
        db.session.commit()
        with count_statements() as statements:
            assert client.get(f"/fairs/{fair.slug}/board").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (4, 4), (5, 10), (11, 20), (35, 40), (41, 100), (112, 200)]
)
def test_a_scale_ends_on_a_round_number_with_a_whole_middle(most, top):
    assert ceiling(most) == top
    assert ceiling(most) % 2 == 0


def test_columns_stand_on_the_base_and_know_their_peak():
    drawn = arrivals_columns([0, 7, 3, 7, 2])
    assert drawn.peak is drawn.columns[1]
    assert [column.is_now for column in drawn.columns] == [False] * 4 + [True]
    assert all(abs(c.y + c.height - drawn.base) < 0.2 for c in drawn.columns)
    assert arrivals_columns([0, 0]).peak is None


def test_months_to_come_have_no_column_of_their_own():
    drawn = month_columns([3, None, *[None] * 10], [1] * 12)
    assert drawn.months[0].now.value == 3
    assert drawn.months[1].now is None
    assert drawn.months[1].before.value == 1


def test_a_board_before_its_day_says_the_day_and_not_only_the_hour(client, log_in):
    fair = make_coming_fair()
    log_in(make_staff())
    page = client.get(f"/fairs/{fair.slug}/board", headers={"Accept-Language": "en"}).text
    assert "until" not in page.split("</header>")[0]
    with client.application.test_request_context(headers={"Accept-Language": "en"}):
        when = fmt_short_span(fair.starts_at, fair.ends_at, fair.time_zone)
    assert when in page
