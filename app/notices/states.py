"""The life of a notice."""

from app.core.states import Flow, Word
from app.core.text import N_


class Channel(Word):
    """The way a notice goes."""

    MAIL = "mail", N_("Mail")
    SMS = "sms", N_("Text message")
    INBOX = "inbox", N_("Inbox")


class NoticeStatus(Word):
    """Where a notice stands."""

    QUEUED = "queued", N_("Queued")
    SENT = "sent", N_("Sent")
    FAILED = "failed", N_("Failed")


NOTICE_FLOW = Flow(
    {
        NoticeStatus.QUEUED: {NoticeStatus.SENT, NoticeStatus.FAILED},
        NoticeStatus.FAILED: {NoticeStatus.QUEUED},
    }
)
