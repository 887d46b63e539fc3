"""The way to a booth, as squares and in words; finding one on the public plan."""

import re
from itertools import pairwise

import pytest
from flask_babel import force_locale

from app.core.db import db
from app.participations.models import Booth
from app.participations.queries import doors_of, plan_of, way_to
from app.participations.services import assign_booth
from app.participations.states import BoothKind
from app.participations.walking import find_squares
from tests.factories import make_coming_fair, make_employer, make_participation, make_staff

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}
KINDS = {
    ".": BoothKind.AISLE,
    "B": BoothKind.BOOTH,
    "#": BoothKind.BLOCKED,
    "E": BoothKind.ENTRANCE,
}


def drawn(picture):
    return {
        (row, column): (KINDS[mark], "")
        for row, line in enumerate(picture.split())
        for column, mark in enumerate(line)
        if mark != "_"
    }


def hall_of(picture, labels=("South door", "North door")):
    """A fair whose hall is drawn in letters; booths are called by row and column."""
    fair, labels = make_coming_fair(), list(labels)
    for (row, column), (kind, _label) in drawn(picture).items():
        is_booth = kind is BoothKind.BOOTH
        db.session.add(
            Booth(
                fair=fair,
                row=row,
                column=column,
                kind=kind,
                zone="A" if is_booth else "",
                code=f"A{row}{column}" if is_booth else None,
                label=labels.pop(0) if kind is BoothKind.ENTRANCE else "",
            )
        )
    db.session.commit()
    return fair


PICTURE = """
    BB.BB.BB
    BB.BB.BB
    ........
    BB.BB.BB
    ...E....
"""


@pytest.mark.parametrize(
    ("start", "goal", "steps"),
    [((4, 3), (3, 3), 1), ((4, 3), (0, 4), 7), ((4, 3), (1, 0), 6), ((4, 3), (0, 7), 0)],
)
def test_the_shortest_way_goes_around_what_stands_there(start, goal, steps):
    squares = find_squares(drawn(PICTURE), start, goal)
    assert len(squares) == steps
    assert all(drawn(PICTURE)[one][0] is not BoothKind.BOOTH for one in squares)
    for before, after in pairwise(squares):
        assert abs(before[0] - after[0]) + abs(before[1] - after[1]) == 1


def test_walls_are_walked_around():
    picture = """
        B....
        ####.
        ...E.
    """
    squares = find_squares(drawn(picture), (2, 3), (0, 0))
    assert squares == ((2, 3), (2, 4), (1, 4), (0, 4), (0, 3), (0, 2), (0, 1))


def test_of_ways_as_long_the_straightest_is_told():
    picture = """
        B.....
        ......
        ......
        .....E
    """
    squares = find_squares(drawn(picture), (3, 5), (0, 0))
    turns = sum(
        (b[0] - a[0], b[1] - a[1]) != (c[0] - b[0], c[1] - b[1])
        for a, b, c in zip(squares, squares[1:], squares[2:], strict=False)
    )
    assert turns == 1


def test_a_row_with_its_back_to_the_wall_is_reached_along_the_wall():
    picture = """
        BBB.
        BBB.
        ...E
    """
    assert find_squares(drawn(picture), (2, 3), (0, 1)) == ()
    assert find_squares(drawn(picture), (2, 3), (0, 1), outside=True)[-1] == (-1, 1)


def test_a_booth_behind_walls_has_no_way():
    picture = """
        B#.
        ##.
        ..E
    """
    assert find_squares(drawn(picture), (2, 2), (0, 0)) == ()


