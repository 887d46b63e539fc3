from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import (
    CROCKFORD,
    checksum,
    encode_crockford,
    normalise,
    random_code,
    random_short_code,
    uuid7,
)

codes = st.text(alphabet=CROCKFORD, min_size=26, max_size=26)


@given(codes, st.integers(0, 25), st.sampled_from(CROCKFORD))
def test_one_wrong_character_is_always_noticed(code, place, other):
    wrong = code[:place] + other + code[place + 1 :]
    assert (checksum(wrong) == checksum(code)) == (wrong == code)


@given(codes, st.integers(0, 24))
def test_two_swapped_neighbours_are_always_noticed(code, place):
    a, b = code[place], code[place + 1]
    wrong = code[:place] + b + a + code[place + 2 :]
    assert (checksum(wrong) == checksum(code)) == (wrong == code)


def test_look_alikes_are_read_as_they_were_meant():
    assert normalise(" o0-iL 1 ") == "00111"


def test_a_code_of_128_bits_has_26_characters():
    assert len(encode_crockford(bytes(16))) == 26
    assert encode_crockford(b"\xff" * 5) == "ZZZZZZZZ"


def test_random_codes_keep_to_their_alphabets():
    assert set(random_code()) <= set(CROCKFORD)
    assert not set("01OIL") & set(random_short_code() * 20)


def test_uuids_of_version_seven_sort_by_time():
    first = uuid7()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
