"""The ways out of the house: a file, a mail server, a gateway for text messages.

Only the worker uses them. Each either delivers or raises :class:`NotDelivered`; none waits
longer than ten seconds.
"""

import hmac
import json
import logging
import secrets
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, current_app
from flask_mailman import EmailMessage, Mail
from flask_mailman.backends.smtp import EmailBackend

from app.core.clock import utcnow
from app.notices.models import Notice
from app.notices.rendering import Letter, write
from app.notices.states import Channel
from app.notices.templates import SMS_TEMPLATES, template_of
from app.web.links import external_url

log = logging.getLogger(__name__)

TIMEOUT = 10
Way = Callable[[Notice, Letter], None]


class NotDelivered(Exception):
    """A notice did not go out. ``is_down`` says that the way is shut, not that this one failed."""

    def __init__(self, reason: str, *, is_down: bool = False) -> None:
        super().__init__(reason)
        self.is_down = is_down


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How this installation sends: ``mail`` is log or smtp, ``sms`` is log or http.

    ``in_clear`` writes words and addresses into the log; ``is_demo`` shows them to everybody.
    """

    folder: Path
    in_clear: bool = False
    is_demo: bool = False
    mail: str = "log"
    mail_sender: str = "xunpin@localhost"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: bool = False
    sms: str = "log"
    sms_url: str = ""
    sms_key_id: str = ""
    sms_key: str = field(default="", repr=False)
    sms_sign_name: str = ""
    sms_templates: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> frozenset[str]:
        """Which notices really go out as text messages: a log is read only where it shows them."""
        if self.sms == "http":
            return SMS_TEMPLATES & self.sms_templates.keys()
        return SMS_TEMPLATES if self.in_clear else frozenset()


def init_app(app: Flask, ways: Ways) -> None:
    """Choose the ways. A gateway that is not https would show one-time codes to the network."""
    if ways.sms == "http" and not is_safe_gateway(ways.sms_url):
        raise ValueError("XUNPIN_SMS_URL must be an https address")
    Mail(app)
    app.extensions["notices"] = ways


def is_safe_gateway(url: str) -> bool:
    """Whether an address may be sent one-time codes."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username


def ways() -> Ways:
    """The ways of the running application."""
    chosen: Ways = current_app.extensions["notices"]
    return chosen


def send(notice: Notice) -> None:
    """Send one notice by its channel, or raise :class:`NotDelivered`."""
    chosen = ways()
    letter = write(notice)
    if notice.channel is Channel.MAIL and chosen.mail == "smtp":
        send_mail(notice, letter, chosen)
    elif notice.channel is Channel.SMS and chosen.sms == "http":
        send_sms(notice, chosen)
    else:
        write_to_file(notice, letter, chosen)


def write_to_file(notice: Notice, letter: Letter, chosen: Ways) -> None:
    """Append one JSON line to ``outbox.log``; the words only where nobody real can be harmed."""
    line: dict[str, Any] = {
        "at": utcnow().isoformat(timespec="seconds"),
        "channel": notice.channel.value,
        "to": notice.recipient_label,
        "template": notice.template,
    }
    if chosen.in_clear:
        text = letter.sms if notice.channel is Channel.SMS else letter.text
        line |= {"to": notice.recipient, "subject": letter.subject, "text": text}
    try:
        with (chosen.folder / "outbox.log").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise NotDelivered(f"outbox.log: {error.strerror}", is_down=True) from error


def send_mail(notice: Notice, letter: Letter, chosen: Ways) -> None:
    """By SMTP. The Message-ID is the notice's own, so a mail sent twice shows as one."""
    server = EmailBackend(
        host=chosen.smtp_host,
        port=chosen.smtp_port,
        username=chosen.smtp_user,
        password=chosen.smtp_password,
        use_tls=chosen.smtp_tls,
        timeout=TIMEOUT,
    )
    domain = chosen.mail_sender.rpartition("@")[2].rstrip(">") or "localhost"
    message = EmailMessage(
        letter.subject,
        letter.text,
        chosen.mail_sender,
        [notice.recipient],
        connection=server,
        headers={
            "Message-ID": f"<{notice.uid}@{domain}>",
            "Auto-Submitted": "auto-generated",
            **_way_out(notice),
        },
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise NotDelivered("the mail server refuses this address") from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"the mail server answers {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(f"mail server: {type(error).__name__}", is_down=True) from error


def _way_out(notice: Notice) -> dict[str, str]:
    """For a message to many: where mail programs find the link that turns them off (RFC 2369)."""
    token = (notice.payload or {}).get("off")
    if not token:
        return {}
    return {"List-Unsubscribe": f"<{external_url('accounts.messages_off', token=token)}>"}


def send_sms(notice: Notice, chosen: Ways) -> None:
    """By the gateway: the id of a template it knows, and the variables.

    The body is a form with ``key_id, sign_name, phone, template, variables, id, timestamp,
    nonce`` and ``signature``, the hex HMAC-SHA256 over the others, sorted by name and joined
    like a query string. It must answer 2xx with JSON ``{"ok": true}``: a captive portal's
    200 is no delivery.
    """
    variables = template_of(notice.template).sms or ()
    known = chosen.sms_templates.get(notice.template)
    if known is None:
        raise NotDelivered(f"XUNPIN_SMS_TEMPLATES has no {notice.template}")
    payload = notice.payload or {}
    parameters = {
        "key_id": chosen.sms_key_id,
        "sign_name": chosen.sms_sign_name,
        "phone": notice.recipient,
        "template": known,
        "variables": json.dumps({name: str(payload.get(name, "")) for name in variables}),
        "id": notice.uid,
        "timestamp": str(int(utcnow().timestamp())),
        "nonce": secrets.token_hex(16),
    }
    parameters["signature"] = signature(parameters, chosen.sms_key)
    # Loaded by the worker that sends one: it costs every start of a process.
    import requests

    try:
        answer = requests.post(
            chosen.sms_url, data=parameters, timeout=TIMEOUT, allow_redirects=False
        )
        good = answer.status_code // 100 == 2 and answer.json().get("ok") is True
    except requests.JSONDecodeError as error:
        raise NotDelivered("the gateway's answer is not JSON", is_down=True) from error
    except requests.RequestException as error:
        raise NotDelivered(f"gateway: {type(error).__name__}", is_down=True) from error
    if not good:
        raise NotDelivered(f"the gateway answers {answer.status_code}")


def signature(parameters: Mapping[str, str], key: str) -> str:
    """The proof that a request to the gateway is ours."""
    signed = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in sorted(parameters.items())
    )
    return hmac.new(key.encode(), signed.encode(), sha256).hexdigest()
