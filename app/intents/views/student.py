"""The student's side: what was given to whom, what is asked, yes or no."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.forms import KeyForm, ReasonForm, WishForm, listed
from app.intents.models import Intent
from app.intents.states import AgreementStatus, Side
from app.intents.views.door import bp, intent_of, own_student, say, say_refusal, to_own
from app.intents.views.drawing import halves, history, ladder_items, proposal_line
from app.participations.states import COMING
from app.tours.queries import get_public_fair
from app.web.access import requires
from app.web.forms import answer


@bp.get("/me/shares")
@requires(Permission.STUDENT_SELF)
def my_shares() -> ResponseReturnValue:
    """Who has my data, since when, and who looked."""
    student = own_student()
    return render_template(
        "intents/my_shares.html",
        shares=queries.list_shares(student),
        asking=queries.list_asking(student),
    )


@bp.get("/me/intents")
@requires(Permission.STUDENT_SELF)
def my_intents() -> ResponseReturnValue:
    """How far I am with whom, what waits for me first."""
    student = own_student()
    return render_template(
        "intents/my_intents.html",
        intents=queries.list_intents(student),
        asking=queries.list_asking(student),
    )


@bp.get("/me/intents/<uid>")
@requires(Permission.STUDENT_SELF)
def my_intent(uid: str) -> ResponseReturnValue:
    """What this employer asks, who has said yes, and what I can do."""
    return render_template("intents/my_intent.html", **_about(intent_of(uid)))


@bp.get("/me/intents/<uid>/state")
@requires(Permission.STUDENT_SELF)
def my_intent_state(uid: str) -> ResponseReturnValue:
    """The part of that page that looks again by itself."""
    return render_template("intents/_my_intent.html", **_about(intent_of(uid)))


@bp.post("/me/intents/<uid>/confirm")
@requires(Permission.STUDENT_SELF)
def confirm_own(uid: str) -> ResponseReturnValue:
    """Yes to what the employer proposed."""
    intent = intent_of(uid)
    form = KeyForm()
    try:
        with transaction():
            services.confirm(intent, side=Side.STUDENT, by=current_user, key=form.key.data or "")
    except DomainError as error:
        say_refusal(error)
    else:
        say(_("Confirmed. Both sides now intend."))
    return to_own(intent)


@bp.route("/me/intents/<uid>/propose", methods=["GET", "POST"])
@requires(Permission.STUDENT_SELF)
def propose_own(uid: str) -> ResponseReturnValue:
    """Offer this employer a preliminary intent, for one of its positions or for none."""
    intent = intent_of(uid)
    offered = [row.position for row in intent.participation.offered]
    form = WishForm(data={"position": intent.position.uid if intent.position else ""})
    form.position.choices = listed(
        [
            ("", _("No particular position")),
            *((position.uid, position.title) for position in offered),
        ]
    )
    if form.validate_on_submit():
        chosen = next((one for one in offered if one.uid == form.position.data), None)
        try:
            with transaction():
                services.propose(intent, side=Side.STUDENT, by=current_user, position=chosen)
        except DomainError as error:
            say_refusal(error)
        else:
            say(_("Proposed. The employer is to answer now."))
        return to_own(intent)
    return answer("intents/propose_own.html", form, intent=intent)


@bp.post("/me/intents/<uid>/take-back")
@requires(Permission.STUDENT_SELF)
def take_back_own(uid: str) -> ResponseReturnValue:
    """Take back my own proposal."""
    intent = intent_of(uid)
    try:
        with transaction():
            services.take_back(intent, side=Side.STUDENT, by=current_user)
    except DomainError as error:
        say_refusal(error)
    else:
        say(_("Taken back."))
    return to_own(intent)


@bp.route("/me/intents/<uid>/decline", methods=["GET", "POST"])
@requires(Permission.STUDENT_SELF)
def decline_own(uid: str) -> ResponseReturnValue:
    """Give this employer up, with a reason if I like."""
    intent = intent_of(uid)
    form = ReasonForm()
    if form.validate_on_submit():
        with transaction():
            services.decline(
                intent, side=Side.STUDENT, by=current_user, reason=form.reason.data or ""
            )
        say(_("Declined."), undo=url_for("intents.reopen_own", uid=uid))
        return to_own(intent)
    return answer("intents/decline_own.html", form, intent=intent)


@bp.post("/me/intents/<uid>/reopen")
@requires(Permission.STUDENT_SELF)
def reopen_own(uid: str) -> ResponseReturnValue:
    """Go on with an employer I had given up."""
    intent = intent_of(uid)
    try:
        with transaction():
            services.reopen(intent, side=Side.STUDENT, by=current_user)
    except DomainError as error:
        say_refusal(error)
    else:
        say(_("Reopened."))
    return to_own(intent)


@bp.get("/me/intents/<uid>/withdraw-share")
@requires(Permission.STUDENT_SELF)
def ask_withdraw_share(uid: str) -> ResponseReturnValue:
    """What taking everything back from an employer means, before it is done."""
    intent = intent_of(uid)
    lines = [
        _("They no longer see your name, phone and resume, from this moment on."),
        _("What is proposed between you is closed."),
        _("What they have written down or printed for themselves is beyond our reach."),
    ]
    letter = intent.live_agreement
    if letter is not None and letter.status is AgreementStatus.SIGNED:
        lines.append(_("The letter of intent you both signed stays valid until one withdraws it."))
    return render_template(
        "layouts/confirm.html",
        layout="layouts/student.html",
        nav="sent",
        title=_("Take everything back from %(employer)s?", employer=intent.employer.display_name),
        lines=lines,
        action_url=url_for("intents.withdraw_share", uid=uid),
        action_label=_("Take back"),
        back_url=url_for("intents.my_shares"),
        danger=False,
    )


@bp.post("/me/intents/<uid>/withdraw-share")
@requires(Permission.STUDENT_SELF)
def withdraw_share(uid: str) -> ResponseReturnValue:
    """Take everything back from an employer, at once."""
    intent = intent_of(uid)
    with transaction():
        services.withdraw_share(intent, by=current_user)
    say(_("Taken back. They no longer see your data."))
    return redirect(url_for("intents.my_shares"), 303)


@bp.get("/me/fairs/<slug>/cards")
@requires(Permission.STUDENT_SELF)
def ticket_cards(slug: str) -> ResponseReturnValue:
    """The part of the ticket page that asks: proposals, letters, scans; and what was given here.

    Asked for every five seconds: unless something has changed, one statement and a 304.
    """
    fair, student = get_public_fair(slug), own_student()
    tag = f"{queries.card_mark(student, fair)}-{get_locale()}"
    if request.if_none_match.contains(tag):
        response = make_response("", 304)
    else:
        waiting = queries.list_waiting(student, fair)
        asking = queries.list_asking(student, fair)
        given = [row for row in queries.list_shares(student, fair) if row.intent.is_shared]
        response = make_response(
            render_template(
                "intents/_cards.html", fair=fair, waiting=waiting, asking=asking, given=given
            )
        )
    response.set_etag(tag)
    return response


def _about(intent: Intent) -> dict[str, object]:
    """Everything the page about one intent shows its student."""
    letter = intent.live_agreement
    signs = letter is not None and letter.status is AgreementStatus.PROPOSED
    asked = not signs and intent.proposed_by is Side.EMPLOYER
    return {
        "intent": intent,
        "letter": letter,
        "letters": intent.agreements,
        "asked": asked and not intent.has_ended,
        "to_sign": signs and letter is not None and letter.student_signed_at is None,
        "proposed": intent.proposed_by is Side.STUDENT and not signs,
        "halves": halves(intent, Side.STUDENT) if intent.proposed_step is not None else None,
        "rungs": ladder_items(intent, Side.STUDENT),
        "events": history(intent, Side.STUDENT),
        "line": proposal_line(intent),
        "may_reopen": intent.has_ended
        and intent.is_shared
        and intent.ended_by in (Side.STUDENT, Side.SYSTEM),
        "may_share": intent.participation.status in COMING and not intent.is_shared,
    }
