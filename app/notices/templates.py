"""The notices that are more than a mail: which may go as a text message, which hold a secret.

A notice is named ``<room>/<name>``; its words live in ``templates/emails/<room>/<name>.txt`` with
the blocks ``subject``, ``content`` and, where it may go as a text message, ``sms``. A notice that
is not listed here goes by mail and inbox and holds nothing secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.core.text import N_


@dataclass(frozen=True)
class Template:
    """What is special about one notice.

    ``title`` is what the outbox calls one whose words are not for every eye.
    ``sms`` names the variables a text message carries, in the order the gateway's template
    expects; None where it is never one. ``secret_for`` is how long the payload opens a door:
    it is wiped once that has passed, sent or not.
    """

    title: str = ""
    sms: tuple[str, ...] | None = None
    secret_for: timedelta | None = None


ORDINARY = Template()

_MINUTES = timedelta(minutes=10)

TEMPLATES: Mapping[str, Template] = {
    "accounts/act-code": Template(N_("Code for an act"), ("code", "act"), _MINUTES),
    "accounts/email-change": Template(N_("New e-mail address"), None, timedelta(hours=24)),
    "accounts/email-confirm": Template(N_("Confirmation of e-mail"), None, timedelta(days=7)),
    "accounts/invitation": Template(N_("Invitation"), None, timedelta(days=7)),
    "accounts/login-code": Template(N_("Code to sign in"), ("code",), _MINUTES),
    "accounts/password-reset": Template(N_("Password reset"), None, timedelta(hours=1)),
    "accounts/phone-code": Template(N_("Code for a new phone"), ("code",), _MINUTES),
    "messages/hint": Template(sms=("fair",)),
    "messages/organiser": Template(N_("Message of the organiser")),
    "registrations/cancelled-by-fair": Template(sms=("fair",)),
    "registrations/changed": Template(sms=("fair",)),
    "registrations/moved-up": Template(sms=("fair",)),
    "registrations/reminder": Template(sms=("fair", "when")),
    "surveys/hint": Template(sms=("fair",)),
}

SMS_TEMPLATES = frozenset(name for name, listed in TEMPLATES.items() if listed.sms is not None)


def template_of(name: str) -> Template:
    """What is special about a notice; nothing, for one that is not listed."""
    return TEMPLATES.get(name, ORDINARY)
