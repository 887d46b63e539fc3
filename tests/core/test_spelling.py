"""Chinese words in Latin letters."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from app.core.spelling import spell, spell_each

APP = Path(__file__).parents[2] / "app"
WORDS = st.sampled_from(
    ["温州", "瑞安", "重庆", "银行", "长乐", "机械", "有限公司", "了", "Ａ", "ab ", "1号"]
)


@given(st.lists(WORDS | st.text(max_size=4), max_size=5).map("".join))
def test_a_word_is_spelt_as_if_it_had_never_been_spelt_before(text):
    for style in (Style.NORMAL, Style.FIRST_LETTER):
        found = spell(text, initials=style is Style.FIRST_LETTER)
        assert found == lazy_pinyin(text, style=style, errors="default")


def first_three(text):
    return text[:3]


@given(st.lists(WORDS | st.text(max_size=4), max_size=5).map("".join))
def test_what_is_no_chinese_becomes_what_its_reader_makes_of_it(text):
    assert spell_each(text) == lazy_pinyin(text, errors=list)
    expected = lazy_pinyin(text, style=Style.FIRST_LETTER, errors=first_three)
    assert spell(text, initials=True, other=first_three) == expected
    assert spell(text) == lazy_pinyin(text)


def test_pypinyin_is_asked_at_one_address():
    asks = re.compile(r"^\s*(?:from|import) pypinyin", re.MULTILINE)
    users = [path for path in APP.rglob("*.py") if asks.search(path.read_text("utf-8"))]
    assert users == [APP / "core/spelling.py"]


def test_what_was_spelt_may_be_changed():
    spell("温州银行").clear()
    assert spell("温州银行") == ["wen", "zhou", "yin", "hang"]
