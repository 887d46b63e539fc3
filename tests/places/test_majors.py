import pytest

from app.places.majors import (
    Match,
    categories,
    categories_of,
    match,
    names_category,
    tidy_major,
)


def test_the_catalogue_is_whole():
    assert len(categories()) == 91
    assert categories()["0802"].name_zh == "机械类"
    assert all(one.name_en for one in categories().values())


@pytest.mark.parametrize(
    ("wanted", "own", "how"),
    [
        ([], "考古学", Match.ANY),
        (["专业不限"], "考古学", Match.ANY),
        (["会计学", "财务管理"], "会计学", Match.SAME),
        (["机械工程专业"], "机械工程", Match.SAME),
        (["机械设计"], "机械设计制造及其自动化", Match.PART),
        (["电气工程及其自动化"], "电气工程", Match.PART),
        (["机械类"], "车辆工程", Match.CATEGORY),
        (["机械工程类"], "车辆工程", Match.CATEGORY),
        (["计算机相关专业"], "软件工程", Match.CATEGORY),
        (["计算机"], "软件工程", Match.CATEGORY),
        (["理工科"], "软件工程", Match.CATEGORY),
        (["会计学"], "机械工程", None),
        (["自动化"], "机器人工程", None),
        (["机械类"], "", None),
    ],
)
def test_majors_match_by_name_by_part_or_by_category(wanted, own, how):
    found = match(wanted, own)
    assert (found and found[0]) == how


def test_the_best_match_is_named():
    assert match(["机械类", "机械工程"], "机械工程") == (Match.SAME, "机械工程")
    assert match(["理工科", "机械类"], "车辆工程") == (Match.CATEGORY, "理工科")


def test_an_unknown_major_takes_the_category_of_the_longest_known_one_in_it():
    assert categories_of("机械工程（智能制造方向）") == {"0802"}
    assert categories_of("鱼类行为艺术") == set()
    assert names_category("自动化") == set()
    assert names_category("自动化类") == {"0808"}


@pytest.mark.parametrize("odd", ["", " ", "\0", "😀", "类", "专业", "a" * 5000, "%_"])
def test_odd_words_match_nothing_and_break_nothing(odd):
    assert tidy_major(odd) is not None
    assert categories_of(odd) == set()
    assert match([odd], "机械工程") in (None, (Match.ANY, ""))
