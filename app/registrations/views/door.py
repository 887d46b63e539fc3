"""The blueprint of this room, and what its pages remember of a browser."""

import base64
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import Blueprint, Response, make_response, request, session
from flask_babel import get_locale
from flask_login import current_user

from app.accounts import services as accounts
from app.accounts import sessions as browser
from app.accounts.states import CodePurpose
from app.core.crypto import decrypt, encrypt
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.notices.services import budget_of
from app.registrations import sessions
from app.registrations.models import Registration
from app.students import queries as students
from app.students.models import Student
from app.tours.models import Fair
from app.web.errors import sentence

bp = Blueprint("registrations", __name__)

# fair, sealed phone, whether the code may be left out
ASKED = "registering"
LONGEST_GATE = 40


def gate_code() -> str:
    """The gate whose poster brought somebody here; it travels in the address."""
    code = request.args.get("gate", "")
    return code if code.isascii() and code.isalnum() and len(code) <= LONGEST_GATE else ""


def own_student() -> Student | None:
    """The student who is signed in, if one is and has a profile."""
    if not (current_user.is_authenticated and current_user.is_student):
        return None
    return students.find_student(current_user)


def is_at_work() -> bool:
    """Whether somebody is signed in who is no student."""
    return bool(current_user.is_authenticated and not current_user.is_student)


def locale_name() -> str:
    """The language of the page being made, as accounts and notices keep it."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh_Hans"


def send_code(fair: Fair, phone: str) -> str:
    """Send a code; "" if it is on its way, else why not, in the reader's words."""
    try:
        with transaction():
            accounts.request_code(
                CodePurpose.LOGIN,
                phone,
                nonce=browser.nonce(),
                locale=locale_name(),
                budget_key=budget_of(fair.id),
            )
    except DomainError as error:
        return sentence(error)
    return ""


def remember_phone(fair: Fair, phone: str, *, without_code: bool = False) -> None:
    """Keep the number for the next step, sealed."""
    sealed = encrypt("session", phone.encode())
    session[ASKED] = [fair.slug, base64.urlsafe_b64encode(sealed).decode(), without_code]


def asked_phone(fair: Fair) -> tuple[str, bool] | None:
    """The number given a step ago for this fair, and whether its code may be left out."""
    asked: Any = session.get(ASKED)
    if not asked or asked[0] != fair.slug:
        return None
    try:
        phone = decrypt("session", base64.urlsafe_b64decode(asked[1])).decode()
    except InvalidTag:
        return None
    return phone, bool(asked[2])


def remember_walk_in(registration: Registration) -> None:
    """Keep in this browser which ticket without an account is its own."""
    sessions.remember_walk_in(registration)
    session.pop(ASKED, None)


def private(answer: Any) -> Response:
    """An answer nobody keeps a copy of, signed in or not."""
    response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
