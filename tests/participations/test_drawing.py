"""The hall drawn as a whole: saved with its version, kept at the venue, copied to fairs."""

import json

import pytest

from app.accounts.permissions import Role
from app.core.db import db
from app.core.errors import Conflict, DomainError, StaleVersion
from app.core.transaction import transaction
from app.participations.models import Booth
from app.participations.queries import find_floor_plan, get_booth, list_booths, list_zones, plan_of
from app.participations.services import (
    Grid,
    assign_booth,
    copy_from_venue,
    keep_for_venue,
    layout_of,
    make_grid,
    mark_square,
    save_layout,
    undo_last_move,
    version_of,
)
from app.participations.states import BoothKind
from app.places.layouts import Layout, read_layout
from app.places.queries import list_layouts
from app.tours.models import Fair
from tests.factories import (
    make_coming_fair,
    make_participation,
    make_staff,
    make_venue,
)
from tests.live import run_together

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}


@pytest.fixture
def planner():
    return make_staff(Role.PLANNER)


@pytest.fixture
def fair(planner):
    fair = make_coming_fair(venue=make_venue())
    make_grid(fair, Grid(rows=2, columns=3, entrance="bottom"), by=planner)
    return fair


def now(fair):
    return version_of(find_floor_plan(fair))


def drawn(fair):
    """The layout as the editor would send it back, to be changed by a test."""
    return layout_of(fair).to_plain()


def square(layout, row, column, hall=0):
    found = [
        one
        for one in layout["halls"][hall]["squares"]
        if (one["row"], one["column"]) == (row, column)
    ]
    return found[0]


def save(fair, layout, planner, version=None):
    read = read_layout(json.dumps(layout))
    return save_layout(fair, read, version=version or now(fair), by=planner)


def test_what_is_not_touched_stays_as_it_was(fair, planner):
    before = [(one.id, one.row, one.column, one.code, one.kind) for one in list_booths(fair)]
    assert save(fair, drawn(fair), planner) == 6
    assert [
        (one.id, one.row, one.column, one.code, one.kind) for one in list_booths(fair)
    ] == before


def test_an_employer_moves_with_its_booth(fair, planner):
    one = make_participation(fair=fair)
    assign_booth(one, get_booth(fair, "A01"), by=planner)
    layout = drawn(fair)
    first, last = square(layout, 0, 0), square(layout, 1, 2)
    first["row"], first["column"], last["row"], last["column"] = 1, 2, 0, 0
    save(fair, layout, planner)
    booth = plan_of(fair).find("A01")
    assert (booth.square, booth.participation) == ((1, 2), one)
    undo_last_move(fair, by=planner)
    assert one.booth is None


@pytest.mark.parametrize("becomes", ["nothing", "blocked", "aisle"])
def test_where_an_employer_stands_there_stays_a_booth(fair, planner, becomes):
    assign_booth(make_participation(fair=fair), get_booth(fair, "A01"), by=planner)
    layout = drawn(fair)
    if becomes == "nothing":
        layout["halls"][0]["squares"].remove(square(layout, 0, 0))
    else:
        square(layout, 0, 0)["kind"] = becomes
    with pytest.raises(Conflict) as refused:
        save(fair, layout, planner)
    assert refused.value.params["booth"] == "A01"


def test_walls_doors_stages_power_and_new_booths_are_drawn(fair, planner):
    layout = drawn(fair)
    square(layout, 0, 0).update(power=True, large=True)
    square(layout, 0, 1).update(spare=True)
    square(layout, 1, 0).update(kind="blocked", label="舞台")
    layout["halls"][0]["columns"] = 5
    layout["halls"][0]["squares"] += [
        {"row": 0, "column": 3, "kind": "booth", "zone": "B"},
        {"row": 0, "column": 4, "kind": "booth"},
        {"row": 2, "column": 4, "kind": "entrance", "label": "北门"},
    ]
    assert save(fair, layout, planner) == 7
    known = {(one.row, one.column): one for one in list_booths(fair)}
    assert (known[0, 0].has_power, known[0, 0].is_large, known[0, 1].is_spare) == (True,) * 3
    assert (known[1, 0].kind, known[1, 0].label) == (BoothKind.BLOCKED, "舞台")
    assert (known[2, 4].kind, known[2, 4].label) == (BoothKind.ENTRANCE, "北门")
    assert [known[0, column].code for column in (3, 4)] == ["A07", "A08"]
    assert known[0, 3].zone == "B"
    assert {"A", "B"} <= {zone.zone for zone in list_zones(fair)}
    assert len(known) == 15


