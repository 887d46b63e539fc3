"""The employer's candidates: the list, one of them, the resume for a minute, the table."""

from datetime import timedelta
from typing import TypeVar

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import sessions
from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.codes import fingerprint
from app.core.crypto import read_signed_text, signed_text
from app.core.errors import DomainError, Forbidden, Gone
from app.core.sheets import XLSX
from app.core.states import Word
from app.core.transaction import transaction
from app.employers.models import Employer
from app.employers.queries import list_positions
from app.intents import exports, queries, services
from app.intents.forms import NoteForm
from app.intents.models import CandidateNote, Intent
from app.intents.queries import CandidateFilter, Waiting
from app.intents.states import AgreementStatus, Side, Step, Warmth
from app.intents.views.door import (
    bp,
    candidate_of,
    own_employer,
    say,
    say_refusal,
    say_saved,
    to_candidate,
)
from app.intents.views.drawing import halves, history, ladder_items
from app.participations.models import Participation
from app.participations.queries import list_own
from app.web.access import requires
from app.web.downloads import send_bytes, send_stored
from app.web.forms import answer
from app.web.i18n import bilingual

# How long a link to a resume opens it, and how long a phone number stays on the page.
LINK_SECONDS = 60
PHONE_SECONDS = 300
PHONES = "phones"
MOST_STANDS = 3
W = TypeVar("W", bound=Word)


@bp.get("/employer/candidates")
@requires(Permission.CANDIDATE_READ)
def candidates() -> ResponseReturnValue:
    """Whom we have met, and how far we are with each."""
    employer = own_employer()
    wanted = _filter()
    return render_template(
        "intents/candidates.html",
        company=employer,
        page=queries.list_candidates(employer, wanted, request.args.get("page", 1, type=int)),
        wanted=wanted,
        asked=queries.list_asked(employer, wanted.fair_slug),
        contacts=queries.count_contacts(employer, wanted.fair_slug),
        stands=_stands(employer),
        steps=[(step.value, _(step.label)) for step in Step],
        warmths=[(one.value, _(one.label)) for one in Warmth],
        waitings=[(one.value, _(one.label)) for one in Waiting],
        position_choices=[(row.uid, row.title) for row in list_positions(employer)],
        fair_choices=[(row.fair.slug, bilingual(row.fair, "title")) for row in list_own(employer)],
    )


@bp.post("/employer/contacts/<uid>/withdraw")
@requires(Permission.INTENT_RECORD)
def withdraw_contact(uid: str) -> ResponseReturnValue:
    """Take back what the stand asks of a student who has not answered yet."""
    contact = queries.get_asked(own_employer(), uid)
    try:
        with transaction():
            services.withdraw_contact(contact)
    except DomainError as error:
        say_refusal(error)
    else:
        say(_("Taken back."))
    if request.form.get("back") == "scan":
        return redirect(url_for("intents.scan", slug=contact.participation.fair.slug), 303)
    return redirect(url_for("intents.candidates"), 303)


@bp.post("/employer/candidates/export")
@requires(Permission.CANDIDATE_READ)
def export_candidates() -> ResponseReturnValue:
    """The list as a table, of those only who share now; each of them is told who took it."""
    employer = own_employer()
    wanted = _filter()
    with transaction():
        rows = queries.export_candidates(employer, wanted)
        services.log_export(rows, by=current_user)
    data = exports.candidates_table(rows, _)
    return send_bytes(data, name=f"candidates-{utcnow():%Y%m%d}.xlsx", media_type=XLSX)


@bp.get("/employer/candidates/<uid>")
@requires(Permission.CANDIDATE_READ)
def candidate(uid: str) -> ResponseReturnValue:
    """Who this is, how far we are, what to do next."""
    employer, intent = candidate_of(uid)
    return candidate_page(employer, intent, note_form(intent))


@bp.get("/employer/candidates/<uid>/state")
@requires(Permission.CANDIDATE_READ)
def candidate_state(uid: str) -> ResponseReturnValue:
    """The parts of that page that look again by themselves."""
    employer, intent = candidate_of(uid)
    template = "_candidate_bar" if request.args.get("part") == "bar" else "_candidate"
    return render_template(f"intents/{template}.html", **_about(employer, intent))


@bp.post("/employer/candidates/<uid>/resume")
@requires(Permission.CANDIDATE_READ)
def open_resume(uid: str) -> ResponseReturnValue:
    """A link to the resume, for this browser and one minute; the look is written down."""
    employer, intent = candidate_of(uid)
    queries.get_resume(employer, uid)
    with transaction():
        services.log_view(intent, "resume", by=current_user)
    until = utcnow() + timedelta(seconds=LINK_SECONDS)
    payload = {
        "intent": uid,
        "session": fingerprint(sessions.nonce()),
        "user": current_user.uid,
        "until": until.timestamp(),
    }
    token = signed_text("resume-link", payload)
    return redirect(url_for("intents.resume", token=token), 303)


