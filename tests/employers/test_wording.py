"""Wordings a reviewer should look at."""

import pytest

from app.employers.states import WordingKind
from app.employers.wording import find_hints, hints_in, read_openings


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("本岗位限男", "限男", WordingKind.GENDER),
        ("仅限男性", "仅限男性", WordingKind.GENDER),
        ("男士优先", "男士优先", WordingKind.GENDER),
        ("女性优先考虑", "女性优先", WordingKind.GENDER),
        ("性别：女", "性别:女", WordingKind.GENDER),
        ("Male only", "Male only", WordingKind.GENDER),
        ("已婚已育优先", "已婚已育优先", WordingKind.MARRIAGE),
        ("仅限本地户籍", "仅限本地户籍", WordingKind.HOUSEHOLD),
        ("温州户口优先", "温州户口优先", WordingKind.HOUSEHOLD),
        ("35周岁以下", "35周岁以下", WordingKind.AGE),
        ("35 周岁以下", "35周岁以下", WordingKind.AGE),
        ("年龄35岁以内", "年龄35岁以内", WordingKind.AGE),
        ("年龄不超过40", "年龄不超过40", WordingKind.AGE),
        ("年龄不超过40周岁", "年龄不超过40周岁", WordingKind.AGE),
        ("18-35岁", "18-35岁", WordingKind.AGE),
        ("35周岁(含)以下", "35周岁(含)以下", WordingKind.AGE),
        ("90后优先", "90后优先", WordingKind.AGE),
        ("仅限985、211高校毕业", "仅限985、211高校毕业", WordingKind.SCHOOL),
        ("非985/211勿扰", "非985/211勿扰", WordingKind.SCHOOL),
        ("需查乙肝", "乙肝", WordingKind.HEALTH),
        ("身高1.65以上", "身高1.65", WordingKind.APPEARANCE),
        ("限汉族", "限汉族", WordingKind.ORIGIN),
    ],
)
def test_such_wording_is_found(text, words, kind):
    found = find_hints(text)
    assert [hint.words for hint in found] == [words]
    assert found[0].kind is kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "男女不限",
        "性别不限",
        "性别：男女不限",
        "不限男女",
        "男女优先级相同",
        "年满18周岁",
        "18周岁以上",
        "户籍不限",
        "全日制本科及以上学历，机械相关专业",
        "双一流建设学科有合作项目",
        "能适应35%以下的出差",
        "负责男装设计，熟悉女鞋工艺",
        "有亲和力，沟通能力好",
        "投资额30-50万元",
    ],
)
def test_ordinary_wording_is_left_alone(text):
    assert hints_in(text) == []


def test_each_wording_is_named_once_in_the_order_of_the_text():
    assert hints_in("35周岁以下，限男。再说一遍：限男") == ["35周岁以下", "限男"]


@pytest.mark.parametrize(
    ("text", "openings"),
    [("3", 3), ("3人", 3), ("１２名", 12), ("若干", None), (" ", None), ("不限", None)],
)
def test_openings_are_read(text, openings):
    assert read_openings(text) == openings


@pytest.mark.parametrize("text", ["0", "-1", "三个", "3-5人", "😀", "9" * 20])
def test_openings_nobody_can_count_are_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_openings(text)