def test_a_smaller_hall_loses_its_last_squares(fair, planner):
    layout = drawn(fair)
    hall = layout["halls"][0]
    hall["squares"] = [one for one in hall["squares"] if one["row"] == 0]
    hall["rows"] = 1
    assert save(fair, layout, planner) == 3
    assert len(list_booths(fair)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[" * 100_000,
        "null",
        "[]",
        '{"halls": []}',
        '{"halls": [1]}',
        '{"halls": [{"name": "", "rows": 0, "columns": 1}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 99999999999}]}',
        '{"halls": [{"name": 3, "rows": 1, "columns": 1}]}',
        '{"halls": [{"name": "\\u0000", "rows": 1, "columns": 1}]}',
        '{"halls": [{"name": "", "rows": true, "columns": 1}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 1, "squares": {}}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 1, "squares": [{"row": 5, "column": 0, '
        '"kind": "booth"}]}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 1, "squares": [{"row": 0, "column": 0, '
        '"kind": "volcano"}]}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 1, "squares": [{"row": 0, "column": 0, '
        '"kind": "booth", "id": 99999999999999999999}]}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 1}, {"name": "", "rows": 1, "columns": 1}]}',
        '{"halls": [{"name": "", "rows": 1, "columns": 2, "squares": [{"row": 0, "column": 0, '
        '"kind": "booth", "code": "A1"}, {"row": 0, "column": 1, "kind": "booth", "code": '
        '"A1"}]}]}',
    ],
)
def test_what_no_editor_sends_is_refused_with_words(client, log_in, fair, planner, text):
    with pytest.raises(DomainError):
        read_layout(text)
    log_in(planner)
    address = f"/staff/fairs/{fair.slug}/plan/draw"
    answer = client.post(address, data={"layout": text, "version": str(now(fair))})
    assert answer.status_code == 303
    assert len(list_booths(fair)) == 9


def test_squares_of_another_fair_are_refused(fair, planner):
    other = make_coming_fair()
    make_grid(other, Grid(rows=1, columns=1, entrance=""), by=planner)
    with pytest.raises(DomainError):
        save(fair, drawn(other), planner)
    layout = drawn(fair)
    square(layout, 0, 1)["id"] = square(layout, 0, 0)["id"]
    with pytest.raises(DomainError):
        save(fair, layout, planner)


def test_the_second_of_two_editors_gets_both_versions_and_may_insist(client, log_in, fair, planner):
    log_in(planner)
    address = f"/staff/fairs/{fair.slug}/plan/draw"
    seen, mine = now(fair), drawn(fair)
    mark_square(fair, get_booth(fair, "A02").id, kind=BoothKind.BLOCKED, by=planner)
    data = {"layout": json.dumps(mine), "version": str(seen)}
    answer = client.post(address, data=data, headers=ZH)
    assert answer.status_code == 409
    assert "别人改过" in answer.text
    assert get_booth(fair, "A01").code == "A01"
    assert plan_of(fair).find("A02") is None
    data["version"] = str(now(fair))
    assert client.post(address, data=data | {"overwrite": "yes"}).status_code == 303
    assert plan_of(fair).find("A02") is not None
    for wrong in ("", "x", "９", "-1", "9" * 30):
        assert client.post(address, data=data | {"version": wrong}).status_code == 409


