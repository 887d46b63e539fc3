"""Numbers of companies, and numbers of people that must not pass for them."""

import pytest
from stdnum.cn import uscc

from app.employers.uscc import ALPHABET, NumberRefused, PersonalNumber, check_uscc


def with_check(seventeen):
    return seventeen + uscc.calc_check_digit(seventeen)


GOOD = with_check("91330302MA2ABCDE1")
# The example of the standard for ID numbers, GB 11643-1999.
PERSON = "11010519491231002X"


def test_a_credit_code_is_kept_in_capitals_without_blanks():
    assert check_uscc(f" {GOOD[:8].lower()} {GOOD[8:]} ").uscc == GOOD
    assert check_uscc(GOOD).warning == ""


def test_full_width_characters_are_read():
    wide = "".join(chr(ord(ch) + 0xFEE0) for ch in GOOD)
    assert check_uscc(wide).uscc == GOOD


def test_letters_in_the_first_two_places_warn_but_do_not_block():
    number = with_check("A1330302MA2ABCDE1")
    checked = check_uscc(number)
    assert checked.uscc == number
    assert checked.warning


@pytest.mark.parametrize("place", range(18))
def test_any_wrong_character_is_noticed(place):
    other = next(ch for ch in "27" if ch != GOOD[place])
    with pytest.raises(NumberRefused):
        check_uscc(GOOD[:place] + other + GOOD[place + 1 :])


def test_an_id_number_is_refused_and_not_repeated():
    with pytest.raises(PersonalNumber) as refused:
        check_uscc(PERSON)
    assert PERSON not in str(refused.value)
    assert PERSON not in str(refused.value.params)


def test_an_id_number_that_passes_as_a_credit_code_is_still_refused():
    # Some 3 % of ID numbers do; this walks the serials of one birthday until one is found.
    from stdnum.cn import ric

    both = []
    for serial in range(1000):
        stem = f"33030219900307{serial:03d}"
        number = stem + ric.calc_check_digit(stem + "0")
        if uscc.is_valid(number):
            both.append(number)
    assert both
    for number in both:
        with pytest.raises(PersonalNumber):
            check_uscc(number)


def test_a_mistyped_id_number_is_treated_as_one():
    with pytest.raises(PersonalNumber):
        check_uscc("110105194912310021")


def test_fifteen_digits_are_an_old_registration_number():
    checked = check_uscc("330302000012345")
    assert checked.registration_number == "330302000012345"
    assert checked.uscc is None


def test_fifteen_digits_with_a_birthday_are_refused():
    with pytest.raises(PersonalNumber):
        check_uscc("330302800101123")


@pytest.mark.parametrize("text", ["", "123", "O" * 18, "😀" * 18, "9" * 400, "91330302MA2ABCDEI1"])
def test_anything_else_is_refused(text):
    with pytest.raises(NumberRefused):
        check_uscc(text)


def test_the_alphabet_is_that_of_the_standard():
    assert len(ALPHABET) == 31
    assert not set("IOZSV") & set(ALPHABET)
