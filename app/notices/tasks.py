"""Sending what stands in the outbox."""

import logging
from datetime import datetime, timedelta

from app.core.clock import utcnow
from app.core.transaction import end_reading, transaction
from app.jobs.queue import enqueue_now, every, job
from app.notices import channels, queries, services
from app.notices.models import Notice
from app.notices.states import Channel

log = logging.getLogger(__name__)

# A way that was found shut is not knocked at by every notice behind it.
REST = timedelta(seconds=30)
_shut_until: dict[Channel, datetime] = {}


@job("notices.send")
def send(uid: str) -> None:
    """Send one notice: claim it, let go of the database, send, note what came of it."""
    with transaction():
        notice = services.claim(uid)
    if notice is None:
        return
    if _shut_until.get(notice.channel, utcnow()) > utcnow():
        with transaction():
            services.postpone(notice)
        return
    trouble = _attempt(notice)
    with transaction():
        if trouble is None:
            services.mark_sent(notice)
        else:
            services.mark_trouble(notice, trouble)


def _attempt(notice: Notice) -> str | None:
    """Send; return what went wrong, in words without anything personal."""
    try:
        channels.send(notice)
    except channels.NotDelivered as error:
        log.warning("notice %s (%s) not delivered: %s", notice.uid, notice.template, error)
        if error.is_down:
            _shut_until[notice.channel] = utcnow() + REST
        return str(error)
    except Exception as error:
        log.exception("notice %s (%s) cannot be made", notice.uid, notice.template)
        return f"{type(error).__name__}"
    return None


@every(1, "notices.sweep")
def sweep() -> None:
    """Find what nobody was woken for, or what is due again; forget secrets that have expired."""
    with transaction():
        services.wipe_secrets()
    waiting = queries.list_due(utcnow() - timedelta(seconds=10))
    end_reading()
    for uid in waiting:
        enqueue_now("notices.send", uid=uid)
