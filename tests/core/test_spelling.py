"""Chinese words in Latin letters."""

from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from app.core.spelling import spell

WORDS = st.sampled_from(
    ["温州", "瑞安", "重庆", "银行", "长乐", "机械", "有限公司", "了", "Ａ", "ab ", "1号"]
)


@given(st.lists(WORDS | st.text(max_size=4), max_size=5).map("".join))
def test_a_word_is_spelt_as_if_it_had_never_been_spelt_before(text):
    for style in (Style.NORMAL, Style.FIRST_LETTER):
        assert spell(text, style) == lazy_pinyin(text, style=style, errors="default")


def test_what_was_spelt_may_be_changed():
    spell("温州银行").clear()
    assert spell("温州银行") == ["wen", "zhou", "yin", "hang"]
