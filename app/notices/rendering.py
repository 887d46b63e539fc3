"""A notice as the recipient reads it, in their language."""

import logging
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale

from app.notices.models import Notice
from app.notices.services import unpack
from app.web.i18n import is_english
from app.web.links import external_url

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """The three forms of a notice: a mail's subject and text, what an inbox shows, a message."""

    subject: str
    text: str
    content: str
    sms: str


def read(notice: Notice) -> Letter | None:
    """A notice in the language of whoever looks at the page; None if it has no words any more.

    A list of them does not fall over one whose template was lost or wants more than it got.
    """
    if notice.payload is None:
        return None
    try:
        return compose(notice.template, unpack(notice.payload))
    except Exception:
        log.exception("notice %s (%s) cannot be made", notice.uid, notice.template)
        return None


def write(notice: Notice) -> Letter:
    """A notice in the language of its recipient."""
    with force_locale(notice.locale):
        return compose(notice.template, unpack(notice.payload or {}))


def compose(name: str, payload: dict[str, Any]) -> Letter:
    """Fill the template of a notice. Its blocks are ``subject``, ``content`` and maybe ``sms``.

    Besides the payload a template may use ``external_url(endpoint, …)`` and ``pick(zh, en)``.
    """
    template = current_app.jinja_env.get_template(f"emails/{name}.txt")
    context: dict[str, Any] = {"external_url": external_url, "pick": pick, **payload}
    current_app.update_template_context(context)

    def block(part: str) -> str:
        if part not in template.blocks:
            return ""
        return "".join(template.blocks[part](template.new_context(context)))

    subject, content = _one_line(block("subject")), _tidy(block("content"))
    sms = _one_line(block("sms")) or subject
    return Letter(subject, _tidy(template.render(context)), content, sms)


def pick(zh: str | None, en: str | None) -> str:
    """Of two texts the one in the reader's language, else the other."""
    return (en or zh or "") if is_english() else (zh or en or "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """Without the blank lines that template tags leave behind: at most one in a row."""
    lines: list[str] = []
    for line in (raw.strip() for raw in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines)
