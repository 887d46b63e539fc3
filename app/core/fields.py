"""A JSON object that somebody sent, and its fields one by one: a value or :class:`BadField`.

What comes from devices is not trusted and not refused as a whole: whoever reads an object
catches :class:`BadField` and keeps that one object aside.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson

from app.core import errors
from app.core.text import N_

# What a door reads of one call at most.
LARGEST_BODY = 256 * 1024
GREATEST = (1 << 31) - 1
YEARS = range(2000, 2100)

T = TypeVar("T")


class NotACall(errors.Unreadable):
    """The body is not JSON, or no object."""


class CallTooLarge(errors.TooLarge):
    """More bytes than a call may have: halve it."""

    message = N_("Send at most 256 kB at once.")


class BadField(ValueError):
    """A field that is not what it should be; the text says which."""


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises :class:`NotACall`."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotACall() from error
    if not isinstance(found, dict):
        raise NotACall()
    return found


def read_required(
    read: Callable[..., T | None], told: Mapping[str, Any], name: str, **given: Any
) -> T:
    """A field by one of the readers below, which has to be there."""
    value = read(told, name, **given)
    if value is None:
        raise BadField(name)
    return value


def read_if_right(
    read: Callable[..., T | None], told: Mapping[str, Any], name: str, **given: Any
) -> T | None:
    """A field by one of the readers below; None too where it is not what it should be."""
    try:
        return read(told, name, **given)
    except BadField:
        return None


def read_uuid(told: Mapping[str, Any], name: str) -> UUID:
    """An id in its usual 36 characters, so that it can be named in the answer as it was sent."""
    text = told.get(name)
    try:
        id_ = UUID(text)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadField(name) from error
    if str(id_) != text:
        raise BadField(name)
    return id_


def read_number(told: Mapping[str, Any], name: str, *, least: int) -> int | None:
    """A whole number from ``least`` to :data:`GREATEST`."""
    value = told.get(name)
    if value is None:
        return None
    if type(value) is not int or not least <= value <= GREATEST:
        raise BadField(name)
    return value


def read_moment(told: Mapping[str, Any], name: str) -> datetime | None:
    """A moment in ISO 8601 with its offset, of the years 2000 to 2099."""
    text = told.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise BadField(name) from error
    if moment.utcoffset() is None or moment.year not in YEARS:
        raise BadField(name)
    return moment


def read_word(told: Mapping[str, Any], name: str, words: type[T]) -> T | None:
    """A member of an enum by its value."""
    value = told.get(name)
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return words(value)  # type: ignore[call-arg]
    except ValueError:
        pass
    raise BadField(name)


def read_bytes(told: Mapping[str, Any], name: str, *, length: int) -> bytes | None:
    """So many bytes as hex digits."""
    text = told.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or len(text) != 2 * length or not text.isascii():
        raise BadField(name)
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise BadField(name) from error
    if len(found) != length:
        raise BadField(name)
    return found


def one_line(text: str) -> str:
    """A text as one line, without what no database or page takes."""
    return "".join(ch for ch in text if ch.isprintable()).strip()