@pytest.mark.parametrize(
    ("code", "headers", "words"),
    [
        (
            "A01",
            EN,
            [
                "From South door turn left at once",
                "first aisle on the right",
                "A01 is on your left",
            ],
        ),
        ("A33", EN, ["A33 is straight ahead"]),
        ("A33", ZH, ["从South door进", "A33 就在正前方"]),
        ("A01", ZH, ["从South door进，马上左转", "A01 在左手边"]),
    ],
)
def test_the_way_is_told_in_both_languages(client, code, headers, words):
    fair = hall_of(PICTURE)
    page = client.get(f"/fairs/{fair.slug}/plan?booth={code}", headers=headers).text
    steps = re.findall(r"<li>(.*?)</li>", page.split("xp-waywords")[1].split("</ol>")[0])
    assert "%(" not in page
    assert 'class="way"' in page
    for word in words[:1] + words[-1:]:
        assert any(word in step for step in steps), steps


def test_the_second_aisle_is_called_the_second():
    fair = hall_of(
        """
        B.B.B
        B.B.B
        .....
        E####
    """
    )
    view = plan_of(fair)
    with force_locale("en"):
        way = way_to(view, "A04")
    assert way.words == (
        "From South door go straight on",
        "first aisle on the right",
        "second aisle on the left",
        "A04 is on your right",
    )


def test_the_nearest_door_is_taken_unless_another_is_wished():
    picture = """
        E...
        BBBB
        ....
        ...E
    """
    fair = hall_of(picture, ["North door", "South door"])
    view = plan_of(fair)
    with force_locale("en"):
        assert [door.label for door in doors_of(view.halls[0])] == ["North door", "South door"]
        assert way_to(view, "A10").door.label == "North door"
        assert way_to(view, "A10", 1).door.label == "South door"
        assert way_to(view, "A10", 99).door.label == "North door"
        assert way_to(view, "Z99") is None


def test_a_hall_without_a_door_shows_the_booth_and_no_way(client):
    fair = hall_of("B.B")
    page = client.get(f"/fairs/{fair.slug}/plan?booth=A00", headers=ZH)
    assert page.status_code == 200
    assert "xp-waywords" not in page.text


@pytest.mark.parametrize("words", ["瓯屿", "oy", "OUYU", "a33"])
def test_an_employer_is_found_on_the_plan_and_its_booth_is_framed(client, words):
    fair = hall_of(PICTURE)
    employer = make_employer(
        name="瓯屿智造有限公司", short_name="瓯屿", name_en="Ouyu", initials="oyzz"
    )
    booth = next(one for hall in plan_of(fair).halls for one in hall.booths if one.code == "A33")
    row = db.session.get(Booth, booth.id)
    assign_booth(make_participation(fair=fair, employer=employer), row, by=make_staff())
    assign_booth(
        make_participation(fair=fair),
        db.session.get(Booth, plan_of(fair).find("A34").id),
        by=make_staff(),
    )
    page = client.get(f"/fairs/{fair.slug}/plan", query_string={"q": words}, headers=ZH).text
    assert page.count('class="booth is-fit"') == 1
    assert "找到 1 个展位" in page
    none = client.get(f"/fairs/{fair.slug}/plan?q=nobody", headers=ZH).text
    assert "没有这个名字" in none


@pytest.mark.parametrize(
    "query", ["booth=%00", "booth=😀", "q=%00", "q=" + "x" * 900, "door=x&booth=A33", "door=-1"]
)
def test_odd_questions_get_a_page(client, query):
    fair = hall_of(PICTURE)
    assert client.get(f"/fairs/{fair.slug}/plan?{query}").status_code == 200


def test_every_zone_differs_by_pattern_as_well_as_by_colour(client):
    fair = make_coming_fair()
    for number in range(14):
        zone = chr(65 + number)
        booth = Booth(fair=fair, row=0, column=number, zone=zone, code=f"{zone}1")
        db.session.add(booth)
        db.session.commit()
        assign_booth(make_participation(fair=fair), booth, by=make_staff())
    page = client.get(f"/fairs/{fair.slug}/plan").text
    looks = []
    for part in page.split('class="booth ')[1:15]:
        tint = re.search(r'<rect class="(z[a-f])"', part)[1]
        pattern = re.search(r"url\(#plan1-(p\d)\)", part)
        looks.append((tint, pattern and pattern[1]))
    assert len(set(looks)) == 14
