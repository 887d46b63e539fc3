"""Words of accounts."""

from app.core.states import Word
from app.core.text import N_


class LinkKind(Word):
    """What a single-use link is for."""

    INVITATION = "invitation", N_("Invitation")
    PASSWORD_RESET = "password_reset", N_("Password reset")
    EMAIL_CHANGE = "email_change", N_("Change of e-mail")
    EMAIL_CONFIRM = "email_confirm", N_("Confirmation of e-mail")


class CodePurpose(Word):
    """What a one-time code is for."""

    LOGIN = "login", N_("Sign in")
    PHONE_CHANGE = "phone_change", N_("Change of phone")
    ACT = "act", N_("Confirmation of an act")


class CodeOutcome(Word):
    """What became of one try at a one-time code."""

    OK = "ok", N_("Right")
    WRONG = "wrong", N_("This code is wrong. Look at the newest message and type it again.")
    EXPIRED = "expired", N_("This code has expired. Get a new one.")
    LOCKED = "locked", N_("Too many wrong tries. Get a new code.")


# The purpose of the token in the foot of a message to many.
MESSAGES_OFF = "messages-off"
