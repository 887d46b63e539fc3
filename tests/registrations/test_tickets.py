import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import CROCKFORD, SHORT
from app.core.crypto import configure
from app.registrations.tickets import (
    hash_of,
    make_code,
    read_code,
    read_short_code,
    show_short_code,
)
from tests.databases import TEST_SECRET

KEYS = {1: "the first ticket key, long enough to pass", 2: "the second one, long enough to pass"}


@pytest.fixture(autouse=True, scope="module")
def keys(app):
    configure(TEST_SECRET, (), KEYS)
    yield
    settings = app.config["SETTINGS"]
    configure(settings.secret_key, (), settings.ticket_keys)


names = st.text(alphabet=CROCKFORD, min_size=26, max_size=26)
codes = st.builds(make_code, names, st.integers(0, 99), st.sampled_from([1, 2]))


@given(codes)
def test_a_code_is_read_back_from_its_address_and_by_itself(code):
    assert len(code) == 28
    assert read_code(code) == code
    assert read_code(f"https://xunpin.example/t/{code}") == code
    assert read_code(f"HTTPS://XUNPIN.EXAMPLE/T/{code}") == code
    assert read_code(f" http://10.0.0.7:8000/t/{code.lower()}/?from=wechat#top ") == code
    assert len(hash_of(code)) == 16


@given(codes, st.integers(0, 27), st.sampled_from(CROCKFORD))
def test_one_wrong_character_is_noticed(code, place, other):
    typed = code[:place] + other + code[place + 1 :]
    assert read_code(typed) == (code if typed == code else None)


@given(codes, st.integers(0, 26))
def test_two_swapped_neighbours_are_noticed(code, place):
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert read_code(typed) == (code if typed == code else None)


@given(codes)
def test_look_alikes_groups_and_full_width_letters_are_read_as_meant(code):
    typed = code.replace("0", "O").replace("1", "l").lower()
    assert read_code("-".join(typed[i : i + 4] for i in range(0, 28, 4))) == code
    assert read_code("".join(chr(ord(ch) + 0xFEE0) for ch in code)) == code


@given(st.text(max_size=600))
def test_foreign_text_is_never_a_code(text):
    assert read_code(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://xunpin.example/t/",
        "https://xunpin.example/b/",
        "6901234567892",
        "WIFI:S:campus;T:WPA;P:secret;;",
        "陈思远",
        "\x00" * 28,
        "0" * 27,
        "U" * 28,
    ],
)
def test_what_else_people_scan_is_no_code(text):
    assert read_code(text) is None


def test_a_code_in_another_address_is_not_taken_for_a_ticket():
    code = make_code("A" * 26, 0, 1)
    assert read_code(f"https://xunpin.example/b/{code}") is None


def test_a_generation_and_a_key_make_another_code():
    made = {make_code("A" * 26, generation, key) for generation in range(5) for key in (1, 2)}
    assert len(made) == 10
    assert make_code("A" * 26, 3, 1) == make_code("A" * 26, 3, 1)


@given(st.text(alphabet=SHORT, min_size=6, max_size=6))
def test_a_short_code_is_read_however_it_is_typed(code):
    assert read_short_code(code) == code
    assert read_short_code(f" {show_short_code(code).lower()} ") == code
    assert read_short_code(code.replace("V", "u")) == code


@pytest.mark.parametrize(
    "text", ["", "7K4M9", "7K4M922", "0K4M92", "7K4M9I", "陈思远陈思远", "7K4M9é"]
)
def test_what_cannot_be_a_short_code_is_none(text):
    assert read_short_code(text) is None