def test_a_template_is_copied_and_the_copy_is_the_fairs_own(fair, planner):
    one = keep_for_venue(fair, "常用布局", by=planner)
    other = make_coming_fair(venue=fair.venue)
    assert copy_from_venue(other, one, version=now(other), by=planner) == 6
    assert {b.code for b in plan_of(other).booths} == {b.code for b in plan_of(fair).booths}
    assert not {b.id for b in plan_of(other).booths} & {b.id for b in plan_of(fair).booths}
    mark_square(other, get_booth(other, "A01").id, kind=BoothKind.BLOCKED, by=planner)
    assert plan_of(fair).find("A01")
    assert one.to_layout().booths == 6
    mark_square(fair, get_booth(fair, "A02").id, kind=BoothKind.BLOCKED, by=planner)
    keep_for_venue(fair, "常用布局", by=planner)
    assert [kept.to_layout().booths for kept in list_layouts(fair.venue_id)] == [5]
    assert len(plan_of(other).booths) == 5
    assert plan_of(other).find("A02")


def test_a_copy_does_not_drive_anybody_out(fair, planner):
    kept = keep_for_venue(fair, "x", by=planner)
    assign_booth(make_participation(fair=fair), get_booth(fair, "A01"), by=planner)
    with pytest.raises(Conflict):
        copy_from_venue(fair, kept, version=now(fair), by=planner)


def test_the_pages_keep_copy_and_draw_templates(client, log_in, fair, planner):
    log_in(planner)
    address = f"/staff/fairs/{fair.slug}/plan"
    client.post(f"{address}/template", data={"name": "常用布局"})
    kept = list_layouts(fair.venue_id)[0]
    other = make_coming_fair(venue=fair.venue)
    page = client.get(f"/staff/fairs/{other.slug}/plan/layout", headers=ZH).text
    assert "常用布局" in page
    data = {"template": kept.id, "version": "1"}
    client.post(f"/staff/fairs/{other.slug}/plan/copy", data=data)
    assert len(plan_of(other).booths) == 6
    assert client.post(f"/staff/fairs/{other.slug}/plan/copy", data=data).status_code == 409
    for wrong in ("", "x", "9" * 40):
        answer = client.post(f"/staff/fairs/{other.slug}/plan/copy", data={"template": wrong})
        assert answer.status_code == 404
    editor = f"/staff/venues/{fair.venue_id}/layouts/{kept.id}"
    for headers, word in ((ZH, "保存展厅"), (EN, "Save the hall")):
        assert word in client.get(editor, headers=headers).text
        assert word in client.get(f"{address}/draw", headers=headers).text
    layout = kept.to_layout().to_plain()
    layout["halls"][0]["squares"][0]["kind"] = "blocked"
    data = {"layout": json.dumps(layout), "version": str(kept.version)}
    assert client.post(editor, data=data).status_code == 303
    assert client.post(editor, data=data).status_code == 409
    assert list_layouts(fair.venue_id)[0].to_layout().booths == 5
    venue = client.get(f"/staff/venues/{fair.venue_id}", headers=ZH).text
    assert f'action="{editor}/remove"' in venue
    client.post(f"{editor}/remove")
    assert client.get(editor).status_code == 404
    assert len(plan_of(other).booths) == 6


@pytest.mark.own_database
def test_of_two_who_save_one_drawing_at_one_moment_one_is_told(live_app):
    with live_app.app_context():
        planner, fair = make_staff(), make_coming_fair()
        make_grid(fair, Grid(rows=2, columns=3), by=planner)
        db.session.commit()
        fair_id, version = fair.id, now(fair)
        layout: Layout = layout_of(fair)

    def act(_index):
        with transaction():
            fair = db.session.get(Fair, fair_id)
            save_layout(fair, layout, version=version, by=make_actor())
        return "saved"

    results = run_together(live_app, 4, act)
    assert results.count("saved") == 1
    assert all(one == "saved" or isinstance(one, StaleVersion) for one in results), results
    with live_app.app_context():
        assert db.session.query(Booth).filter_by(fair_id=fair_id).count() == 9


class Nobody:
    """An actor for the log."""

    id, label = 1, "planner"


def make_actor():
    return Nobody()
