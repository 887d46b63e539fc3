import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from app.accounts.permissions import Role
from app.core import crypto
from app.core.db import db
from tests.databases import TEST_SECRET, TEST_TICKET_KEYS
from tests.factories import make_user


@pytest.fixture(autouse=True)
def _keys():
    yield
    crypto.configure(TEST_SECRET, (), TEST_TICKET_KEYS)


def test_a_sealed_text_opens_under_a_former_secret():
    crypto.configure("the old secret " * 3, (), TEST_TICKET_KEYS)
    sealed = crypto.encrypt("phone", b"13800138000")
    crypto.configure("the new secret " * 3, ("the old secret " * 3,), TEST_TICKET_KEYS)
    assert crypto.decrypt("phone", sealed) == b"13800138000"


def test_a_sealed_text_of_one_purpose_does_not_open_for_another():
    with pytest.raises(InvalidTag):
        crypto.decrypt("name", crypto.encrypt("phone", b"x"))


def test_a_lookup_survives_a_new_secret():
    crypto.configure("old " * 10, (), TEST_TICKET_KEYS)
    before = crypto.keyed_hash("phone", "13800138000")
    crypto.configure("new " * 10, ("old " * 10,), TEST_TICKET_KEYS)
    assert crypto.keyed_hash("phone", "13800138000") == before


def test_a_signed_text_is_read_back_and_a_forged_one_is_not():
    signed = crypto.signed_text("pass", {"gate": 3})
    assert crypto.read_signed_text("pass", signed) == {"gate": 3}
    assert crypto.read_signed_text("other", signed) is None
    assert crypto.read_signed_text("pass", signed[:-1]) is None
    assert crypto.read_signed_text("pass", "通行证.é") is None


def test_a_phone_is_not_in_the_database_in_clear():
    user = make_user(Role.STUDENT, phone="13800138000")
    row = db.session.execute(text('SELECT phone FROM "user" WHERE id = :id'), {"id": user.id}).one()
    assert b"13800138000" not in bytes(row[0])
