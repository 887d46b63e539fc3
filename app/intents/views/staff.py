"""The organiser's look at intents: what both confirmed, what looks odd, what came of it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.forms import LaterForm
from app.intents.models import Intent
from app.intents.states import LATER, Side, Step
from app.intents.views.door import bp, say
from app.intents.views.drawing import history, ladder_items
from app.intents.views.employer import record_later
from app.tours.models import Fair
from app.tours.queries import get_fair_within
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import answer


@bp.get("/staff/fairs/<slug>/intents")
@requires(Permission.AGREEMENT_RECORD)
def staff_intents(slug: str) -> ResponseReturnValue:
    """Every intent both sides confirmed at a fair, and what looks odd."""
    scope = current_user.scope_of(Permission.AGREEMENT_RECORD)
    fair = get_fair_within(slug, scope)
    words = request.args.get("q", "").strip()[:80]
    return render_template(
        "intents/staff_intents.html",
        fair=fair,
        page=queries.list_reached(fair, scope, words, request.args.get("page", 1, type=int)),
        flags=queries.list_flags(fair, scope),
        reached=queries.count_reached(fair),
        letters=queries.count_agreements(fair, current=True),
        shares=queries.count_shares(fair),
    )


@bp.route("/staff/fairs/<slug>/intents/<uid>", methods=["GET", "POST"])
@requires(Permission.AGREEMENT_RECORD)
def staff_intent(slug: str, uid: str) -> ResponseReturnValue:
    """One intent: its record, and the later steps with their papers."""
    fair, intent = _found(slug, uid)
    form = LaterForm()
    if form.validate_on_submit() and record_later(intent, form):
        say(_("Recorded."))
        return redirect(url_for("intents.staff_intent", slug=slug, uid=uid), 303)
    return answer(
        "intents/staff_intent.html",
        form,
        fair=fair,
        intent=intent,
        rungs=ladder_items(intent, Side.ORGANISER),
        events=history(intent, Side.ORGANISER),
        later=[(step, row) for step, row in intent.rungs.items() if step in LATER],
    )


@bp.post("/staff/fairs/<slug>/intents/<uid>/unmark/<step>")
@requires(Permission.AGREEMENT_RECORD)
def staff_unmark(slug: str, uid: str, step: str) -> ResponseReturnValue:
    """Take back a later step that was recorded by mistake."""
    _fair, intent = _found(slug, uid)
    wanted = next((one for one in LATER if one.value == step), Step.CONTACTED)
    with transaction():
        services.unmark(intent, wanted, by=current_user)
    say(_("Taken back."))
    return redirect(url_for("intents.staff_intent", slug=slug, uid=uid), 303)


@bp.get("/staff/fairs/<slug>/intents/<uid>/papers/<int:step_id>")
@requires(Permission.AGREEMENT_RECORD)
def staff_paper(slug: str, uid: str, step_id: int) -> ResponseReturnValue:
    """A paper that was recorded with a step."""
    _fair, intent = _found(slug, uid)
    return send_stored(queries.get_evidence(intent, step_id))


def _found(slug: str, uid: str) -> tuple[Fair, Intent]:
    scope = current_user.scope_of(Permission.AGREEMENT_RECORD)
    fair = get_fair_within(slug, scope)
    return fair, queries.get_intent_within(fair, uid, scope)