@bp.get("/employer/resumes/<token>")
@requires(Permission.CANDIDATE_READ)
def resume(token: str) -> ResponseReturnValue:
    """The resume itself: its text as a page, its file as a download."""
    payload = read_signed_text("resume-link", token) if token.isascii() else None
    if payload is None:
        raise Gone()
    mine = fingerprint(sessions.nonce())
    if payload["session"] != mine or payload["user"] != current_user.uid:
        raise Forbidden()
    if utcnow().timestamp() > payload["until"]:
        raise Gone()
    employer = own_employer()
    found = queries.get_resume(employer, payload["intent"])
    if found.file_key and (not found.text or request.args.get("file")):
        return send_stored(found)
    intent = queries.get_candidate(employer, payload["intent"])
    return render_template(
        "intents/resume.html",
        company=employer,
        intent=intent,
        resume=found,
        token=token,
        now=utcnow(),
    )


@bp.post("/employer/candidates/<uid>/phone")
@requires(Permission.CANDIDATE_READ)
def show_phone(uid: str) -> ResponseReturnValue:
    """Show the phone number on the page for a while; the look is written down."""
    _employer, intent = candidate_of(uid)
    with transaction():
        services.log_view(intent, "phone", by=current_user)
    now = utcnow().timestamp()
    shown = {key: at for key, at in session.get(PHONES, {}).items() if at > now - PHONE_SECONDS}
    session[PHONES] = {**dict(list(shown.items())[-8:]), uid: now}
    return to_candidate(intent)


@bp.post("/employer/candidates/<uid>/note")
@requires(Permission.INTENT_RECORD)
def annotate(uid: str) -> ResponseReturnValue:
    """Keep one's own note, which colleagues read and the student never sees."""
    employer, intent = candidate_of(uid)
    form = NoteForm()
    if not form.validate_on_submit():
        return candidate_page(employer, intent, form)
    with transaction():
        services.annotate(
            intent,
            text=form.text.data or "",
            tags=form.tags.data or [],
            warmth=_word(Warmth, form.warmth.data),
            seen=form.seen.data or "",
            by=current_user,
        )
    say_saved()
    return to_candidate(intent)


def note_form(intent: Intent) -> NoteForm:
    """One's own note as it is."""
    own = queries.find_note(intent, current_user)
    return NoteForm(
        formdata=None,
        data={
            "text": own.text if own else "",
            "tags": own.tags if own else [],
            "warmth": own.warmth.value if own and own.warmth else "",
            "seen": services.note_mark(own),
        },
    )


def candidate_page(employer: Employer, intent: Intent, form: NoteForm) -> ResponseReturnValue:
    """The whole page about a candidate."""
    return answer(
        "intents/candidate.html",
        form,
        **_about(employer, intent),
        recent=queries.list_recent(intent.participation),
        met=queries.count_met(intent.participation),
        events=history(intent, Side.EMPLOYER),
        others=[note for note in intent.notes if note.user_id != current_user.id and _says(note)],
    )


def _says(note: CandidateNote) -> bool:
    return bool(note.text or note.tags or note.warmth)


def _about(employer: Employer, intent: Intent) -> dict[str, object]:
    letter = intent.live_agreement
    signs = letter is not None and letter.status is AgreementStatus.PROPOSED
    shown_at = session.get(PHONES, {}).get(intent.uid, 0)
    may_see = intent.is_shared and shown_at > utcnow().timestamp() - PHONE_SECONDS
    user = intent.student.user
    return {
        "company": employer,
        "intent": intent,
        "student": intent.student,
        "share": intent.share,
        "letter": letter,
        "to_sign": signs and letter is not None and letter.employer_signed_at is None,
        "signs": signs,
        "asked": intent.proposed_by is Side.STUDENT and not signs,
        "waits": intent.proposed_by is Side.EMPLOYER and not signs,
        "phone": user.phone if may_see and user is not None else None,
        "arrival": queries.find_arrival(intent),
        "reached_here": queries.count_reached_at(intent),
        "openings": _openings(intent),
        "rungs": ladder_items(intent, Side.EMPLOYER),
        "halves": halves(intent, Side.EMPLOYER) if intent.proposed_step is not None else None,
        "may_reopen": intent.has_ended and intent.ended_by in (Side.EMPLOYER, Side.SYSTEM),
        "every": 4 if intent.proposed_step is not None else 15,
    }


def _openings(intent: Intent) -> int | None:
    """How many are wanted for the position at this fair; None for an unknown number."""
    offered = {row.position_id: row.openings for row in intent.participation.offered}
    return offered.get(intent.position_id) if intent.position_id else None


def _stands(employer: Employer) -> list[Participation]:
    """The next fairs whose tickets a phone of ours may scan at the stand, soonest first."""
    rows = [row for row in list_own(employer) if services.has_stand(row, utcnow())]
    return sorted(rows, key=lambda row: row.fair.starts_at)[:MOST_STANDS]


def _filter() -> CandidateFilter:
    """What the address (or the export's form, which repeats it) asks for."""
    given = request.values
    shared = {"yes": True, "no": False}.get(given.get("shared", ""))
    return CandidateFilter(
        words=given.get("q", "").strip()[:80],
        step=_word(Step, given.get("step")),
        waiting=_word(Waiting, given.get("waiting")),
        position_uid=given.get("position", "")[:40],
        fair_slug=given.get("fair", "")[:80],
        shared=shared,
        warmth=_word(Warmth, given.get("warmth")),
    )


def _word(enum: type[W], text: str | None) -> W | None:
    """The member an address names, or None for whatever else it says."""
    return next((member for member in enum if member.value == text), None)
