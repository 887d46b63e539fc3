"""What recruiters note about a candidate: each their own, read by colleagues of one employer."""

from hashlib import sha256

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, StaleVersion
from app.core.text import N_
from app.intents.models import CandidateNote, Intent
from app.intents.queries import find_note
from app.intents.services.record import TakenBack, hold, note
from app.intents.states import Warmth


def annotate(
    intent: Intent,
    *,
    text: str,
    tags: list[str],
    seen: str,
    by: User,
    warmth: Warmth | None = None,
) -> CandidateNote:
    """Keep somebody's own note on a candidate; what colleagues wrote stays theirs.

    ``seen`` is :func:`note_mark` of the note that was edited: what the same person wrote on
    another phone meanwhile is never overwritten unseen.
    """
    intent = hold(intent)
    if intent.is_taken_back:
        raise TakenBack()
    values = {"text": "", "tags": [], "updated_at": utcnow()}
    insert_if_absent(CandidateNote, intent_id=intent.id, user_id=by.id, **values)
    own = find_note(intent, by)
    if own is None:
        raise Conflict()
    if seen != note_mark(own) and text != own.text:
        raise StaleVersion([(N_("Note"), own.text, text)])
    own.text, own.tags, own.warmth, own.updated_at = text, tags, warmth, utcnow()
    intent.updated_at = utcnow()
    db.session.flush()
    db.session.expire(intent, ["notes"])
    note("annotate", intent, by=by)
    return own


def note_mark(own: CandidateNote | None) -> str:
    """What names a note as it is now."""
    return sha256((own.text if own else "").encode()).hexdigest()[:16]
