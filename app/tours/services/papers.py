"""Papers of a fair, and what people tick by hand."""

from collections.abc import Sequence

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import DomainError
from app.core.files import Kept, attach
from app.core.text import N_
from app.tours.models import Fair, FairCheck, FairDocument
from app.tours.queries import checks_of, list_checks, papers_of
from app.tours.services.log import note_fair
from app.tours.services.readiness import MANUAL, CheckItem, ReadinessFacts, readiness
from app.tours.states import DocumentKind


class NotByHand(DomainError):
    """The rest of the list is computed."""

    code = "not-by-hand"
    message = N_("This item cannot be ticked by hand.")


def add_document(
    fair: Fair, kind: DocumentKind, kept: Kept, *, note: str = "", by: User
) -> FairDocument:
    """Put a kept file among a fair's papers."""
    document = FairDocument(fair=fair, kind=kind, note=note, uploaded_by_id=by.id)
    attach(document, kept, at=utcnow())
    db.session.add(document)
    db.session.flush()
    note_fair("document.add", fair, by, after={"kind": kind, "file": kept.name})
    return document


def remove_document(document: FairDocument, *, by: User) -> str | None:
    """Take a paper away; returns the key of its file, to be dropped after the commit."""
    note_fair(
        "document.remove",
        document.fair,
        by,
        before={"kind": document.kind, "file": document.file_name},
    )
    key = document.file_key
    db.session.delete(document)
    db.session.flush()
    return key


def tick(fair: Fair, key: str, *, note: str = "", by: User) -> None:
    """Note that something of the readiness list is done; ticking twice changes nothing."""
    if key not in MANUAL:
        raise NotByHand()
    added = insert_if_absent(
        FairCheck, fair_id=fair.id, key=key, note=note, done_at=utcnow(), done_by_id=by.id
    )
    if added:
        note_fair("fair.mark", fair, by, after={"item": key})


def untick(fair: Fair, key: str, *, by: User) -> None:
    """Take a tick back."""
    row = list_checks(fair).get(key)
    if row is not None:
        db.session.delete(row)
        note_fair("fair.unmark", fair, by, before={"item": key})


def own_facts(fairs: Sequence[Fair]) -> dict[int, ReadinessFacts]:
    """What this room alone knows of the readiness of several fairs, by id."""
    ids = [fair.id for fair in fairs]
    checks, papers = checks_of(ids), papers_of(ids)
    return {
        number: ReadinessFacts(checks=checks.get(number, set()), papers=papers.get(number, set()))
        for number in ids
    }


def own_lists(fairs: Sequence[Fair]) -> dict[int, list[CheckItem]]:
    """The part of the readiness list this room knows, for several fairs by id."""
    facts = own_facts(fairs)
    return {fair.id: readiness(fair, facts[fair.id]) for fair in fairs}
