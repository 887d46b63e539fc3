"""Wordings a reviewer should look at."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employers import wording
from app.employers.states import WordingKind
from app.employers.wording import Hint, find_all, find_hints, hints_in, read_openings


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


# ------------------------------------------------------------- texts that are not searched at all

PARTS = "男女限性别不优先招要求male only仅婚育已未户籍口本地当人温州岁年龄 0后35-周以下985"
PARTS += "非院校乙肝身高1.7汉族 \n\u3000５ＭＡＬＥﬁé①㎏ｶﾞ\u0301"
FINDS = st.one_of([st.from_regex(pattern) for _, _, pattern in wording._PATTERNS])
TEXTS = st.one_of(st.text(PARTS, max_size=40), st.text(max_size=20), FINDS)


def search_all(text):
    """Every pattern over the whole text, as it would be without looking for its words first."""
    folded, places = wording._fold(text)
    found = [
        Hint(kind, match[0][:24], places[match.start()], places[match.end() - 1] + 1)
        for kind, _, pattern in wording._PATTERNS
        for match in pattern.finditer(folded)
    ]
    return sorted(found, key=lambda hint: (hint.start, -hint.end))


@given(TEXTS)
def test_looking_for_its_words_first_loses_no_wording(text):
    assert find_all(text) == search_all(text)


@pytest.mark.parametrize("kind", list(WordingKind))
@given(data=st.data())
def test_every_find_of_a_rule_holds_one_of_the_words_it_needs(kind, data):
    needs, pattern = next(one[1:] for one in wording._PATTERNS if one[0] is kind)
    text = unicodedata.normalize("NFKC", data.draw(st.from_regex(pattern)))
    for found in pattern.finditer(text):
        assert any(word in found[0].lower() for word in needs)


def test_needed_words_are_lower_case_and_have_no_letter_with_a_third_form():
    # Dotless i and long s are an i and an s where case is ignored, and are neither in lower case.
    assert [
        word for word in wording._NEEDED if word != word.lower() or re.search("[is]", word)
    ] == []
