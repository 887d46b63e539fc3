"""What an employer does on a candidate's ladder."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts import sessions
from app.accounts.permissions import Permission
from app.accounts.states import CodeOutcome
from app.core import files
from app.core.errors import DomainError, NotFound
from app.core.masking import mask_phone
from app.core.transaction import transaction
from app.employers.queries import list_positions
from app.intents import queries, services
from app.intents.forms import CodeForm, KeyForm, LaterForm, PositionForm, ReasonForm, listed
from app.intents.models import Intent
from app.intents.states import MARKS, Side, Step
from app.intents.views.door import bp, candidate_of, say, say_refusal, to_candidate
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import answer, uploaded

UPLOAD_LIMIT = 10_000_000


def _act(intent: Intent, act: Callable[..., Any], done: str, **given: Any) -> ResponseReturnValue:
    """Do one thing on the ladder and say so, or say why not; the page shows how things stand."""
    undo = given.pop("undo", None)
    try:
        with transaction():
            act(intent, by=current_user, **given)
    except DomainError as error:
        say_refusal(error)
    else:
        say(done, undo)
    return to_candidate(intent)


@bp.post("/employer/candidates/<uid>/mark/<step>")
@requires(Permission.INTENT_RECORD)
def mark(uid: str, step: str) -> ResponseReturnValue:
    """Set what we mark alone: shortlisted, interviewed."""
    _employer, intent = candidate_of(uid)
    rung = _mark(step)
    undo = url_for("intents.unmark", uid=uid, step=step)
    return _act(intent, services.mark, _(rung.label), step=rung, undo=undo)


@bp.post("/employer/candidates/<uid>/unmark/<step>")
@requires(Permission.INTENT_RECORD)
def unmark(uid: str, step: str) -> ResponseReturnValue:
    """Take back a mark that was a mistake."""
    _employer, intent = candidate_of(uid)
    return _act(intent, services.unmark, _("Taken back."), step=_mark(step))


@bp.post("/employer/candidates/<uid>/propose")
@requires(Permission.INTENT_RECORD)
def propose(uid: str) -> ResponseReturnValue:
    """Offer the student a preliminary intent for the position that stands."""
    _employer, intent = candidate_of(uid)
    done = _("Proposed. The student is to answer now.")
    return _act(intent, services.propose, done, side=Side.EMPLOYER)


@bp.post("/employer/candidates/<uid>/confirm")
@requires(Permission.INTENT_RECORD)
def confirm(uid: str) -> ResponseReturnValue:
    """Yes to what the student proposed."""
    _employer, intent = candidate_of(uid)
    key = KeyForm().key.data or ""
    done = _("Confirmed. Both sides now intend.")
    return _act(intent, services.confirm, done, side=Side.EMPLOYER, key=key)


@bp.post("/employer/candidates/<uid>/take-back")
@requires(Permission.INTENT_RECORD)
def take_back(uid: str) -> ResponseReturnValue:
    """Take back our own proposal."""
    _employer, intent = candidate_of(uid)
    return _act(intent, services.take_back, _("Taken back."), side=Side.EMPLOYER)


@bp.post("/employer/candidates/<uid>/reopen")
@requires(Permission.INTENT_RECORD)
def reopen(uid: str) -> ResponseReturnValue:
    """Go on with somebody we had given up."""
    _employer, intent = candidate_of(uid)
    return _act(intent, services.reopen, _("Reopened."), side=Side.EMPLOYER)


@bp.post("/employer/candidates/<uid>/remind")
@requires(Permission.INTENT_RECORD)
def remind(uid: str) -> ResponseReturnValue:
    """Ask the student once more."""
    _employer, intent = candidate_of(uid)
    return _act(intent, services.remind, _("The student has been reminded."))


@bp.route("/employer/candidates/<uid>/decline", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def decline(uid: str) -> ResponseReturnValue:
    """Not the right one, with a reason if we like."""
    employer, intent = candidate_of(uid)
    form = ReasonForm()
    if form.validate_on_submit():
        undo = url_for("intents.reopen", uid=uid)
        reason = form.reason.data or ""
        done = _("Declined.")
        return _act(intent, services.decline, done, side=Side.EMPLOYER, reason=reason, undo=undo)
    return answer("intents/decline.html", form, company=employer, intent=intent)


@bp.route("/employer/candidates/<uid>/position", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def position(uid: str) -> ResponseReturnValue:
    """Which of our positions this is about; with ``then=propose`` it is proposed at once."""
    employer, intent = candidate_of(uid)
    then = "propose" if request.values.get("then") == "propose" else ""
    form = PositionForm(
        data={"position": intent.position.uid if intent.position else "", "then": then}
    )
    here = {row.position_id for row in intent.participation.offered}
    rows = sorted(list_positions(employer), key=lambda row: row.id not in here)
    form.position.choices = listed((row.uid, row.title) for row in rows)
    if form.validate_on_submit():
        chosen = next(row for row in rows if row.uid == form.position.data)
        if then:
            done = _("Proposed. The student is to answer now.")
            return _act(intent, services.propose, done, side=Side.EMPLOYER, position=chosen)
        return _act(intent, services.change_position, _("Saved"), position=chosen)
    return answer("intents/position.html", form, company=employer, intent=intent, then=then)


@bp.route("/employer/candidates/<uid>/code", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def code(uid: str) -> ResponseReturnValue:
    """The student reads out the code that was sent to their phone; typing it confirms."""
    employer, intent = candidate_of(uid)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with transaction():
                outcome = services.confirm_by_code(
                    intent, form.code.data or "", nonce=sessions.nonce(), by=current_user
                )
        except DomainError as error:
            say_refusal(error)
            return to_candidate(intent)
        if outcome is CodeOutcome.OK:
            say(_("Confirmed. Both sides now intend."))
            return to_candidate(intent)
        form.code.errors = [_(outcome.label)]
    user = intent.student.user
    return answer(
        "intents/code.html",
        form,
        company=employer,
        intent=intent,
        phone=mask_phone(user.phone) if user and user.phone else "",
    )


@bp.post("/employer/candidates/<uid>/send-code")
@requires(Permission.INTENT_RECORD)
def send_code(uid: str) -> ResponseReturnValue:
    """Send the student a code that names what it confirms."""
    employer, intent = candidate_of(uid)
    user = intent.student.user
    with force_locale((user.locale if user else None) or "zh_Hans"):
        act = _act_in_words(employer.display_name, intent)
    try:
        with transaction():
            services.send_act_code(intent, nonce=sessions.nonce(), act=act, by=current_user)
    except DomainError as error:
        say_refusal(error)
    else:
        say(_("The code is on its way to the student's phone."))
    return redirect(url_for("intents.code", uid=uid), 303)


@bp.route("/employer/candidates/<uid>/later", methods=["GET", "POST"])
@requires(Permission.INTENT_RECORD)
def later(uid: str) -> ResponseReturnValue:
    """Record an offer, a contract, a first day, with its paper."""
    employer, intent = candidate_of(uid)
    form = LaterForm()
    if form.validate_on_submit() and record_later(intent, form):
        say(_("Recorded."))
        return to_candidate(intent)
    return answer("intents/later.html", form, company=employer, intent=intent)


@bp.get("/employer/candidates/<uid>/papers/<int:step_id>")
@requires(Permission.CANDIDATE_READ)
def paper(uid: str, step_id: int) -> ResponseReturnValue:
    """A paper that was recorded with a step."""
    _employer, intent = candidate_of(uid)
    return send_stored(queries.get_evidence(intent, step_id))


def record_later(intent: Intent, form: LaterForm) -> bool:
    """Keep the paper and record its step; False where the form shows what is wrong."""
    brought = uploaded(form.file)
    if brought is None:
        form.file.errors = [_("Choose the paper that proves this step.")]
        return False
    try:
        kept = files.keep(*brought, limit=UPLOAD_LIMIT)
    except DomainError as error:
        error.field = "file"
        form.refuse(error)
        return False
    try:
        with transaction():
            services.record_later(
                intent, form.to_step(), kept, by=current_user, remark=form.remark.data or ""
            )
    except DomainError as error:
        files.drop(kept.key)
        form.refuse(error)
        return False
    return True


def _act_in_words(employer: str, intent: Intent) -> str:
    """What a code confirms, for the message to the student."""
    if intent.position is None:
        return str(_("a preliminary intent with %(employer)s", employer=employer))
    return str(
        _(
            "a preliminary intent with %(employer)s for %(position)s",
            employer=employer,
            position=intent.position.title,
        )
    )


def _mark(text: str) -> Step:
    found = next((step for step in MARKS if step.value == text), None)
    if found is None:
        raise NotFound()
    return found
