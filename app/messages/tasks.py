"""Sending a message to everybody it is for."""

import logging

from app.core.transaction import transaction
from app.jobs.errands import Errand, advance, finish
from app.jobs.queue import job
from app.messages import queries, services

log = logging.getLogger(__name__)


@job("messages.send")
def send(errand: Errand, message_id: int) -> None:
    """Go on where the last commit stood, until everybody's turn has come."""
    last: int | None = 0
    while last is not None:
        with transaction():
            message = queries.find_message(message_id)
            cursor = errand.cursor
            last = None if message is None else services.send_some(message, after=cursor)
            if last is None:
                finish(errand)
            else:
                advance(errand, last)
    log.info("message %d is sent", message_id)
