from hypothesis import given
from hypothesis import strategies as st

from app.core.words import (
    asked_runs,
    fold,
    is_han,
    is_too_short,
    needed_for,
    pattern_of,
    tokens_of,
)


def test_chinese_and_other_words_part_where_they_meet():
    assert fold("Java开发工程师（CNC）") == " java 开发工程师 cnc "
    assert fold("Ｃ++、C#、.NET") == " c++ c# net "
    assert fold("！？ \0") == ""


def test_chinese_is_held_by_pairs_and_words_as_they_are():
    assert list(tokens_of(" java 工程师 电 ")) == ["java", "工程", "程师"]
    assert needed_for("工程师") == ["工程", "程师"]


def test_a_word_is_found_by_its_beginning_and_chinese_anywhere():
    text = fold("高级JavaScript前端工程师")
    assert found(text, "java 前端")
    assert found(text, "级")
    assert not found(text, "script")


def test_no_more_than_eight_runs_are_looked_for():
    assert asked_runs("a b c d e f g h i j a") == list("abcdefgh")
    assert asked_runs("%_\\ ' \" *") == []


def found(text, words):
    return all(plain_look(text, run) for run in asked_runs(words))


def plain_look(text, run):
    return pattern_of(run)[1:-1] in text


@given(
    st.text(alphabet="机械电气工程师ab c+1", max_size=30), st.text("机械电气工程ab1", max_size=4)
)
def test_whatever_a_plain_look_finds_has_the_tokens(text, words):
    folded = fold(text)
    held = set(tokens_of(folded))
    for run in asked_runs(words):
        if plain_look(folded, run) and not is_too_short(run):
            if is_han(run):
                assert set(needed_for(run)) <= held
            else:
                assert any(token.startswith(run) for token in held)
