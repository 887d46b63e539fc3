import pytest
from argon2 import PasswordHasher

from app.accounts.services import (
    WeakPassword,
    check_new_password,
    hash_password,
    needs_rehash,
    verify_password,
)


def test_a_password_fits_its_own_hash_only():
    kept = hash_password("correct horse battery")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(kept, "correct horse battery")
    assert not verify_password(kept, "correct horse battery!")


def test_nobodys_password_never_fits():
    assert not verify_password(None, "nobody has this password")
    assert not verify_password("rubbish", "whatever else")


def test_a_hash_with_other_parameters_is_made_anew():
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x")
    assert needs_rehash(old)
    assert not needs_rehash(hash_password("x"))


@pytest.mark.parametrize(
    "typed",
    [
        "short",
        "123456789",
        "1234567890",
        "PASSWORD123",
        "aaaaaaaaaaaa",
        "lin.mei@example.org",
        "x" * 129,
    ],
)
def test_short_endless_common_and_own_words_are_refused(typed):
    with pytest.raises(WeakPassword):
        check_new_password(typed, about=("lin.mei@example.org", "林梅"))


@pytest.mark.parametrize("typed", ["只用汉字也可以的长密码", "correct horse", "1029384756z"])
def test_length_counts_composition_does_not(typed):
    check_new_password(typed, about=("lin.mei@example.org", "林梅"))
